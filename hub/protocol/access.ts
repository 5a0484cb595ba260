import type { Needs } from "./operation.ts";
import { type OperationName, operations } from "./operations.ts";
import { type Actor, roleOf } from "./people.ts";

/** Five minutes: how long a second factor counts as fresh. */
export const FRESH_FACTOR_SECONDS = 300;

export type Refusal = "not_signed_in" | "not_allowed" | "fresh_factor_needed";

/**
 * Whether this actor may call this operation at all: the question that the server asks before it looks at the subject,
 * and that a button asks before it shows itself. Returns null when they may.
 */
export function refusal(actor: Actor, name: OperationName, now: Date): Refusal | null {
  const { who, freshFactor, noKeys }: Needs = operations[name].needs;
  if (who === "anyone" || who === "setup" || who === "link") return null;
  const role = roleOf(actor);
  if (role === null) return "not_signed_in";
  if (actor.kind === "key" && noKeys) return "not_allowed";
  if (who !== "signed_in" && !(who.roles as readonly string[]).includes(role)) return "not_allowed";
  if (freshFactor && actor.kind === "person" && !isFresh(actor.factorAt, now)) return "fresh_factor_needed";
  return null;
}

export function isFresh(factorAt: string | null, now: Date): boolean {
  return factorAt !== null && now.getTime() - Date.parse(factorAt) <= FRESH_FACTOR_SECONDS * 1000;
}
