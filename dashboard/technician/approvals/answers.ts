import type { Approval, Me } from "@caretaker/protocol";

/**
 * What this person can answer now, by the rule of the hub, which asks it again:
 * `approve` another's wish; `own` waits for somebody else; `alone_waits` and `alone_ready` in a firm of one; `look` for
 * whoever may not be a second person.
 */
export type MayAnswer = "approve" | "own" | "alone_waits" | "alone_ready" | "look";

export function mayAnswer(approval: Approval, { person }: Pick<Me, "person">, now: number): MayAnswer {
  const isReviewer = person.role === "principal" || person.role === "senior";
  if (approval.requestedById !== person.id) return isReviewer && approval.requestedById !== null ? "approve" : "look";
  if (!approval.isAlone || !isReviewer) return "own";
  return approval.notBefore !== null && now < Date.parse(approval.notBefore) ? "alone_waits" : "alone_ready";
}
