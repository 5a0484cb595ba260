import { runbookOf, type TestRuns } from "@caretaker/server/runs/test-helpers.ts";
import type { Random } from "./random.ts";

/** Two fixes: one that cannot be taken back and may try twice, and one that switches off what it must not leave so. */
export const TWO_FIXES = runbookOf(
  "two-fixes",
  `
  - check: alive
    read: integration.state
    with: { integration: $service }
    expect: { unavailable: 0 }
    next: { pass: { end: healthy } }
  - fix: reload
    do: integration.reload
    with: { integration: $service }
    irreversible: A reload keeps no earlier state.
    verify: { again: alive, within: 10s }
    tries: { times: 2, every: 10s }
    next: { failed: continue }
  - fix: power
    do: power.cycle
    with: { switch: $bridge.poweredBy, off: 10s }
    verify: { again: alive, within: 20s, holds: 5s }
    undo: { do: power.on, with: { switch: $bridge.poweredBy } }
    next: { failed: { end: undone } }
  - wait: settled
    again: alive
    within: 1m
    next: { fail: { end: not_fixed } }
  - end: fixed`,
);
export const STEPS_OF_TWO_FIXES = ["alive", "reload", "power", "settled", "end.fixed"] as const;

/** A home in which each fix helps or does not, and a cycle that is cut in half leaves the switch off. */
export function playHouse({ house }: TestRuns, random: Random): { readonly isOff: () => boolean } {
  let isOff = false;
  house.setBridge("wedged");
  house.capabilities["power.cycle"] = { ...house.capabilities["power.cycle"]!, scope: "fix" };
  const reloadHelps = random.below(3) === 0;
  const powerHelps = random.below(2) === 0;
  house.effects.set("integration.reload", () => {
    if (reloadHelps) house.setBridge("well");
  });
  house.effects.set("power.cycle", () => {
    // Whoever switched it off is the one that dies: the other half never comes.
    isOff = random.below(2) === 0;
    if (powerHelps && !isOff) house.setBridge("well");
    if (isOff) throw new Error("The connection was lost in between.");
  });
  house.effects.set("power.on", () => {
    isOff = false;
    if (powerHelps) house.setBridge("well");
  });
  return { isOff: () => isOff };
}
