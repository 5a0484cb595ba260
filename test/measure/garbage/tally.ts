import type { Figure } from "../measurement.ts";

export const MOST_MILLISECONDS = 250;

/** What came of garbage at one door. */
export interface Tally {
  said: number;
  slowest: number;
  slowestKind: string;
  /** Counted as not understood. */
  counted: number;
  /** Lines that were ended for it, or homes that were given up. */
  closed: number;
  /** Followed on, or answered with something or with an error that says why. */
  followed: number;
  /** Neither followed nor given up. */
  deaf: number;
  /** Inventories that have not our shape. */
  misshapen: number;
  timers: number;
  lines: number;
}

export function newTally(): Tally {
  return {
    said: 0,
    slowest: 0,
    slowestKind: "none",
    counted: 0,
    closed: 0,
    followed: 0,
    deaf: 0,
    misshapen: 0,
    timers: 0,
    lines: 0,
  };
}

/** The time of this process alone, so that other work on the machine is not taken for its cost. */
export async function measured(tally: Tally, kind: string, work: () => Promise<void>): Promise<void> {
  const before = process.threadCpuUsage();
  await work();
  const { user, system } = process.threadCpuUsage(before);
  tally.said += 1;
  if ((user + system) / 1000 <= tally.slowest) return;
  tally.slowest = (user + system) / 1000;
  tally.slowestKind = kind;
}

/** What every door has to show. */
export function figuresOf(door: string, tally: Tally, wanted: number): Figure[] {
  const none = { atMost: 0 };
  return [
    { name: `${door}: things said that no gateway says`, value: tally.said, unit: "", promise: { atLeast: wanted } },
    {
      name: `  CPU of the slowest (${tally.slowestKind})`,
      value: tally.slowest,
      unit: "ms",
      promise: { atMost: MOST_MILLISECONDS },
    },
    { name: "  times it was neither followed nor given up", value: tally.deaf, unit: "", promise: none },
    { name: "  inventories of another shape", value: tally.misshapen, unit: "", promise: none },
    { name: "  timers left behind", value: tally.timers, unit: "", promise: none },
    { name: "  lines left open", value: tally.lines, unit: "", promise: none },
  ];
}
