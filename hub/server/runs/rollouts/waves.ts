import type { RunOutcome, RunStatus } from "@caretaker/protocol";

/** The wave of the home at a place, both from 1 on. */
export function waveOf(place: number, waves: readonly number[]): number {
  let last = 0;
  for (const [index, size] of waves.entries()) {
    last += size;
    if (place <= last) return index + 1;
  }
  throw new Error(`There is no place ${place} in ${last}.`);
}

/** `open` has not ended. `not_done` says nothing of the runbook: nobody was home, or did not want it. */
export type HomeResult = "planned" | "open" | "well" | "ill" | "not_done";

const RESULTS: Readonly<Record<RunOutcome, HomeResult>> = {
  healthy: "well",
  found: "well",
  fixed: "well",
  refused: "not_done",
  no_answer: "not_done",
  needs_homeowner: "not_done",
  not_fixed: "ill",
  undone: "ill",
  needs_visit: "ill",
  unclear: "ill",
};

export function resultOf(home: {
  readonly status: "planned" | "started" | "skipped";
  readonly runStatus: RunStatus | null;
  readonly outcome: RunOutcome | null;
}): HomeResult {
  if (home.status !== "started") return home.status === "planned" ? "planned" : "not_done";
  if (home.runStatus === "finished" && home.outcome !== null) return RESULTS[home.outcome];
  // Somebody stopped it, and had a reason.
  return home.runStatus === "cancelled" ? "ill" : "open";
}
