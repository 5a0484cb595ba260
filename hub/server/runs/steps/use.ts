import type { RunEventData, RunInputs, UseStep } from "@caretaker/protocol";
import { ON, type Ride, type Turn } from "../ride.ts";
import { settleUsedInputs } from "../used-inputs.ts";
import { isThing, textsInWith } from "../values.ts";

/**
 * Goes into the runbook that it uses. What that is given is settled here, once, and kept: whatever happens to a thing's
 * fields meanwhile, its steps speak of the same things to the end.
 */
export async function advanceUse(ride: Ride, step: UseStep): Promise<Turn> {
  const frame = ride.plan.usedBy(step);
  const values = await ride.values(textsInWith(step.with), { step, item: null });
  const given = settleUsedInputs(frame.runbook, step, values);
  if ("why" in given) {
    const because = `${step.runbook} was not begun: ${given.why}.`;
    const decided: RunEventData = { kind: "step.decided", step: step.name, branch: "unclear", because };
    await ride.finishStep("unknown", "unclear", { events: [decided] });
    return ON;
  }
  const inputs = Object.fromEntries(
    Object.entries(given.inputs).map(([name, value]) => [name, isThing(value) ? value.id : value]),
  ) as RunInputs;
  const uses = { ...ride.memory.uses, [frame.prefix]: inputs };
  await ride.commit({ events: [], memory: { ...ride.memory, at: frame.first, active: null, uses } });
  return ON;
}
