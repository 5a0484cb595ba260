import { createTestClock, type TestClock } from "@caretaker/kit";
import {
  type Actor,
  type AgentAsk,
  type AgentId,
  CaretakerError,
  type ClientId,
  type GatewayId,
  type Inventory,
  type PersonId,
  type SessionId,
  type SiteId,
} from "@caretaker/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { AgentLink } from "../agents/agent-link.ts";
import { type Announcement, type Announcements, createAnnouncements } from "../announcements.ts";
import type { Database } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import type { Call } from "../http/handler.ts";
import { createState, type HubState } from "../state/state.ts";
import { createGateways, type Gateways } from "./gateways.ts";
import { gatewayHandlers } from "./handlers.ts";
import { buildInventory, TestGateway, testConnector } from "./test-connector.ts";
import { MemoryVault } from "./test-vault.ts";

const NOW = "2026-11-23T12:00:00.000Z";
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const actor: Actor = {
  kind: "person",
  id: newId<PersonId>(),
  name: "Ada",
  role: "technician",
  sessionId: "s" as SessionId,
  factorAt: null,
};
const call: Call = { actor, requestId: "r", now: new Date(NOW), signal: new AbortController().signal };

interface Hub {
  readonly state: HubState;
  readonly gateways: Gateways;
  readonly handlers: ReturnType<typeof gatewayHandlers>;
  readonly announced: Announcement[];
  readonly announcements: Announcements;
  close(): Promise<void>;
}

let database: TestDatabase;
let db: Database;
let clock: TestClock;
let home: TestGateway;
let other: TestGateway;
let vault: MemoryVault;
let siteId: SiteId;
let hub: Hub;
let links: Map<AgentId, AgentLink>;

beforeAll(async () => {
  database = await testDatabase();
  db = database.db;
});
afterAll(() => database.drop());

beforeEach(async () => {
  clock = createTestClock(NOW);
  home = new TestGateway();
  home.inventory = buildInventory();
  home.states = [{ key: "one", state: "on", available: "online", since: Date.parse(NOW) - 1000, at: Date.parse(NOW) }];
  other = new TestGateway();
  vault = new MemoryVault();
  links = new Map();
  siteId = await insertSite();
  hub = await startHub();
});
afterEach(async () => {
  await hub.close();
  for (const table of [
    "viewLimit",
    "gatewaySnapshot",
    "gatewayInventory",
    "gatewayHistory",
    "entity",
    "device",
    "integration",
    "room",
    "gateway",
    "agent",
    "ledgerPayload",
    "ledgerEntry",
    "ledgerHead",
    "site",
    "client",
  ] as const)
    await db.deleteFrom(table).execute();
});

async function insertSite(): Promise<SiteId> {
  const clientId = newId<ClientId>();
  const id = newId<SiteId>();
  await db.insertInto("client").values({ id: clientId, name: "Client", phone: "+31 20 1", createdAt: NOW }).execute();
  await db
    .insertInto("site")
    .values({ id, clientId, name: "Home", timeZone: "UTC", language: "en", createdAt: NOW })
    .execute();
  return id;
}

/** An agent of the home; whether it has a line here is for the test to say, in `links`. */
async function insertAgent(status: "waiting" | "paired"): Promise<AgentId> {
  const id = newId<AgentId>();
  const row = { id, siteId, publicKey: id, fingerprint: "ABCD-EFGH-JKMN", status, pairedAt: NOW, pairedBy: "test" };
  await db.insertInto("agent").values(row).execute();
  return id;
}

async function startHub(): Promise<Hub> {
  const announced: Announcement[] = [];
  const announcements = createAnnouncements((error) => {
    throw error;
  });
  for (const type of [
    "gateway.added",
    "gateway.removed",
    "gateway.credentials_replaced",
    "gateway.access_withdrawn",
    "devices.changed",
  ] as const)
    announcements.on(type, (one) => announced.push(one));
  const connectors = [testConnector({ home, other })];
  const state = createState({ db, clock, announcements, log: silent, connectorName: () => "Test" });
  const deps = {
    db,
    state,
    vault,
    connectors,
    clock,
    log: silent,
    announcements,
    random: () => 1,
    linkOf: (id: AgentId) => links.get(id) ?? null,
  };
  const gateways = createGateways(deps);
  await state.start();
  await gateways.start();
  return {
    state,
    gateways,
    announced,
    announcements,
    handlers: gatewayHandlers({ ...deps, gateways }),
    async close() {
      await gateways.close();
      await state.close();
    },
  };
}

