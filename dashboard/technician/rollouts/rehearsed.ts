import { hasRunEnded, type RolloutHome, type SiteId } from "@caretaker/protocol";
import { words } from "../../words/en.ts";
import { OUTCOME_MEANINGS } from "../../words/states.ts";
import { wishText } from "../runs/rehearsed-words.ts";

/** What a rehearsal came to in a home. `asked`: it would be mended once somebody of the home has said yes. */
export type RehearsedHome = "would" | "asked" | "well" | "not" | "open" | "notDone";

export function rehearsedHome({ status, run, would }: RolloutHome): RehearsedHome {
  if (status === "skipped") return "notDone";
  if (run === null || !hasRunEnded(run.status)) return "open";
  if (run.outcome === "healthy") return "well";
  if (run.outcome !== "fixed" || would.some(({ permission }) => permission === "refused")) return "not";
  return would.some(({ permission }) => permission === "asked") ? "asked" : "would";
}

/** In words, home by home; and whether it is worth beginning there. */
export function saidOf(homes: readonly RolloutHome[]): ReadonlyMap<SiteId, { words: string; isNeeded: boolean }> {
  return new Map(
    homes.map((home) => {
      const came = rehearsedHome(home);
      return [home.siteId, { words: saidIn(home).join(" "), isNeeded: came === "would" || came === "asked" }];
    }),
  );
}

/** What would be done in a home, a line for each fix; or why nothing would. */
export function saidIn(home: RolloutHome): readonly string[] {
  const { run, would, why } = home;
  if (why !== null) return [why];
  if (run === null || !hasRunEnded(run.status)) return [];
  if (would.length > 0) return would.map(wishText);
  if (run.outcome === "healthy") return [words.rollouts.nothingToDo];
  return [run.note ?? (run.outcome === null ? words.runs.cancelledText : OUTCOME_MEANINGS[run.outcome])];
}
