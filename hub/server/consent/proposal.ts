import type { Proposal, ProposedAct } from "@caretaker/protocol";
import { scopeRank } from "@caretaker/protocol";
import { canonicalJson, digestOf } from "../ledger/canonical.ts";

/** What an approval is bound to: the SHA-256 of the proposal's canonical JSON. */
export function proposalDigest(proposal: Proposal): string {
  return digestOf(proposal);
}

export type Fit =
  | { readonly fits: true; readonly proposed: ProposedAct }
  | {
      readonly fits: false;
      readonly drift: string;
      /** Nobody was asked about this step at all. */
      readonly isNew: boolean;
    };

/**
 * Whether an act lies inside a proposal. Doing less is not drift: fewer tries, a lower scope, less of the input felt.
 * Anything else is, and says what is different. `tries` of the act is compared; how many were made is the gate's count.
 */
export function fitInto(proposal: Proposal, act: ProposedAct): Fit {
  let drift = `step ${act.step} was not part of it`;
  const asked = proposal.acts.filter((one) => isSamePlace(one, act));
  for (const proposed of asked) {
    const difference = differenceOf(proposed, act);
    if (difference === null) return { fits: true, proposed };
    drift = difference;
  }
  return { fits: false, drift, isNew: asked.length === 0 };
}

function differenceOf(proposed: ProposedAct, act: ProposedAct): string | null {
  if (proposed.capability !== act.capability) return `${act.capability} instead of ${proposed.capability}`;
  if (proposed.target !== act.target) return `it would act on ${act.target} instead of ${proposed.target}`;
  if (canonicalJson(proposed.input) !== canonicalJson(act.input)) return `${act.capability} would be done differently`;
  if (act.tries > proposed.tries) return `${act.tries} tries instead of ${proposed.tries}`;
  if (scopeRank(act.scope) > scopeRank(proposed.scope)) return `it needs ${act.scope} instead of ${proposed.scope}`;
  if (act.private && !proposed.private) return "it became private";
  return null;
}

/**
 * Whether an act is the undo that stands in the proposal for its step, on the same gateway. What it acts on is in its
 * input, and may be another thing than the act itself was done to.
 */
export function undoFits(proposal: Proposal, act: ProposedAct): boolean {
  return proposal.acts.some(
    ({ target, undo, ...place }) =>
      undo !== null &&
      isSamePlace(place, act) &&
      gatewayIn(target) === gatewayIn(act.target) &&
      undo.capability === act.capability &&
      canonicalJson(undo.input) === canonicalJson(act.input),
  );
}

/** The same step, and of a step that goes through several things the same one of them. */
function isSamePlace(one: Pick<ProposedAct, "step" | "item">, other: Pick<ProposedAct, "step" | "item">): boolean {
  return one.step === other.step && one.item === other.item;
}

export function gatewayIn(target: string): string {
  return target.split("/", 1)[0] ?? "";
}
