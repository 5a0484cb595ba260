import type { Actor, DeviceId, EntityId, GatewayId, PersonId, RoomId, SessionId } from "@caretaker/protocol";
import { systemClock } from "@caretaker/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createAnnouncements } from "../announcements.ts";
import { newId } from "../db/new-id.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import type { Call } from "../http/handler.ts";
import { listEntries } from "../ledger/read.ts";
import { buildHome, type TestHome } from "../runs/test-rows.ts";
import { loadThing } from "../runs/things.ts";
import { createState, type HubState } from "../state/state.ts";
import { createViewNews } from "../state/view-news.ts";
import { deviceHandlers } from "./devices.ts";
import { raiseHandlers } from "./raises.ts";
import { scopesHandlers } from "./scopes.ts";
import { viewLimitHandlers } from "./view-limits.ts";

const actor: Actor = {
  kind: "person",
  id: newId<PersonId>(),
  name: "Ann",
  role: "technician",
  sessionId: "s" as SessionId,
  factorAt: null,
};
const call: Call = { actor, requestId: "r", now: new Date(), signal: new AbortController().signal };
const SAID = { evidence: "told_by_phone", givenBy: "Mrs Lee" } as const;
const log = { info() {}, warn() {}, error() {} };

let database: TestDatabase;
let home: TestHome;
let bedroom: RoomId;
const closes: (() => Promise<void>)[] = [];

beforeAll(async () => {
  database = await testDatabase();
  await database.db
    .insertInto("person")
    .values({
      id: actor.id as PersonId,
      name: "Ann",
      email: "ann@firm.example",
      role: "technician",
      createdAt: call.now,
      updatedAt: call.now,
    })
    .execute();
});
afterAll(() => database.drop());
beforeEach(async () => {
  home = await buildHome(database.db);
  bedroom = newId<RoomId>();
  await database.db
    .insertInto("room")
    .values({ id: bedroom, gatewayId: home.gatewayId, key: "bedroom", name: "Bedroom" })
    .execute();
  await database.db.updateTable("device").set({ roomId: bedroom }).where("id", "=", home.bridge).execute();
});
afterEach(async () => {
  for (const close of closes.splice(0)) await close();
});

/** A hub on the database, as far as it shows homes: what is said at one of them must reach the others. */
async function openHub() {
  const announcements = createAnnouncements((error) => {
    throw error;
  });
  const state = createState({
    db: database.db,
    clock: systemClock,
    announcements,
    log,
    connectorName: (id) => id,
  });
  await state.start();
  await state.fill([home.gatewayId]);
  const news = createViewNews({ databaseUrl: database.url, clock: systemClock, log, announcements });
  await news.start();
  closes.push(news.close, state.close);
  const deps = { db: database.db, announcements };
  return {
    state,
    announcements,
    ...viewLimitHandlers(deps as never),
    ...deviceHandlers(deps as never),
    ...scopesHandlers(deps as never),
    ...raiseHandlers(deps),
  };
}

function tell({ store }: HubState, lamp: string): void {
  const gateway = store.gateways.get(home.gatewayId);
  if (gateway === undefined) throw new Error("The gateway was not loaded.");
  const changes = [
    { key: "lamp", state: lamp, available: "online", attributes: { brightness: 4 } } as const,
    { key: "plug", state: "on", available: "online" } as const,
  ];
  store.applyStates(gateway, { type: "states", full: false, changes });
}

/** Another gateway of the site with one device, and a lamp on it. */
async function addGatewayTo(siteId: TestHome["siteId"], name: string) {
  const gatewayId = newId<GatewayId>();
  const device = newId<DeviceId>();
  const lamp = newId<EntityId>();
  const { id: _, ...gateway } = await database.db
    .selectFrom("gateway")
    .selectAll()
    .where("id", "=", home.gatewayId)
    .executeTakeFirstOrThrow();
  await database.db
    .insertInto("gateway")
    .values({ ...gateway, id: gatewayId, siteId, config: "{}", reason: JSON.stringify({ code: "new" }) } as never)
    .execute();
  await database.db
    .insertInto("device")
    .values({ id: device, gatewayId, key: "other", name, kind: "bridge" })
    .execute();
  await database.db
    .insertInto("entity")
    .values({ id: lamp, gatewayId, key: "lamp", label: "light.new", name: "New lamp", kind: "light", deviceId: device })
    .execute();
  return { gatewayId, lamp };
}

const seen = (state: HubState) =>
  Object.fromEntries((state.site(home.siteId)?.entities ?? []).map((entity) => [entity.name, entity]));
const within = (check: () => void) => vi.waitFor(check, { timeout: 1000, interval: 10 });
const hides = (state: HubState) =>
  within(() => expect(seen(state).Lamp).toMatchObject({ private: true, state: null, attributes: {} }));

