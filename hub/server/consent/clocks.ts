import type { ConsentStatus } from "@caretaker/protocol";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The three clocks, and how long the link shows what became of it. */
export const ANSWER_WITHIN = 4 * HOUR;
/** When the homeowner asked for help himself, he is waiting for the question. */
export const URGENT_ANSWER_WITHIN = 15 * MINUTE;
export const START_WITHIN = 24 * HOUR;
export const LONGEST_WINDOW_SECONDS = 4 * 60 * 60;
export const LINK_SHOWS_FOR = 30 * 24 * HOUR;
/** Whoever is new, and an address or a phone that was changed, answers nothing for a day: there is time to object. */
export const RESTS_FOR = 24 * HOUR;

export function after(moment: Date, milliseconds: number): Date {
  return new Date(moment.getTime() + milliseconds);
}

/** The work window, from the first act on: the runbook's limit and half of it again, at most four hours. */
export function windowSeconds(limitSeconds: number): number {
  return Math.min(Math.ceil(limitSeconds * 1.5), LONGEST_WINDOW_SECONDS);
}

/**
 * Whether what was given for good holds now. It is looked at once a year, and a `fix` that was not holds no more until
 * it is. To reach, to view and to diagnose is what the contract is made of: that holds as long as the contract does, and
 * all of it ends at the moment that was agreed.
 */
export function holdsNow(
  { scope, reviewAt, until }: { scope: string; reviewAt: string; until: string | null },
  now: Date,
): boolean {
  if (until !== null && now.getTime() >= Date.parse(until)) return false;
  return scope !== "fix" || now.getTime() < Date.parse(reviewAt);
}

/** The moments of a request that decide what it is worth. */
export interface RequestTimes {
  readonly status: string;
  readonly answerBy: string;
  readonly startBy: string | null;
  readonly firstActAt: string | null;
  readonly endsAt: string | null;
}

/**
 * What a request is now: silence became a no, a yes that nobody used ran out, a work window closed. Stored statuses
 * change by what people do; this says what time does, so no collector has to run for a grant to end.
 */
export function statusAt(request: RequestTimes, now: Date): ConsentStatus {
  const isPast = (moment: string | null): boolean => moment !== null && now.getTime() >= Date.parse(moment);
  const status = request.status as ConsentStatus;
  if (status === "asked" && isPast(request.answerBy)) return "expired";
  if (status !== "allowed") return status;
  if (request.firstActAt === null) return isPast(request.startBy) ? "expired" : "allowed";
  return isPast(request.endsAt) ? "over" : "allowed";
}
