import { describe, expect, it } from "vitest";
import { inventoryOf, stateOf } from "./normalise.ts";
import type { Thing } from "./schema.ts";

const lamp: Thing = { id: "t1", name: "Lamp", room: "r1", kind: "lamp", on: true, reachable: true };
const house = (thing: Partial<Thing>) => ({ rooms: [{ id: "r1", name: "Hall" }], things: [{ ...lamp, ...thing }] });

describe("what the gateway says, in our words", () => {
  it.each([
    ["lamp", { kind: "light", private: false }],
    ["lock", { kind: "lock", private: true }],
    ["something new", { kind: "other", private: false }],
  ])("takes %s for what it is", (kind, expected) => {
    expect(inventoryOf(house({ kind })).entities[0]).toMatchObject(expected);
  });

  it.each([
    [
      { on: true, reachable: true },
      { state: "on", available: "online" },
    ],
    [
      { on: false, reachable: false },
      { state: "off", available: "offline" },
    ],
    [
      { on: undefined, reachable: undefined },
      { state: "unknown", available: "unknown" },
    ],
  ])("says of %j only what was said", (said, expected) => {
    expect(stateOf({ ...lamp, ...said }, 1)).toMatchObject(expected);
  });

  it("puts a thing into no room that was not told", () => {
    expect(inventoryOf(house({ room: "r9" })).devices[0]).not.toHaveProperty("roomKey");
  });
});
