import { createTestClock, type TestClock } from "@caretaker/kit";
import { Device, EntityState, Gateway, Integration, SiteRow, type StateChange } from "@caretaker/protocol";
import { beforeEach, describe, expect, it } from "vitest";
import { type EntityRecord, type GatewayRecord, NEVER } from "./records.ts";
import { restore, save } from "./snapshots.ts";
import { StateStore } from "./store.ts";
import { addGateway, addHome, buildRows, type TestHome } from "./test-homes.ts";
import { viewOf } from "./view.ts";

let clock: TestClock;
let store: StateStore;
let home: TestHome;
let NOW: number;

beforeEach(() => {
  clock = createTestClock();
  NOW = clock.now().getTime();
  store = new StateStore({ clock });
  home = addHome(store);
});

const change = (...changes: StateChange[]) => store.applyStates(home.gateway, { type: "states", full: false, changes });
const full = (...changes: StateChange[]) => store.applyStates(home.gateway, { type: "states", full: true, changes });
const entity = (key: string, gateway: GatewayRecord = home.gateway): EntityRecord =>
  gateway.byKey.get(key) as EntityRecord;
const allOffline = (): StateChange[] =>
  ["e0", "e1", "e2"].map((key) => ({ key, available: "offline" as const, since: NOW - 5000 }));

describe("a change", () => {
  it("is applied to the very record that is held", () => {
    const before = entity("e0");

    change({
      key: "e0",
      state: "on",
      available: "online",
      attributes: { brightness: 5 },
      since: NOW - 60,
      at: NOW - 10,
    });

    expect(entity("e0")).toBe(before);
    expect(before).toMatchObject({
      state: "on",
      availability: "online",
      attributes: { brightness: 5 },
      since: NOW - 60,
      reportedAt: NOW - 10,
    });
  });

  it("leaves alone what it does not name", () => {
    change({ key: "e0", state: "on", attributes: { brightness: 5, color: "red" } });

    change({ key: "e0", attributes: { brightness: 6 }, removedAttributes: ["color"] });

    expect(entity("e0")).toMatchObject({ state: "on", attributes: { brightness: 6 } });
    expect(entity("e0").attributes).not.toHaveProperty("color");
  });

  it("does not reach into another entity's attributes", () => {
    change({ key: "e0", attributes: { brightness: 5 } });

    expect(entity("e1").attributes).toEqual({});
  });

  it("answers the keys that nobody has", () => {
    expect(change({ key: "e0", state: "on" }, { key: "nobody", state: "on" })).toEqual(["nobody"]);
    expect(change({ key: "e0", state: "off" })).toBeNull();
  });

  it.each([
    { key: "e0", state: 7 },
    { key: "e0", state: null },
    { key: "e0", available: "perhaps" },
    { key: "e0", attributes: "all" },
    { key: "e0", attributes: { brightness: { deep: true }, list: [{}], f: () => {} } },
    { key: "e0", removedAttributes: "brightness" },
    { key: "e0", since: "yesterday", at: Number.NaN },
    { key: "e0", state: "x".repeat(100_000) },
    { key: 7, state: "on" },
    { key: "__proto__", state: "on" },
  ])("of the wrong shape changes nothing: %j", (wrong) => {
    change(wrong as unknown as StateChange);

    expect(entity("e0")).toMatchObject({ state: null, availability: "unknown", attributes: {} });
    expect(entity("e0").since).toBe(NEVER);
  });

  it("keeps the prototype of attributes out of reach", () => {
    change({ key: "e0", attributes: JSON.parse('{"__proto__": "x", "brightness": 1}') });

    expect(({} as Record<string, unknown>).brightness).toBeUndefined();
    expect(Object.getPrototypeOf(entity("e0").attributes)).toBe(Object.prototype);
  });
});

describe("a full report", () => {
  it("makes unknown what it leaves out, and keeps its last state", () => {
    full({ key: "e0", state: "on", available: "online" }, { key: "e1", state: "on", available: "offline" });

    full({ key: "e0", state: "off", available: "online" });

    expect(entity("e1")).toMatchObject({ state: "on", availability: "unknown" });
    expect(home.gateway.unavailable).toBe(0);
  });
});

describe("places that a connector gives", () => {
  const placed = (...keys: string[]): StateChange[] =>
    keys.map((key, place) => ({ key, place, state: "on", available: "online" as const }));

  it("lead to the entity of that key, and to no other when the connector gave them away anew", () => {
    full(...placed("e0", "e1", "e2"));
    change({ key: "e2", place: 0, state: "off" }, { key: "e0", place: 2, state: "dim" });
    change({ key: "e1", place: 2, state: "low" });

    expect(["e0", "e1", "e2"].map((key) => entity(key).state)).toEqual(["dim", "low", "off"]);
    expect(change({ key: "e9", place: 0, state: "on" })).toEqual(["e9"]);
  });

  it("do not bring back what an inventory no longer has", () => {
    full(...placed("e0", "e1", "e2"));
    store.setInventory(home.gateway, { ...home.rows, entities: home.rows.entities.slice(1) });

    expect(change({ key: "e0", place: 0, state: "off" })).toEqual(["e0"]);
  });

  it("do not hide that a full report leaves something out, or names something twice", () => {
    full(...placed("e0", "e1", "e2"));
    full(...placed("e0", "e1"));
    expect(entity("e2").availability).toBe("unknown");

    full(...placed("e0", "e1", "e2"));
    full(...placed("e0", "e1", "e1"));
    expect(entity("e2").availability).toBe("unknown");
  });

  it.each([-1, 0.5, Number.NaN, 1e9])("are not believed when they make no sense: %d", (place) => {
    change({ key: "e0", place, state: "on" });

    expect(entity("e0").state).toBe("on");
    expect(home.gateway.byPlace).toHaveLength(0);
  });
});

