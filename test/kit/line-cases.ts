import { setTimeout as wait } from "node:timers/promises";
import type { TestClock } from "./clock.ts";
import { FAULTS, type Fault, type FaultyLine } from "./faulty-line.ts";

/** When a fault of a line begins. */
export const PHASES = ["connect", "auth", "idle", "mid-command", "mid-reply"] as const;
export type Phase = (typeof PHASES)[number];

export interface LineCase {
  readonly phase: Phase;
  readonly fault: Fault;
}

/** Each of nine faults at each of five moments. */
export const LINE_CASES: readonly LineCase[] = PHASES.flatMap((phase) => FAULTS.map((fault) => ({ phase, fault })));

/** Over these all goes on, only slower. */
export const GENTLE: ReadonlySet<Fault> = new Set(["late", "slow", "sliced", "slow_to_close"]);

/**
 * Moves time on second by second, until `isOver` or the seconds are, and lets the line fall quiet after each. `tick` is
 * called with each second: for timers that are not the clock's.
 */
export async function passOn(
  { clock, line }: { readonly clock: TestClock; readonly line: FaultyLine },
  seconds: number,
  isOver: () => boolean = () => false,
  tick: () => void = () => {},
): Promise<boolean> {
  for (let passed = 0; passed <= seconds; passed += 1) {
    for (let before = -1; before !== line.moved; ) {
      before = line.moved;
      await wait(2);
    }
    if (isOver()) return true;
    await clock.forward("1s");
    tick();
  }
  return isOver();
}

/** What came of something, once it came. */
export function watched<T>(work: Promise<T>): { came: T | Error | undefined } {
  const seen: { came: T | Error | undefined } = { came: undefined };
  work.then(
    (value) => {
      seen.came = value;
    },
    (error: Error) => {
      seen.came = error;
    },
  );
  return seen;
}
