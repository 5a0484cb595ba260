import { type Actor, CaretakerError, isFresh } from "@caretaker/protocol";

/**
 * What changes how somebody signs in needs a second factor used just now, so that a laptop left open is not enough. Who
 * has none yet may enrol the first.
 */
export function mustBeFresh(
  { actor, owesFactor, hasFactor }: { actor: Actor; owesFactor: boolean; hasFactor?: boolean },
  now: Date = new Date(),
): void {
  if (actor.kind !== "person") throw new CaretakerError("not_signed_in", "Sign in first.");
  if (owesFactor && hasFactor !== true) return;
  if (!isFresh(actor.factorAt, now))
    throw new CaretakerError(
      "fresh_factor_needed",
      "Confirm that it is you with your second factor, then do it again.",
    );
}
