import type { CapabilityName, StepTest, Undo, Verify, With } from "@caretaker/protocol";

/** What shows that an action was done, where its runbook does not say it: the protocol knows what some of them mean. */
const PROOFS: Readonly<Partial<Record<CapabilityName, (given: With) => StepTest>>> = {
  "power.on": ({ switch: outlet = "" }) => ({
    read: "entity.state",
    with: { entity: outlet },
    expect: { state: "on" },
  }),
};

const WITHIN_SECONDS = 30;

/** How an undo is verified: as the runbook says, or by what the action itself means; null when nothing can prove it. */
export function proofOf(undo: Undo): Verify | null {
  if (undo.verify !== null) return undo.verify;
  const proof = Object.hasOwn(PROOFS, undo.do) ? PROOFS[undo.do as CapabilityName] : undefined;
  return proof === undefined ? null : { test: proof(undo.with), withinSeconds: WITHIN_SECONDS, holdsSeconds: 0 };
}
