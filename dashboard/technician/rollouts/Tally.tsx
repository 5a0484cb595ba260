import type { Rollout } from "@caretaker/protocol";
import { words } from "../../words/en.ts";
import { type RehearsedHome, rehearsedHome } from "./rehearsed.ts";

/** How many homes came to what; of a rehearsal, to what they would come. */
export function Tally({ rollout }: { rollout: Rollout }) {
  const counts = rollout.isRehearsal ? rehearsedCounts(rollout) : doneCounts(rollout);
  return (
    <dl className="rollout-tally" aria-live="polite">
      {counts.map(({ word, count }) => (
        <div key={word}>
          <dt>{word}</dt>
          <dd>{count}</dd>
        </div>
      ))}
    </dl>
  );
}

interface Count {
  readonly word: string;
  readonly count: number;
}

function doneCounts({ counts }: Rollout): readonly Count[] {
  return (["well", "ill", "open", "notDone", "planned"] as const)
    .filter((name) => counts[name] > 0 || name === "well")
    .map((name) => ({ word: words.rollouts.tally[name], count: counts[name] }));
}

const ORDER: readonly RehearsedHome[] = ["would", "asked", "well", "not", "open", "notDone"];

function rehearsedCounts({ homes }: Rollout): readonly Count[] {
  const came = Map.groupBy(homes, rehearsedHome);
  return ORDER.filter((name) => came.has(name)).map((name) => ({
    word: words.rollouts.tallyRehearsed[name],
    count: came.get(name)?.length ?? 0,
  }));
}
