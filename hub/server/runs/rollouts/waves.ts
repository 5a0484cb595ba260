import { HOMES_AN_HOUR, type RunOutcome, type RunStatus, type Scope, scopeRank } from "@caretaker/protocol";
import type { Library } from "../../runbooks/library.ts";

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

/** More homes in all than one person may act in within an hour, for anything that is more than looking. */
export function needsSecondPerson(
  library: Library,
  { runbook }: { readonly runbook: string },
  homes: readonly { readonly wave: number; readonly status: string }[],
  wave: number,
): boolean {
  const scope: Scope = library.get(runbook)?.facts.scope ?? "disruptive";
  const all = homes.filter((home) => home.wave <= wave && home.status !== "skipped").length;
  return scopeRank(scope) >= scopeRank("fix") && all > HOMES_AN_HOUR;
}
