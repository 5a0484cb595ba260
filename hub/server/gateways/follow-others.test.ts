import {
  type Actor,
  type AgentId,
  type ClientId,
  type DeviceId,
  type GatewayId,
  type PersonId,
  type SessionId,
  type SiteId,
  systemClock,
} from "@caretaker/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type Announcement, createAnnouncements } from "../announcements.ts";
import { createBetweenHubs } from "../between-hubs.ts";
import type { Database } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import type { Call } from "../http/handler.ts";
import { deviceHandlers } from "../sites/devices.ts";
import { createState } from "../state/state.ts";
import { createGateways } from "./gateways.ts";
import { gatewayHandlers } from "./handlers.ts";
import { buildInventory, TestGateway, testConnector } from "./test-connector.ts";
import { MemoryVault } from "./test-vault.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const actor: Actor = {
  kind: "person",
  id: newId<PersonId>(),
  name: "Ada",
  role: "technician",
  sessionId: "s" as SessionId,
  factorAt: null,
};
const call: Call = { actor, requestId: "r", now: new Date(), signal: new AbortController().signal };

let database: TestDatabase;
let db: Database;
let vault: MemoryVault;
let clientId: ClientId;
let here: Hub;
let there: Hub;

type Hub = Awaited<ReturnType<typeof openHub>>;

/** As much of a hub as knows homes and holds gateways. Each has its own session with the home. */
async function openHub() {
  const announcements = createAnnouncements((error) => {
    throw error;
  });
  const told: Announcement[] = [];
  for (const type of ["gateway.told", "others.missed"] as const) announcements.on(type, (one) => told.push(one));
  const home = new TestGateway();
  home.inventory = buildInventory();
  const connectors = [testConnector({ home })];
  const state = createState({ db, clock: systemClock, announcements, log: silent, connectorName: () => "Test" });
  const between = createBetweenHubs({
    db,
    databaseUrl: database.url,
    announcements,
    clock: systemClock,
    log: silent as never,
  });
  const deps = { db, state, vault, connectors, clock: systemClock, log: silent, announcements };
  const gateways = createGateways(deps);
  await state.start();
  await between.start();
  await gateways.start();
  return {
    home,
    told,
    announcements,
    handlers: gatewayHandlers({ ...deps, gateways }),
    rowOf: (siteId: SiteId) => state.rows().find(({ id }) => id === siteId),
    stateOf: (gatewayId: GatewayId) => state.store.gateways.get(gatewayId)?.status.state,
    devices: deviceHandlers({ db, announcements } as never),
    devicesOf: (gatewayId: GatewayId) => [...(state.store.gateways.get(gatewayId)?.devices.values() ?? [])],
    agentOf: (gatewayId: GatewayId) => state.store.gateways.get(gatewayId)?.facts.agentId,
    async close() {
      await gateways.close();
      await between.close();
      await state.close();
    },
  };
}

beforeAll(async () => {
  database = await testDatabase();
  db = database.db;
  clientId = newId<ClientId>();
  await db.insertInto("client").values({ id: clientId, name: "Client", createdAt: new Date() }).execute();
});
afterAll(() => database.drop());
beforeEach(async () => {
  vault = new MemoryVault();
  here = await openHub();
  there = await openHub();
});
afterEach(async () => {
  await here.close();
  await there.close();
});

/** Said here as sites/sites.ts says it, once its row is there. */
async function addSite(name = "Home", isSaid = true): Promise<SiteId> {
  const id = newId<SiteId>();
  const row = { id, clientId, name, timeZone: "UTC", language: "en", createdAt: new Date() } as const;
  await db.insertInto("site").values(row).execute();
  if (isSaid) here.announcements.announce({ type: "site.changed", siteId: id });
  return id;
}

const config = { host: "home", port: 8123, token: "token-1" };
const add = async (siteId: SiteId): Promise<GatewayId> => {
  const given = { siteId, connector: "test", name: "Gateway", config };
  return (await here.handlers["gateway.add"](given, call)).id;
};
const soon = (look: () => void): Promise<void> => vi.waitFor(look, { timeout: 2000, interval: 10 });