describe("what the homeowner leaves out", () => {
  it.each([
    ["a room", () => ({ rooms: [bedroom], kinds: [], classes: [] })],
    ["a kind", () => ({ rooms: [], kinds: ["light" as const], classes: [] })],
    ["a class", () => ({ rooms: [], kinds: [], classes: ["dimmer"] })],
  ])("as %s goes from every hub within a second, and only whether it answers stays", async (_, parts) => {
    await database.db.updateTable("entity").set({ deviceClass: "dimmer" }).where("id", "=", home.lamp).execute();
    const [here, there] = [await openHub(), await openHub()];
    for (const { state } of [here, there]) tell(state, "on");

    await here["view.narrow"]({ siteId: home.siteId, ...parts(), ...SAID }, call);
    await hides(here.state);
    await hides(there.state);
    tell(there.state, "off");

    expect(seen(there.state).Lamp).toMatchObject({ state: null, attributes: {}, availability: "online" });
    expect(seen(there.state).Plug).toMatchObject({ private: false, state: "on" });
  });

  it("stays out when a hub starts anew, and is not kept in what was last known", async () => {
    const before = await openHub();
    tell(before.state, "glowing");
    await before.state.save();
    await before["view.narrow"]({ siteId: home.siteId, rooms: [bedroom], kinds: [], classes: [], ...SAID }, call);
    await hides(before.state);
    for (const close of closes.splice(0)) await close();

    const { state } = await openHub();
    tell(state, "on");

    expect(seen(state).Lamp).toMatchObject({ private: true, state: null });
    const kept = await database.db
      .selectFrom("gatewaySnapshot")
      .selectAll()
      .where("gatewayId", "=", home.gatewayId)
      .execute();
    expect(JSON.stringify(kept)).not.toContain("glowing");
  });

  it("keeps the health of what is in a room", async () => {
    const facts = { deviceClass: "battery", diagnostic: true };
    await database.db.updateTable("entity").set(facts).where("id", "=", home.lamp).execute();
    const { state, ...doors } = await openHub();

    await doors["view.narrow"](
      { siteId: home.siteId, rooms: [bedroom], kinds: ["switch"], classes: [], ...SAID },
      call,
    );
    await within(() => expect(seen(state).Plug).toMatchObject({ private: true }));
    tell(state, "80");

    expect(seen(state).Lamp).toMatchObject({ private: false, state: "80" });
  });

  it("comes back only when it is said with evidence, and both stand in the ledger", async () => {
    const { state, ...doors } = await openHub();
    const parts = { siteId: home.siteId, rooms: [bedroom], kinds: [], classes: [], ...SAID };
    const { limits } = await doors["view.narrow"](parts, call);
    await hides(state);

    expect(await doors["view.widen"](parts, call)).toEqual({ limits: [] });
    await within(() => expect(seen(state).Lamp).toMatchObject({ private: false }));

    expect(limits).toMatchObject([{ roomName: "Bedroom", kind: null, givenBy: "Mrs Lee", setBy: "Ann" }]);
    const entries = await listEntries(database.db, { chain: home.siteId, before: undefined, limit: 50 });
    expect(entries.map(({ event }) => event)).toEqual(expect.arrayContaining(["view.narrowed", "view.widened"]));
    await expect(doors["view.widen"](parts, call)).rejects.toMatchObject({ code: "not_found" });
  });

  it("names rooms of this home only, and at least one thing", async () => {
    const { state: _, ...doors } = await openHub();
    const none = { siteId: home.siteId, rooms: [], kinds: [], classes: [], ...SAID };

    await expect(doors["view.narrow"](none, call)).rejects.toMatchObject({ code: "invalid_input" });
    const elsewhere = { ...none, rooms: [newId<RoomId>()] };
    await expect(doors["view.narrow"](elsewhere, call)).rejects.toMatchObject({ code: "invalid_input" });
  });
});

describe("`view` that is taken back", () => {
  it("is told to every hub within a second, of that home only", async () => {
    const [here, there] = [await openHub(), await openHub()];
    const told: unknown[] = [];
    there.announcements.on("view.told", ({ siteId }) => told.push(siteId));

    await here["scopes.set"]({ siteId: home.siteId, scopes: ["reach"], ...SAID }, call);

    await within(() => expect(told).toEqual([home.siteId]));
  });
});