const config = (host = "home", token = "token-1") => ({ host, port: 8123, token });
const add = (more: object = {}) =>
  hub.handlers["gateway.add"]({ siteId, connector: "test", name: "Gateway", config: config(), ...more }, call);

/** Lets what is due happen, with the database's own time, until `look` is content. */
async function until<T>(look: () => T | Promise<T>, isContent: (value: T) => boolean = Boolean): Promise<T> {
  const deadline = Date.now() + 5000;
  for (;;) {
    const value = await look();
    if (isContent(value)) return value;
    if (Date.now() > deadline) throw new Error(`Waited in vain; last seen: ${JSON.stringify(value)}`);
    await clock.forward(300);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** As `view.narrow` leaves it in the database, and says it. */
async function leaveOut(part: { kind?: "light"; roomId?: string; roomName?: string }): Promise<void> {
  const said = { evidence: "contract", givenBy: "Mrs Lee", setBy: "Ada", setAt: new Date() } as const;
  await db
    .insertInto("viewLimit")
    .values({ id: newId<string>(), siteId, ...part, ...said })
    .execute();
  hub.announcements.announce({ type: "view.limited", siteId });
}

async function seeAll(): Promise<void> {
  await db.deleteFrom("viewLimit").execute();
  hub.announcements.announce({ type: "view.limited", siteId });
}

const entities = () => hub.state.site(siteId)?.entities ?? [];
const ledger = () =>
  db.selectFrom("ledgerEntry").select(["event", "actor"]).where("chain", "=", siteId).orderBy("number").execute();

describe("adding a gateway", () => {
  it("connects, takes up what the home has, and shows it in our ids", async () => {
    const gateway = await add();
    await until(() => entities().length === 3);

    expect(gateway).toMatchObject({ siteId, connector: "test", address: "http://home:8123", isSimulated: false });
    expect(hub.gateways.status(gateway.id)).toMatchObject({ state: "online", version: "2026.11.0", isAdmin: true });
    expect(entities().find(({ label }) => label === "light.one")).toMatchObject({
      state: "on",
      availability: "online",
    });
    expect(hub.state.site(siteId)?.row).toMatchObject({ health: "ok", entities: 3, unavailable: 0, phone: "+31 20 1" });
    expect(hub.announced.map(({ type }) => type)).toEqual(expect.arrayContaining(["gateway.added", "devices.changed"]));
  });

  it("keeps a room left out that was so under the gateway it takes the place of, from the first word on", async () => {
    const first = await add();
    await until(() => entities().length === 3);
    const room = await db.selectFrom("room").select("id").where("gatewayId", "=", first.id).executeTakeFirstOrThrow();
    await leaveOut({ roomId: room.id, roomName: "Hall" });
    await until(() => entities().every((entity) => entity.private));
    await hub.handlers["gateway.remove"]({ gatewayId: first.id }, call);
    other.inventory = { ...buildInventory(), rooms: [{ key: "h2", name: "HALL" }] };
    other.inventory.devices[0] = { ...(other.inventory.devices[0] as Inventory["devices"][number]), roomKey: "h2" };
    other.states = [{ key: "one", state: "on", available: "online" }];

    await add({ config: config("other") });
    await until(() => entities().some(({ availability }) => availability === "online"));

    expect(entities()).toHaveLength(3);
    expect(entities().every((entity) => entity.private && entity.state === null)).toBe(true);
  });

  it("seals the secret and keeps the rest in the open", async () => {
    const { id } = await add();

    const row = await db.selectFrom("gateway").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
    expect(row.config).toEqual({ host: "home", port: 8123 });
    expect(vault.kept.get(`gateway:${id}`)).toEqual({ token: "token-1" });
    expect(JSON.stringify(row)).not.toContain("token-1");
  });

  it("is written into the site's ledger", async () => {
    await add();

    expect(await ledger()).toEqual([{ event: "gateway.added", actor: `person:${actor.id}` }]);
  });

  it("names each mistake of the settings by its field", async () => {
    const error = await add({ config: { host: "", port: "x", color: 1 } }).catch((failure: unknown) => failure);

    expect(error).toMatchObject({ code: "invalid_input" });
    expect((error as CaretakerError).fields.map(({ path }) => path)).toEqual(
      expect.arrayContaining(["config.host", "config.port", "config.token"]),
    );
  });

  it("refuses the same address twice at one site, an unknown site and an unknown make", async () => {
    await add();

    await expect(add()).rejects.toMatchObject({ code: "conflict" });
    await expect(add({ siteId: newId() })).rejects.toMatchObject({ code: "not_found" });
    await expect(add({ connector: "nobody" })).rejects.toMatchObject({ code: "invalid_input" });
  });

  it("can be tested before, line by line", async () => {
    home.checklist = [
      { step: "name", status: "ok", detail: "192.168.1.5" },
      { step: "port", status: "failed", detail: "closed", next: "Open it." },
    ];

    const lines = [];
    for await (const line of hub.handlers["gateway.test"]({ siteId, connector: "test", config: config() }, call))
      lines.push(line);

    expect(lines.map(({ step, status }) => `${step} ${status}`)).toEqual(["name ok", "port failed"]);
  });

  it("says what each make needs to be told", async () => {
    const { items } = await hub.handlers["connector.list"]({}, call);

    expect(items).toMatchObject([
      {
        id: "test",
        secrets: ["token"],
        config: { type: "object", required: ["host", "port", "token"] },
        capabilities: expect.arrayContaining(["gateway.info", "entity.refresh"]),
      },
    ]);
  });
});

describe("a gateway that is lost", () => {
  it("state erased on disconnect: keeps the last known state, shown with its age", async () => {
    const { id } = await add();
    await until(() => entities().length === 3);
    home.failure = new CaretakerError("gateway_unreachable", "Gone.", { meta: { cause: "connection_refused" } });

    home.lose("unreachable");
    await until(() => hub.gateways.status(id).state === "unreachable");

    expect(entities().find(({ label }) => label === "light.one")).toMatchObject({ state: "on", reportedAt: NOW });
    expect(hub.state.site(siteId)?.row).toMatchObject({ health: "offline", reason: { code: "gateway_unreachable" } });
  });

  it("is known again after a restart of the hub, with what was last seen and since when it is away", async () => {
    const { id } = await add();
    await until(() => entities().length === 3);
    home.failure = new CaretakerError("gateway_unreachable", "Gone.");
    home.lose("unreachable");
    await until(() => hub.gateways.status(id).state === "unreachable");
    const { since } = hub.gateways.status(id);
    await until(
      () => db.selectFrom("gateway").select("state").where("id", "=", id).executeTakeFirstOrThrow(),
      ({ state }) => state === "unreachable",
    );
    await hub.close();
    await clock.forward("1h");

    hub = await startHub();

    expect(hub.gateways.status(id)).toMatchObject({ state: "unreachable", since });
    expect(entities().find(({ label }) => label === "light.one")).toMatchObject({ state: "on", reportedAt: NOW });
  });

  it("that was there when the hub stopped and is not now is soon shown with what was last seen", async () => {
    const { id } = await add();
    await until(() => entities().length === 3);
    await hub.close();
    home.failure = new CaretakerError("gateway_unreachable", "Gone.");

    hub = await startHub();
    await until(() => hub.gateways.status(id).state === "unreachable");
    await until(() => entities().find(({ label }) => label === "light.one")?.state === "on");

    expect(entities().find(({ label }) => label === "light.one")).toMatchObject({ reportedAt: NOW });
  });

  it("is known by its rows when the packed inventory is missing, and what people said of devices stays", async () => {
    const { id } = await add();
    await until(() => entities().length === 3);
    const before = hub.state.site(siteId);
    await hub.close();
    await db.deleteFrom("gatewayInventory").execute();
    await db.updateTable("device").set({ maySleep: true, version: 2 }).execute();

    hub = await startHub();

    const shown = (all: ReturnType<typeof entities> = []) => all.map((one) => [one.id, one.name, one.deviceId]).sort();
    expect(shown(entities())).toEqual(shown(before?.entities));
    expect(hub.state.site(siteId)?.devices).toMatchObject([{ maySleep: true, version: 2 }]);
    expect(hub.state.resolve("device", before?.devices[0]?.id ?? "")).toMatchObject({ gatewayId: id, maySleep: true });
  });

  it("has its access withdrawn when its credentials worked before: said once in the ledger, and left alone", async () => {
    const { id } = await add();
    await until(() => hub.gateways.isOnline(id));
    home.failure = new CaretakerError("gateway_auth_failed", "No.");

    home.lose("unreachable");
    await until(() => hub.announced.some(({ type }) => type === "gateway.access_withdrawn"));
    await hub.close();
    hub = await startHub();
    await clock.forward("1d");

    expect(hub.gateways.status(id).state).toBe("access_withdrawn");
    expect(home.attempts).toHaveLength(2);
    expect((await ledger()).map(({ event }) => event)).toEqual(["gateway.added", "gateway.access_withdrawn"]);
  });

  it("has the moments of its link kept by the clock of the database, also when it was lost too long", async () => {
    const link = (id: string) =>
      db
        .selectFrom("gateway")
        .select(["state", "linkSeenAt", "linkLostAt"])
        .where("id", "=", id)
        .executeTakeFirstOrThrow();
    const { id } = await add();
    await until(
      () => link(id),
      ({ linkSeenAt }) => linkSeenAt !== null,
    );
    const before = Date.now();
    home.failure = new CaretakerError("gateway_unreachable", "Gone.");
    home.lose("unreachable");
    const lost = await until(
      () => link(id),
      ({ state }) => state === "unreachable",
    );
    expect(Date.parse(lost.linkSeenAt ?? "")).toBeGreaterThan(before - 1000);
    expect(lost.linkLostAt).toBeNull();

    const long = new Date(before - 11 * 60_000);
    await db.updateTable("gateway").set({ linkSeenAt: long }).where("id", "=", id).execute();
    home.failure = null;
    const back = await until(
      () => link(id),
      ({ state }) => state === "online",
    );

    expect(back.linkLostAt).toBe(new Date(long.getTime() + 600_000).toISOString());
    expect(Date.parse(back.linkSeenAt ?? "")).toBeGreaterThan(before - 1000);
  });

  it("is waited for until it is back", async () => {
    home.failure = new CaretakerError("gateway_unreachable", "Gone.");
    const { id } = await add();
    await clock.forward(0);
    let isBack = false;
    const waiting = hub.gateways.whenOnline(id, new AbortController().signal).then(() => {
      isBack = true;
    });
    await clock.forward(0);
    expect(isBack).toBe(false);

    home.failure = null;
    await until(() => isBack);

    await waiting;
  });
});

describe("new credentials", () => {
  it("are tried at once, and what is not given stays", async () => {
    home.failure = new CaretakerError("gateway_auth_failed", "No.");
    const { id } = await add();
    await until(() => hub.gateways.status(id).state === "credentials_refused");
    home.failure = null;

    await hub.handlers["gateway.credentials.replace"]({ gatewayId: id, config: { token: "token-2" } }, call);
    await until(() => hub.gateways.isOnline(id));

    expect(home.attempts.at(-1)).toEqual(config("home", "token-2"));
    expect((await ledger()).map(({ event }) => event)).toEqual(["gateway.added", "gateway.credentials_replaced"]);
  });

  it.each([
    ["host", { host: "other" }],
    ["port", { port: 8124 }],
  ])(
    "are needed where another %s is given: a token is never sent but to where it was given for",
    async (field, given) => {
      const { id } = await add();
      await until(() => hub.gateways.isOnline(id));

      await expect(
        hub.handlers["gateway.credentials.replace"]({ gatewayId: id, config: given }, call),
      ).rejects.toMatchObject({
        code: "invalid_input",
        message: expect.stringContaining(`(${field})`),
        fields: [{ path: "config.token", message: "has to be given again" }],
      });
      await clock.forward("10m");

      expect(home.attempts).toEqual([config("home")]);
      expect(other.attempts).toEqual([]);
      expect((await ledger()).map(({ event }) => event)).toEqual(["gateway.added"]);
    },
  );

  it("that come with another host are sent there", async () => {
    const { id } = await add();
    await until(() => hub.gateways.isOnline(id));

    await hub.handlers["gateway.credentials.replace"](
      { gatewayId: id, config: { host: "other", token: "token-2" } },
      call,
    );
    await until(() => other.attempts.length > 0);

    expect(other.attempts).toEqual([config("other", "token-2")]);
  });

  it("are not needed where what is given is what is there", async () => {
    const { id } = await add();
    await until(() => hub.gateways.isOnline(id));

    await hub.handlers["gateway.credentials.replace"]({ gatewayId: id, config: { host: "home" } }, call);
    await until(() => home.attempts.length > 1);

    expect(home.attempts).toEqual([config("home"), config("home")]);
  });

  it("that are refused are refused, and not withdrawn, although the old ones worked", async () => {
    const { id } = await add();
    await until(() => hub.gateways.isOnline(id));
    home.failure = new CaretakerError("gateway_auth_failed", "No.");

    await hub.handlers["gateway.credentials.replace"]({ gatewayId: id, config: { token: "wrong" } }, call);
    await until(() => hub.gateways.status(id).state !== "connecting");

    expect(hub.gateways.status(id).state).toBe("credentials_refused");
  });
});

describe("removing a gateway", () => {
  it("disconnects it, destroys its credentials and forgets its state", async () => {
    const { id } = await add();
    await until(() => entities().length === 3);

    await hub.handlers["gateway.remove"]({ gatewayId: id }, call);

    expect(home.closed).toBe(1);
    expect(vault.kept.size).toBe(0);
    expect(hub.state.site(siteId)).toMatchObject({ gateways: [], entities: [], row: { health: "not_monitored" } });
    expect(() => hub.gateways.status(id as GatewayId)).toThrow();
    await expect(hub.handlers["gateway.remove"]({ gatewayId: id }, call)).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("what a home says while its inventory is written", () => {
  it("is kept for entities that have no row yet", async () => {
    await add();
    await until(() => entities().length === 3);

    home.say({ type: "inventory", inventory: buildInventory(["one", "two", "three", "four"]) });
    home.change({ key: "four", state: "on", available: "online" }, { key: "nobody", state: "on" });
    home.change({ key: "four", attributes: { brightness: 5 } });
    await until(() => entities().length === 4);
    await until(() => entities().find(({ label }) => label === "light.four")?.state === "on");

    expect(entities().find(({ label }) => label === "light.four")).toMatchObject({ attributes: { brightness: 5 } });
  });

  it("does not tell a second gateway's things apart by key alone", async () => {
    other.inventory = buildInventory();
    await add();
    await add({ name: "Second", config: config("other") });
    await until(() => entities().length === 6);

    other.change({ key: "one", state: "off" });

    expect(
      entities()
        .filter(({ label }) => label === "light.one")
        .map(({ state }) => state)
        .sort(),
    ).toEqual(["off", "on"]);
  });
});

describe("what may be seen again", () => {
  const seen = { state: "on", availability: "online", since: NOW, attributes: { brightness: 4 } };
  const one = () => entities().find(({ label }) => label === "light.one");
  beforeEach(async () => {
    await add();
    await until(() => one()?.state === "on");
    await leaveOut({ kind: "light" });
    await until(() => one()?.state === null);
  });

  it("shows its state at once, and nobody has to touch it", async () => {
    home.answers["entity.state"] = seen;

    await seeAll();
    await until(() => one()?.state === "on");

    expect(one()).toMatchObject({ attributes: { brightness: 4 }, since: NOW });
    expect(home.read.filter(({ capability }) => capability === "entity.state")).toContainEqual({
      capability: "entity.state",
      input: { entity: "one" },
    });
  });

  it("keeps what it says itself while it is asked: that is newer", async () => {
    let answer: (state: object) => void = () => {};
    home.answers["entity.state"] = new Promise((resolve) => {
      answer = resolve;
    });
    await seeAll();
    await until(() => home.read.some(({ capability }) => capability === "entity.state"));

    home.change({ key: "one", state: "off" });
    answer(seen);
    await until(() => one()?.state !== null);
    await clock.forward(1000);

    expect(one()).toMatchObject({ state: "off" });
  });

  it("is hidden still where somebody left it out again meanwhile", async () => {
    let answer: (state: object) => void = () => {};
    home.answers["entity.state"] = new Promise((resolve) => {
      answer = resolve;
    });
    await seeAll();
    await until(() => home.read.some(({ capability }) => capability === "entity.state"));

    await leaveOut({ kind: "light" });
    await until(() => one()?.private === true);
    answer(seen);
    await clock.forward(1000);

    expect(one()).toMatchObject({ state: null, attributes: {} });
  });

  it("waits for its next change where the gateway cannot say it", async () => {
    home.answers["entity.state"] = new CaretakerError("not_available_here", "It has none.");

    await seeAll();
    await until(() => one()?.private === false);
    home.change({ key: "one", state: "off" });

    expect(one()).toMatchObject({ state: "off" });
  });
});

describe("a gateway that the agent in the home reaches", () => {
  const lines = async (throughAgent: boolean) => {
    const request = { siteId, connector: "test", config: config(), throughAgent };
    const said: unknown[] = [];
    for await (const line of hub.handlers["gateway.test"](request, call) as AsyncIterable<unknown>) said.push(line);
    return said;
  };

  it("is held by it, and the hub never calls there", async () => {
    const agentId = await insertAgent("paired");

    const gateway = await add({ throughAgent: true });

    expect(gateway.via).toBe("agent");
    await until(() => hub.gateways.status(gateway.id).reason.code === "agent_away");
    expect(home.attempts).toEqual([]);
    const { payload } = await db.selectFrom("ledgerPayload").select("payload").executeTakeFirstOrThrow();
    expect(JSON.parse(payload ?? "")).toMatchObject({ gatewayId: gateway.id, agentId });
  });

  it("is one only where that was said: with an agent in the home, the hub still reaches others itself", async () => {
    await insertAgent("paired");

    const gateway = await add();

    expect(gateway.via).toBe("direct");
    await until(() => hub.gateways.isOnline(gateway.id));
  });

  it.each([
    ["has none", null, "Pair one first"],
    ["has not confirmed it yet", "waiting" as const, "has not confirmed"],
  ])("is neither added nor checked where the home %s", async (_, status, words) => {
    if (status !== null) await insertAgent(status);

    const refused = { code: "conflict", message: expect.stringContaining(words) };
    await expect(add({ throughAgent: true })).rejects.toMatchObject(refused);
    await expect(lines(true)).rejects.toMatchObject(refused);
    expect(await db.selectFrom("gateway").select("id").execute()).toEqual([]);
  });

  it("is checked by the agent, line by line, and by the hub where that was not said", async () => {
    const agentId = await insertAgent("paired");
    const asked: AgentAsk[] = [];
    const ask = async (what: AgentAsk, line: (line: unknown) => void): Promise<null> => {
      asked.push(what);
      line({ step: "name", status: "ok", detail: "found" });
      return null;
    };
    links.set(agentId, { ask, isOver: false } as unknown as AgentLink);

    const said = await lines(true);

    expect(asked).toEqual([{ what: "test", connector: "test", config: config() }]);
    expect(said).toHaveLength(1);
    await lines(false);
    expect(asked).toHaveLength(1);
  });
});
