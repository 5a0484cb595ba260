import type { StateChange } from "@caretaker/protocol";
import { beforeEach, describe, expect, it } from "vitest";
import { captured } from "../test-helpers.ts";
import { Entities } from "./entities.ts";
import { applyEvent, applyStateChange, type StreamTarget } from "./stream.ts";

let garbage: string[];
let renamed: number;
let target: StreamTarget;

beforeEach(() => {
  garbage = [];
  renamed = 0;
  target = {
    entities: new Entities(),
    keyOf: (entityId) => `key of ${entityId}`,
    garbage: (what) => garbage.push(what),
    renamed: () => {
      renamed += 1;
    },
  };
});

const LAMP = "light.hall";
const shown = (more: object = {}) => ({
  a: { [LAMP]: { s: "on", a: { brightness: 10, friendly_name: "Hall" }, c: "01", lc: 1000.5, ...more } },
});
const change = (difference: unknown): StateChange | undefined =>
  applyEvent(target, { c: { [LAMP]: difference } })?.changes[0];

/** All of an entity, also what it keeps elsewhere. */
const allOf = (id: string) => {
  const entity = target.entities.get(id);
  return { ...entity, state: entity?.state, since: entity?.since, at: entity?.at };
};

describe("the first states", () => {
  it("are told whole, in milliseconds, without what nobody needs", () => {
    const delta = applyEvent(
      target,
      shown({ a: { brightness: 10, entity_picture: "/api/x?token=secret" }, lu: 1001.25 }),
    );

    expect(delta?.changes).toEqual([
      {
        key: `key of ${LAMP}`,
        place: 0,
        state: "on",
        available: "online",
        attributes: { brightness: 10 },
        since: 1_000_500,
        at: 1_001_250,
      },
    ]);
  });

  it.each(["newest", "2024.3"] as const)("of a real one of %s are understood without a rest", (version) => {
    const first = captured<{ a: Record<string, unknown> }>(version, "subscribe_entities_first");

    const delta = applyEvent(target, first);

    expect(garbage).toEqual([]);
    expect(delta?.changes).toHaveLength(Object.keys(first.a).length);
    expect(JSON.parse(JSON.stringify(delta))).toEqual(delta);
  });

  it.each(["newest", "2024.3"] as const)("and what follows when a bridge of %s is wedged and reloaded", (version) => {
    applyEvent(target, captured(version, "subscribe_entities_first"));
    for (const event of captured<unknown[]>(version, "subscribe_entities_wedged")) applyEvent(target, event);
    expect(target.entities.get("light.hall_lamp")).toMatchObject({ state: "unavailable", isRestored: false });

    for (const event of captured<unknown[]>(version, "subscribe_entities_reload")) applyEvent(target, event);

    expect(target.entities.get("light.hall_lamp")).toMatchObject({
      state: "off",
      isRestored: false,
      wasProvided: true,
    });
    expect(target.entities.get("binary_sensor.hall_bridge_connected")?.state).toBe("on");
    expect(garbage).toEqual([]);
  });
});