describe("a room that was left out", () => {
  it("stays out when another gateway takes the place of its own, whatever it calls its rooms' keys", async () => {
    const { state, ...doors } = await openHub();
    await doors["view.narrow"]({ siteId: home.siteId, rooms: [bedroom], kinds: [], classes: [], ...SAID }, call);
    await hides(state);
    const after = newId<RoomId>();
    const room = { id: after, gatewayId: home.gatewayId, key: "slaapkamer_2", name: " BEDROOM " };
    await database.db.insertInto("room").values(room).execute();
    await database.db.updateTable("device").set({ roomId: after }).where("id", "=", home.bridge).execute();
    await database.db.updateTable("room").set({ goneAt: new Date() }).where("id", "=", bedroom).execute();

    const { state: anew } = await openHub();
    tell(anew, "on");

    expect(seen(anew).Lamp).toMatchObject({ private: true, state: null });
    expect(await loadThing(database.db, "entity", home.lamp)).toMatchObject({ isHidden: true });
    const { limits } = await doors["view.narrow"](
      { siteId: home.siteId, rooms: [after], kinds: [], classes: [], ...SAID },
      call,
    );
    expect(limits, "it is left out already").toHaveLength(1);
    const seenAgain = { siteId: home.siteId, rooms: [after], kinds: [], classes: [], ...SAID };
    expect(await doors["view.widen"](seenAgain, call)).toEqual({ limits: [] });
  });

  it("stays out when it is renamed in the home, also for the gateway after", async () => {
    const { state, ...doors } = await openHub();
    await doors["view.narrow"]({ siteId: home.siteId, rooms: [bedroom], kinds: [], classes: [], ...SAID }, call);
    await hides(state);
    await database.db.updateTable("room").set({ name: "Nursery" }).where("id", "=", bedroom).execute();
    for (const name of ["Nursery", "Bedroom"]) {
      const id = newId<RoomId>();
      await database.db.insertInto("room").values({ id, gatewayId: home.gatewayId, key: name, name }).execute();
      await database.db.updateTable("device").set({ roomId: id }).where("id", "=", home.bridge).execute();

      expect(await loadThing(database.db, "entity", home.lamp), name).toMatchObject({ isHidden: true });
    }
  });
});

describe("a device that was raised to private", () => {
  it("is hidden on every hub as well, until the raise is taken back", async () => {
    const [here, there] = [await openHub(), await openHub()];
    tell(there.state, "on");
    const of = { siteId: home.siteId, deviceId: home.bridge, reason: "A child's room" };

    await here["raise.set"]({ ...of, scope: null, private: true }, call);
    await hides(there.state);
    await here["raise.lift"](of, call);

    await within(() => expect(seen(there.state).Lamp).toMatchObject({ private: false }));
  });
});

describe("a device that was raised to private and whose gateway was replaced", () => {
  it("is hidden under its name in the gateway after, from its first word on", async () => {
    const { state, ...doors } = await openHub();
    await doors["raise.set"](
      { siteId: home.siteId, deviceId: home.bridge, scope: null, private: true, reason: "A child's room" },
      call,
    );
    await hides(state);
    const { gatewayId } = await addGatewayTo(home.siteId, "light BRIDGE");
    await state.addGateway(gatewayId);
    const gateway = state.store.gateways.get(gatewayId);
    if (gateway === undefined) throw new Error("The gateway was not loaded.");
    const changes = [{ key: "lamp", state: "on", available: "online" } as const];
    state.store.applyStates(gateway, { type: "states", full: false, changes });

    expect(seen(state)["New lamp"]).toMatchObject({ private: true, state: null, availability: "online" });
    const { lamp } = await addGatewayTo(home.siteId, "Heat pump");
    expect(await loadThing(database.db, "entity", lamp)).toMatchObject({ isHidden: false });
  });
});

describe("why an integration is not well", () => {
  it("is shown without what it says of something hidden, and not kept with it", async () => {
    const { state, ...doors } = await openHub();
    const gateway = state.store.gateways.get(home.gatewayId);
    if (gateway === undefined) throw new Error("The gateway was not loaded.");
    const report = {
      key: "hue",
      name: "Hue",
      domain: "hue",
      state: "setup_error",
      needsSignIn: false,
      disabled: false,
    };
    state.store.setIntegrationStates(gateway, [{ ...report, reason: "Timeout while asking the lamp" }]);
    const reason = (of: HubState) => of.site(home.siteId)?.integrations[0]?.reason;
    expect(reason(state)).toBe("Timeout while asking the lamp");

    await doors["raise.set"](
      { siteId: home.siteId, deviceId: home.bridge, scope: null, private: true, reason: "A child's room" },
      call,
    );

    await within(() => expect(reason(state)).toMatch(/^\(not shown/));
    state.store.setIntegrationStates(gateway, [{ ...report, reason: "Timeout while asking the plug" }]);
    expect(reason(state)).toBe("Timeout while asking the plug");
    state.store.setIntegrationStates(gateway, [{ ...report, reason: "The light bridge is away" }]);
    await state.save();
    const kept = await database.db
      .selectFrom("gatewaySnapshot")
      .select("states")
      .where("gatewayId", "=", home.gatewayId)
      .executeTakeFirst();
    expect(JSON.stringify(kept)).not.toMatch(/light bridge/i);
  });
});

describe("what feeds a device", () => {
  it("is no switch that is left out, or whose device was raised to private", async () => {
    const { state: _, ...doors } = await openHub();
    const update = () => doors["device.update"]({ deviceId: home.bridge, version: 1, poweredBy: home.plug }, call);
    const parts = { siteId: home.siteId, rooms: [], kinds: ["switch" as const], classes: [], ...SAID };
    await doors["view.narrow"](parts, call);

    await expect(update()).rejects.toMatchObject({ code: "invalid_input", message: /left out of what we see/ });

    await doors["view.widen"](parts, call);
    expect(await update()).toMatchObject({ poweredBy: home.plug, version: 2 });
  });
});
