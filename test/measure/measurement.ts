/** What a measurement is told. */
export interface Effort {
  /** All that is promised; otherwise a part of it that takes seconds, as `npm test` does it. */
  readonly isFull: boolean;
  /** Whatever is drawn by chance is drawn from this, so that a finding can be had again. */
  readonly seed: number;
  /** Whether this door is meant, of a measurement that has several. */
  readonly isMeant: (door: string) => boolean;
  /** A line for whoever waits for it. */
  say(line: string): void;
  /** A Postgres with the hub's tables and nothing else in them. */
  readonly openPostgres: () => Promise<MeasuredPostgres>;
}

export interface MeasuredPostgres {
  readonly url: string;
  close(): Promise<void>;
}

/** One number of ours beside what we promise of it. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly promise: { readonly atMost: number } | { readonly atLeast: number } | null;
}

/** Throws for what cannot be measured at all; what was measured and does not hold is in its figures. */
export type Measure = (effort: Effort) => Promise<readonly Figure[]>;

export interface Measurement {
  /** What it shows, in one line. */
  readonly title: string;
  readonly measure: Measure;
  /** Of one that goes through several doors, what these are called. */
  readonly doors?: readonly string[];
}

/** A number without a promise holds always: it is there to be read. */
export function holds({ value, promise }: Figure): boolean {
  if (promise === null) return true;
  return "atMost" in promise ? value <= promise.atMost : value >= promise.atLeast;
}

/** `slowest refusal  31.2 ms  at most 50 ms  holds` */
export function figureLine(figure: Figure): string {
  const { name, value, unit, promise } = figure;
  const shown = `${name.padEnd(46)} ${Number(value.toPrecision(4))} ${unit}`.trimEnd();
  if (promise === null) return shown;
  const bar = "atMost" in promise ? `at most ${promise.atMost}` : `at least ${promise.atLeast}`;
  return `${shown}  (${bar}: ${holds(figure) ? "holds" : "DOES NOT HOLD"})`;
}