describe("a change", () => {
  beforeEach(() => {
    applyEvent(target, shown());
    renamed = 0;
  });

  it.each([
    [{ "+": { s: "off", lc: 2000 } }, { state: "off", available: "online", since: 2_000_000, at: 2_000_000 }],
    [
      { "+": { s: "unavailable", lc: 2000 } },
      { state: "unavailable", available: "offline", since: 2_000_000, at: 2_000_000 },
    ],
    [{ "+": { s: "unknown", lc: 2000 } }, { state: "unknown", available: "online", since: 2_000_000, at: 2_000_000 }],
    [{ "+": { a: { brightness: 20 }, lu: 2000 } }, { attributes: { brightness: 20 }, at: 2_000_000 }],
    [{ "+": { a: { icon: "mdi:lamp" }, lu: 2000 } }, { at: 2_000_000 }],
    [{ "+": { a: { rgb_color: [1, 2, 3] } } }, { attributes: { rgb_color: [1, 2, 3] } }],
    [{ "+": { a: { effect: { deep: [] } } } }, {}],
    [{ "+": { a: { effect: "x".repeat(900) } } }, { attributes: { effect: "x".repeat(500) } }],
    [{ "-": { a: ["brightness", "icon"] } }, { removedAttributes: ["brightness"] }],
    [{ "+": { c: { id: "02", user_id: "u" } } }, {}],
  ])("%j becomes %j", (difference, expected) => {
    expect(change(difference)).toEqual({ key: `key of ${LAMP}`, place: 0, ...expected });
    expect(garbage).toEqual([]);
  });

  it("leaves the time of the last state as it was when only an attribute changed", () => {
    change({ "+": { a: { brightness: 20 }, lu: 2000 } });

    expect(target.entities.get(LAMP)).toMatchObject({ since: 1_000_500, at: 2_000_000 });
  });

  it.each([
    { s: "off", lc: 2000.1234 },
    { s: "unavailable", lc: 2000, lu: 2001.5 },
    { lu: 2000 },
    { s: "x".repeat(900) },
    {},
  ])("that is plain, %j, does the same when it was read from its bytes", (added: Record<string, unknown>) => {
    const { s: state, lc: changed, lu: updated } = added as { s?: string; lc?: number; lu?: number };
    const expected = change({ "+": added });
    const entity = allOf(LAMP);
    applyEvent(target, shown());

    const bytes = Buffer.from(`${LAMP}${state}`);
    const places = { entityFrom: 0, entityTo: LAMP.length, stateFrom: LAMP.length };
    expect(applyStateChange(target, { id: 3, bytes, ...places, state, changed, updated })).toEqual(expected);
    expect(allOf(LAMP)).toEqual(entity);
  });

  it("of something that was never shown is passed over", () => {
    expect(applyEvent(target, { c: { "light.unknown": { "+": { s: "on" } } } })).toBeUndefined();
    expect(garbage).toEqual([]);
  });

  it("of a name or unit makes the inventory stale, any other does not", () => {
    change({ "+": { s: "off" } });
    expect(renamed).toBe(0);

    change({ "+": { a: { friendly_name: "Hall lamp" } } });
    change({ "+": { a: { friendly_name: "Hall lamp" } } });

    expect(renamed).toBe(1);
  });

  it("knows what Home Assistant made up from its registry", () => {
    applyEvent(target, shown({ s: "unavailable", a: { restored: true } }));
    expect(target.entities.get(LAMP)?.isRestored).toBe(true);

    change({ "+": { s: "on" }, "-": { a: ["restored"] } });

    expect(target.entities.get(LAMP)?.isRestored).toBe(false);
  });

  it("removes what is gone", () => {
    expect(applyEvent(target, { r: [LAMP, "light.never", 7] })).toEqual({ changes: [], removed: [`key of ${LAMP}`] });
    expect(target.entities.size).toBe(0);
  });

  it("costs the same in a home of ten and of ten thousand entities", () => {
    const cost = (size: number): number => {
      const entities = new Entities();
      const large = { ...target, entities };
      const a = Object.fromEntries(
        Array.from({ length: size }, (_, index) => [`light.l${index}`, { s: "on", a: {}, lc: 1 }]),
      );
      applyEvent(large, { a });
      const event = { c: { "light.l3": { "+": { s: "off", lc: 2 } } } };
      const times = Array.from({ length: 7 }, () => {
        const began = performance.now();
        for (let count = 0; count < 5000; count += 1) applyEvent(large, event);
        return performance.now() - began;
      });
      return Math.min(...times);
    };
    cost(10);

    expect(cost(10_000)).toBeLessThan(cost(10) * 5 + 5);
  });
});

describe("what is no event of Home Assistant", () => {
  beforeEach(() => {
    applyEvent(target, shown());
  });

  it.each([
    [null],
    [7],
    ["on"],
    [[]],
    [[null]],
    [{ a: null }],
    [{ a: [] }],
    [{ a: { [LAMP]: null } }],
    [{ a: { [LAMP]: { s: 7, a: {} } } }],
    [{ a: { [LAMP]: { s: "on", a: [] } } }],
    [{ a: { "not an id": { s: "on", a: {} } } }],
    [{ a: { [`light.${"x".repeat(300)}`]: { s: "on", a: {} } } }],
    [{ c: 7 }],
    [{ c: { [LAMP]: [] } }],
    [{ c: { [LAMP]: { "+": 7 } } }],
    [{ c: { [LAMP]: { "+": { s: 7 } } } }],
    [{ c: { [LAMP]: { "+": { a: "x" } } } }],
    [{ c: { [LAMP]: { "-": { a: 7 } } } }],
    [{ r: { [LAMP]: 1 } }],
  ])("%j is counted and survived", (event) => {
    applyEvent(target, event);

    expect(garbage).toHaveLength(1);
    expect(target.entities.get(LAMP)).toMatchObject({ state: "on", attributes: { brightness: 10 } });
  });

  it("cannot reach the prototypes", () => {
    applyEvent(
      target,
      JSON.parse(
        '{"a":{"__proto__":{"s":"on","a":{},"lc":1},"light.x":{"s":"on","a":{"__proto__":{"polluted":1}},"lc":1}}}',
      ),
    );
    applyEvent(target, JSON.parse('{"c":{"light.hall":{"+":{"a":{"__proto__":{"polluted":1},"constructor":1}}}}}'));

    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(target.entities.has("__proto__")).toBe(false);
    expect(target.entities.get(LAMP)?.attributes).toEqual({ brightness: 10 });
  });
});