describe("counts", () => {
  it("go with each change, per integration and per gateway", () => {
    full(...["e0", "e1", "e2"].map((key) => ({ key, available: "online" as const })));

    change({ key: "e0", available: "offline" }, { key: "e1", available: "offline" });
    change({ key: "e0", available: "online" });

    const [integration] = [...home.gateway.integrations.values()];
    expect(integration).toMatchObject({ entities: 3, unavailable: 1 });
    expect(store.row(home.site)).toMatchObject({ unavailable: 1, entities: 3, health: "attention" });
  });

  it("agree with a count from scratch after a thousand random changes", () => {
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed % below;
    };
    for (let index = 0; index < 1000; index += 1)
      change({ key: `e${random(3)}`, available: (["online", "offline", "unknown"] as const)[random(3)] as "online" });

    const away = [...home.gateway.byKey.values()].filter((one) => one.availability === "offline").length;
    expect(home.gateway.unavailable).toBe(away);
  });

  it("leave out disabled entities, and devices that may sleep are no problem", () => {
    full(...allOffline());
    const [device] = home.rows.devices;
    store.setDevices(home.gateway, [{ ...device!, maySleep: true }]);

    expect(store.row(home.site)).toMatchObject({ unavailable: 0, health: "ok" });
    store.setInventory(home.gateway, {
      ...home.rows,
      entities: home.rows.entities.map((row) => ({ ...row, disabled: true })),
    });
    expect(home.gateway).toMatchObject({ entities: 0, unavailable: 0 });
  });
});

describe("a private entity", () => {
  it("shows whether it answers, and neither its state nor when it last changed", () => {
    home = addHome(store, { private: true });

    change({
      key: "e0",
      state: "locked",
      available: "online",
      attributes: { changed_by: "Ada" },
      since: NOW - 60,
      at: NOW - 50,
    });
    const shown = { ...entity("e0") };
    change({ key: "e0", state: "unlocked", attributes: { changed_by: "Bob" }, since: NOW - 5, at: NOW - 4 });

    expect(shown).toMatchObject({ state: null, availability: "online", attributes: {} });
    expect(entity("e0")).toMatchObject({ state: null, attributes: {}, since: NOW - 60, reportedAt: NOW - 50 });
    expect(home.site.changes.entities).toEqual([]);
  });

  it("is shown whole while a grant lets us", () => {
    store = new StateStore({ clock, seesPrivate: () => true });
    home = addHome(store, { private: true });

    change({ key: "e0", state: "locked", available: "online" });

    expect(entity("e0").state).toBe("locked");
    expect(JSON.stringify(save(home.gateway))).not.toContain("locked");
  });

  it("forgets its state at once when it becomes private", () => {
    change({ key: "e0", state: "on", attributes: { brightness: 4 } });

    store.setInventory(home.gateway, {
      ...home.rows,
      entities: home.rows.entities.map((row) => ({ ...row, private: true })),
    });

    expect(entity("e0")).toMatchObject({ state: null, attributes: {} });
  });
});

describe("an inventory", () => {
  it("keeps the states of what stays, under its new key and name", () => {
    change({ key: "e0", state: "on" });
    const record = entity("e0");

    store.setInventory(home.gateway, {
      ...home.rows,
      entities: home.rows.entities.map((row) => (row.key === "e0" ? { ...row, key: "e9", name: "New" } : row)),
    });

    expect(entity("e9")).toBe(record);
    expect(record).toMatchObject({ state: "on", name: "New" });
    expect(home.gateway.byKey.has("e0")).toBe(false);
  });

  it("survives two entities that swapped their keys", () => {
    change({ key: "e0", state: "zero" }, { key: "e1", state: "one" });
    const swapped: Record<string, string> = { e0: "e1", e1: "e0" };

    store.setInventory(home.gateway, {
      ...home.rows,
      entities: home.rows.entities.map((row) => ({ ...row, key: swapped[row.key] ?? row.key })),
    });

    expect([entity("e0").state, entity("e1").state]).toEqual(["one", "zero"]);
  });

  it("lets go of what is gone", () => {
    const { id } = entity("e2");

    store.setInventory(home.gateway, { ...home.rows, entities: home.rows.entities.slice(0, 2) });

    expect(store.entity(id)).toBeUndefined();
    expect(home.gateway.byKey.size).toBe(2);
  });

  it("is looked up by id, and forgotten with its gateway", () => {
    const { id } = entity("e0");
    expect(store.entity(id)).toBe(entity("e0"));

    store.removeGateway(home.gateway.facts.id);

    expect(store.entity(id)).toBeUndefined();
    expect(store.row(home.site).health).toBe("not_monitored");
  });
});