describe("what one hub does with homes and gateways, the others do within a second or two", () => {
  it("shows a home that was added, under the name that it is given later", async () => {
    const siteId = await addSite();
    await soon(() => expect(there.rowOf(siteId)).toMatchObject({ name: "Home" }));

    await db.updateTable("site").set({ name: "Lee house" }).where("id", "=", siteId).execute();
    here.announcements.announce({ type: "site.changed", siteId });

    await soon(() => expect(there.rowOf(siteId)).toMatchObject({ name: "Lee house" }));
  });

  it("takes up a gateway that was added, with a session of its own, and only one", async () => {
    const siteId = await addSite();

    const gatewayId = await add(siteId);

    await soon(() => expect(there.stateOf(gatewayId)).toBe("online"));
    await soon(() => expect(there.rowOf(siteId)).toMatchObject({ entities: 3 }));
    expect(there.home.attempts).toEqual([config]);
    expect(here.home.attempts).toHaveLength(1);
    expect(here.told.filter(({ type }) => type === "gateway.told")).toEqual([]);
  });

  it("lets go of one that was removed", async () => {
    const gatewayId = await add(await addSite());
    await soon(() => expect(there.stateOf(gatewayId)).toBe("online"));

    await here.handlers["gateway.remove"]({ gatewayId }, call);

    await soon(() => expect(there.stateOf(gatewayId)).toBeUndefined());
    await soon(() => expect(there.home.closed).toBe(1));
  });

  it("begins one anew with other credentials", async () => {
    const gatewayId = await add(await addSite());
    await soon(() => expect(there.stateOf(gatewayId)).toBe("online"));

    await here.handlers["gateway.credentials.replace"]({ gatewayId, config: { token: "token-2" } }, call);

    await soon(() => expect(there.home.attempts.map(({ token }) => token)).toEqual(["token-1", "token-2"]));
    await soon(() => expect(there.stateOf(gatewayId)).toBe("online"));
    expect(here.home.attempts).toHaveLength(2);
  });

  it("begins one anew at both where another agent of the home holds it from now on", async () => {
    const siteId = await addSite();
    const gatewayId = await add(siteId);
    await soon(() => expect(there.stateOf(gatewayId)).toBe("online"));
    const agentId = newId<AgentId>();
    const row = { id: agentId, siteId, publicKey: agentId, fingerprint: "ABCD", status: "paired" } as const;
    await db
      .insertInto("agent")
      .values({ ...row, pairedAt: new Date(), pairedBy: "test" })
      .execute();
    await db.updateTable("gateway").set({ agentId }).where("id", "=", gatewayId).execute();

    here.announcements.announce({ type: "gateway.moved", siteId, gatewayId });

    for (const hub of [here, there]) {
      await soon(() => expect(hub.agentOf(gatewayId)).toBe(agentId));
      await soon(() => expect(hub.home.closed).toBe(1));
    }
  });

  it("knows what a person said of a device", async () => {
    const gatewayId = await add(await addSite());
    await soon(() => expect(there.devicesOf(gatewayId)).toMatchObject([{ name: "Bridge", doNotTouch: false }]));
    const { id, version } = await db
      .selectFrom("device")
      .select(["id", "version"])
      .where("gatewayId", "=", gatewayId)
      .executeTakeFirstOrThrow();

    await here.devices["device.update"]({ deviceId: id as DeviceId, version, doNotTouch: true }, call);

    await soon(() => expect(there.devicesOf(gatewayId)).toMatchObject([{ doNotTouch: true }]));
  });

  it("follows what is stored, whatever was said last: added, and already gone", async () => {
    const siteId = await addSite();
    const gatewayId = await add(siteId);
    await soon(() => expect(there.stateOf(gatewayId)).toBe("online"));
    await here.handlers["gateway.remove"]({ gatewayId }, call);
    await soon(() => expect(there.stateOf(gatewayId)).toBeUndefined());

    here.announcements.announce({ type: "gateway.added", siteId, gatewayId });
    await soon(() => expect(there.told.filter(({ type }) => type === "gateway.told")).toHaveLength(3));
    // What is done about it is done when the next is.
    const next = await add(siteId);
    await soon(() => expect(there.stateOf(next)).toBe("online"));

    expect(there.stateOf(gatewayId)).toBeUndefined();
  });
});

describe("a hub that was deaf for a moment", () => {
  it("has all that was added, and nothing that was removed, once it hears again", async () => {
    const siteId = await addSite();
    const gone = await add(siteId);
    await soon(() => expect(there.stateOf(gone)).toBe("online"));
    const removed = await addSite("Sold");
    await soon(() => expect(there.rowOf(removed)).toBeDefined());
    const moment = { removedAt: new Date() };
    await db.updateTable("site").set(moment).where("id", "=", removed).execute();
    await db.updateTable("gateway").set(moment).where("id", "=", gone).execute();
    const added = await addSite("New", false);
    const gatewayId = newId<GatewayId>();
    await vault.seal(null, `gateway:${gatewayId}`, { token: "token-1" });
    const row = {
      id: gatewayId,
      siteId: added,
      connector: "test",
      name: "Gateway",
      address: "home",
      since: new Date(),
    };
    await db
      .insertInto("gateway")
      .values({
        ...row,
        config: JSON.stringify({ host: "home", port: 1 }),
        reason: "{}",
        isSimulated: false,
        createdAt: new Date(),
      })
      .execute();

    there.announcements.announce({ type: "others.missed" });

    await soon(() => expect(there.rowOf(added)).toMatchObject({ name: "New" }));
    await soon(() => expect(there.stateOf(gatewayId)).toBe("online"));
    await soon(() => expect(there.stateOf(gone)).toBeUndefined());
    expect(there.rowOf(removed)).toBeUndefined();
  });
});
