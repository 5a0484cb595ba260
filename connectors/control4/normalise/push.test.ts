import { describe, expect, it } from "vitest";
import { LONGEST_KEY, PushEvent } from "../schema.ts";
import { anything, dice } from "../test-garbage.ts";
import { isPlainEvent, readEvent, readPush } from "./push.ts";

describe("an event of the push channel", () => {
  it("is read the same by hand as by its schema, for ten thousand of all kinds", () => {
    const roll = dice(25);
    let byHand = 0;
    let refused = 0;
    for (let time = 0; time < 10_000; time += 1) {
      const event = eventLike(roll);
      const bySchema = PushEvent.safeParse(event).data;
      if (isPlainEvent(event)) byHand += 1;
      if (bySchema === undefined) refused += 1;

      expect(readEvent(event)?.iddevice, JSON.stringify(event)).toBe(bySchema?.iddevice);
      expect(entriesOf(readEvent(event)), JSON.stringify(event)).toEqual(entriesOf(bySchema));
    }

    expect(byHand).toBeGreaterThan(1000);
    expect(refused).toBeGreaterThan(1000);
    expect(10_000 - byHand - refused, "judged by the schema alone, and taken").toBeGreaterThan(100);
  });

  it.each([
    ["a number as text", { iddevice: "7", data: {} }, 7],
    ["the greatest number", { iddevice: 2_147_483_647, data: {} }, 2_147_483_647],
    ["a number beyond it", { iddevice: 2_147_483_648, data: {} }, undefined],
    ["half a number", { iddevice: 7.5, data: {} }, undefined],
    ["a number below nought", { iddevice: -1, data: {} }, undefined],
    ["a name that is as long as may be", { iddevice: 7, data: { ["k".repeat(LONGEST_KEY)]: 1 } }, 7],
    ["a name that is too long", { iddevice: 7, data: { ["k".repeat(LONGEST_KEY + 1)]: 1 } }, undefined],
    ["a list of values", { iddevice: 7, data: [1] }, undefined],
    ["no values", { iddevice: 7 }, undefined],
  ])("with %s is of %o", (_what, event, item) => {
    expect(readPush(event)?.item).toBe(item);
  });
});

/** Mostly near to what a Director says, and wrong in one place or another. */
function eventLike(roll: () => number): unknown {
  if (roll() < 0.1) return anything(roll);
  const iddevice = roll() < 0.6 ? Math.floor(roll() * 4000) : numberLike(roll);
  const data = roll() < 0.1 ? anything(roll) : valuesLike(roll);
  return roll() < 0.05 ? { data } : { iddevice, data };
}

function numberLike(roll: () => number): unknown {
  const some = ["12", "", " 7 ", "0x1f", "seven", true, null, [], ["5"], -1, 0.5, 2 ** 31 - 1, 2 ** 31, 1e300, {}];
  return some[Math.floor(roll() * some.length)];
}

function valuesLike(roll: () => number): Record<string, unknown> {
  const names = ["LIGHT_LEVEL", "hvac_mode", "is_connected", "light_brightness_changed", "__proto__", "settings"];
  const entries = Array.from({ length: Math.floor(roll() * 4) }, () => {
    const name = roll() < 0.9 ? names[Math.floor(roll() * names.length)] : "k".repeat(190 + Math.floor(roll() * 20));
    return `${JSON.stringify(name)}:${JSON.stringify(anything(roll, 4)) ?? "null"}`;
  });
  return JSON.parse(`{${entries.join(",")}}`) as Record<string, unknown>;
}

const entriesOf = (event: PushEvent | undefined) => (event === undefined ? undefined : Object.entries(event.data));
