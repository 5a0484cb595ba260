/** How long to wait before trying again. Milliseconds. */
export interface Backoff {
  /** After a failure, or a session that ended after `upFor`. */
  next(upFor: number): number;
}

const FIRST = 1000;
const LONGEST = 5 * 60_000;
const SHORTEST = 100;
/** A proxy that accepts and drops would reset it at once otherwise, and be hammered. */
const STEADY_AFTER = 60_000;

/** Doubling, with full jitter: a fleet that lost us at one moment does not come back at one moment. */
export function createBackoff(random: () => number, longest = LONGEST): Backoff {
  let failures = 0;
  return {
    next(upFor) {
      if (upFor >= STEADY_AFTER) failures = 0;
      const most = Math.min(longest, FIRST * 2 ** failures);
      failures += 1;
      return Math.max(SHORTEST, Math.round(random() * most));
    },
  };
}