describe("those who listen", () => {
  it("are told once that a site has something, until it was taken", () => {
    home.site.isNoted = false;
    const told: string[] = [];
    store.onNoted((site) => told.push(site.facts.name));
    home.site.watchers = 1;

    change({ key: "e0", state: "on" });
    change({ key: "e1", state: "on" });

    expect(told).toEqual(["Home"]);
    expect(home.site.changes.entities.map(({ key }) => key)).toEqual(["e0", "e1"]);
  });

  it("are not told of states when nobody watches, but of what the fleet shows", () => {
    full(...["e0", "e1", "e2"].map((key) => ({ key, available: "online" as const })));
    store.row(home.site);
    home.site.isNoted = false;
    let told = 0;
    store.onNoted(() => (told += 1));

    change({ key: "e0", state: "on" });
    expect(told).toBe(0);
    change({ key: "e0", available: "offline" });

    expect(told).toBe(1);
    expect(home.site.changes.entities).toEqual([]);
  });
});

describe("what is shown", () => {
  it("has the protocol's shapes", () => {
    full({ key: "e0", state: "on", available: "online", attributes: { brightness: 5 }, since: NOW, at: NOW });
    const view = viewOf(store, home.site);

    for (const one of view?.entities ?? []) EntityState.parse(one);
    for (const one of view?.devices ?? []) Device.parse(one);
    for (const one of view?.integrations ?? []) Integration.parse(one);
    for (const one of view?.gateways ?? []) Gateway.parse(one);
    SiteRow.parse(view?.row);
    expect(view?.entities[0]).toMatchObject({ label: "light.e0", roomId: home.rows.rooms[0]?.id, state: "on" });
  });

  it("folds what is unavailable behind a gateway that is away into that one cause", () => {
    full(...allOffline());
    expect(store.row(home.site).unavailable).toBe(3);

    store.setStatus(home.gateway, { state: "unreachable", reason: { code: "no_route" }, since: NOW });

    expect(store.row(home.site)).toMatchObject({
      unavailable: 0,
      health: "offline",
      since: new Date(NOW).toISOString(),
    });
  });

  it("says of a wedged bridge that its integration is silent, and since when", () => {
    full(...["e0", "e1", "e2"].map((key) => ({ key, available: "online" as const, since: NOW - 9000 })));

    change(...allOffline());

    expect(store.row(home.site)).toMatchObject({
      health: "problem",
      reason: { code: "integration_silent", params: { integration: "Hue", unavailable: 3 } },
      since: new Date(NOW - 5000).toISOString(),
    });
  });

  it("says that everything answers only once the home has said so, even where that is no news", () => {
    expect(store.row(home.site)).toMatchObject({ health: "unknown", reason: { code: "first_report" } });

    full();

    expect(store.row(home.site)).toMatchObject({ health: "ok", reason: { code: "all_well" } });
  });

  it("takes the worst of several gateways", () => {
    full(...["e0", "e1", "e2"].map((key) => ({ key, available: "online" as const })));
    const second = addGateway(store, home.site.facts.id);
    expect(store.row(home.site)).toMatchObject({ health: "unknown", reason: { code: "first_report" } });
    second.inventoryDigest = "as it is built";
    store.setInventory(second, buildRows(2));
    store.applyStates(second, { type: "states", full: true, changes: [] });
    expect(store.row(home.site).health).toBe("ok");

    store.setStatus(second, { state: "credentials_refused", reason: { code: "gateway_auth_failed" } });

    expect(store.row(home.site)).toMatchObject({ health: "problem", reason: { code: "credentials_refused" } });
  });
});

describe("a snapshot", () => {
  it("brings back what was last known", () => {
    full(
      { key: "e0", state: "on", available: "online", attributes: { brightness: 5 }, since: NOW - 60, at: NOW - 5 },
      { key: "e1", available: "offline" },
    );
    const saved = JSON.parse(JSON.stringify(save(home.gateway)));
    const later = new StateStore({ clock });
    later.putSite(home.site.facts);
    const gateway = later.putGateway(home.site.facts.id, home.gateway.facts, {
      ...home.gateway.status,
      state: "unreachable",
    });
    later.setInventory(gateway, home.rows);

    restore(gateway, saved);

    expect(entity("e0", gateway)).toMatchObject({
      state: "on",
      attributes: { brightness: 5 },
      since: NOW - 60,
      reportedAt: NOW - 5,
    });
    expect(gateway.unavailable).toBe(1);
    expect([...gateway.integrations.values()][0]).toMatchObject({ state: "loaded", unavailable: 1 });
  });
});
