import { type RunEventData, type RunInputs, referenceIn, type UseStep } from "@caretaker/protocol";
import { isThingKind } from "../../runbooks/field-types.ts";
import { wrongValue } from "../inputs.ts";
import { ON, type Ride, type Turn } from "../ride.ts";
import { isThing, plain, textsInWith, UNANSWERED } from "../values.ts";

/**
 * Goes into the runbook that it uses. What that is given is settled here, once, and kept: whatever happens to a thing's
 * fields meanwhile, its steps speak of the same things to the end.
 */
export async function advanceUse(ride: Ride, step: UseStep): Promise<Turn> {
  const frame = ride.plan.usedBy(step);
  const given = await inputsFor(ride, step);
  if ("why" in given) {
    const because = `${step.runbook} was not begun: ${given.why}.`;
    const decided: RunEventData = { kind: "step.decided", step: step.name, branch: "unclear", because };
    await ride.finishStep("unknown", "unclear", { events: [decided] });
    return ON;
  }
  const uses = { ...ride.memory.uses, [frame.prefix]: given.inputs };
  await ride.commit({ events: [], memory: { ...ride.memory, at: frame.first, active: null, uses } });
  return ON;
}

async function inputsFor(ride: Ride, step: UseStep): Promise<{ inputs: RunInputs } | { why: string }> {
  const { runbook } = ride.plan.usedBy(step);
  const values = await ride.values(textsInWith(step.with), { step, item: null });
  const inputs: RunInputs = {};
  for (const [name, declaration] of Object.entries(runbook.inputs)) {
    const written = Object.hasOwn(step.with, name) ? step.with[name] : undefined;
    if (written === undefined) continue;
    if (typeof written === "string" && values.get(written) === UNANSWERED) return { why: `${written} is not known` };
    const value = plain(written, values);
    if (value === undefined) {
      if (declaration.optional || declaration.default !== null) continue;
      return { why: `${String(written)} is missing` };
    }
    if (isThingKind(declaration.type)) {
      if (!isThing(value) || value.kind !== declaration.type) return { why: `${name} is no ${declaration.type}` };
      inputs[name] = value.id;
      continue;
    }
    // A reference to a duration is seconds already.
    const isSeconds = declaration.type === "duration" && typeof value === "number" && referenceIn(written) !== null;
    const given = isSeconds ? `${value}s` : (value as string | number | boolean);
    const wrong = wrongValue(declaration, given);
    if (wrong !== null) return { why: `${name} ${wrong}` };
    inputs[name] = given;
  }
  return { inputs };
}
