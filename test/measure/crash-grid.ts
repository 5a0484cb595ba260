import type { CrashPoint } from "@caretaker/server/runs/deps.ts";
import { runbookOf } from "@caretaker/server/runs/test-helpers.ts";

/** Twelve fixes one after the other, none of which helps before the last: each has every point at which a hub can die. */
export const TWELVE_FIXES = runbookOf(
  "twelve-fixes",
  `
  - check: alive
    read: integration.state
    with: { integration: $service }
    expect: { unavailable: 0 }
    next: { pass: { end: healthy } }${Array.from(
      { length: 12 },
      (_, place) => `
  - fix: ${nameOf(place)}
    do: integration.reload
    with: { integration: $service }
    irreversible: A reload keeps no earlier state.
    verify: { again: alive, within: 5s }
    next: { failed: ${place === 11 ? "{ end: not_fixed }" : "continue"} }`,
    ).join("")}
  - end: fixed`,
  "1h",
);

function nameOf(place: number): string {
  return `fix-${place + 1}`;
}

const POINTS: readonly (CrashPoint | "while it is sent")[] = [
  "turn.begun",
  "commit.before",
  "commit.after",
  "act.before_intent",
  "act.after_intent",
  "while it is sent",
  "act.after_send",
  "act.after_outcome",
];

export interface Cell {
  readonly step: string;
  /** The how manieth fix it is. */
  readonly number: number;
  readonly point: (typeof POINTS)[number];
}

/** Every point of every step; in the small form each point once, at steps from the first to the last but one. */
export function cellsOf(isFull: boolean): Cell[] {
  const all = Array.from({ length: 12 }, (_, place) =>
    POINTS.map((point) => ({ step: nameOf(place), number: place + 1, point })),
  );
  return isFull
    ? all.flat()
    : POINTS.flatMap((_, at) => all[Math.floor((at * all.length) / POINTS.length)]?.[at] ?? []);
}
