import type { Site, StandingConsent } from "@caretaker/protocol";

const SAID_BEFORE = 30 * 86_400_000;

/** Whether a scope stands at this moment: what had an agreed end holds until then. The hub decides by its own clock. */
export function stands({ until }: Pick<StandingConsent, "until">, now: number): boolean {
  return until === null || now < Date.parse(until);
}

export type StandingEnd = { readonly is: "soon" | "over"; readonly at: string } | null;

/** What has to be said of the end of what is allowed for good: a month before it, and once it has come. */
export function standingEnd({ scopes }: Pick<Site, "scopes">, now: number): StandingEnd {
  const at = scopes.map(({ until }) => until).find((until) => until !== null) ?? null;
  if (at === null) return null;
  const left = Date.parse(at) - now;
  if (left <= 0) return { is: "over", at };
  return left <= SAID_BEFORE ? { is: "soon", at } : null;
}
