import type { RunbookMistake, Step } from "@caretaker/protocol";
import { inOrder } from "./source.ts";
import type { ValidRunbook } from "./validate.ts";
import { allPlaced, placedIn } from "./walk.ts";

/** What the language has and this engine does not run yet. Such a runbook is good, and is refused when it is started. */
export function notRunnableYet({ runbook, source }: ValidRunbook): RunbookMistake[] {
  const placed = allPlaced(placedIn(runbook.steps, ["steps"], source), source);
  return inOrder(
    placed.flatMap(({ step, path }) =>
      laterIn(step).map(([word, field]) =>
        source.mistake("not_runnable_yet", [...path, field], `\`${word}\` comes later: this hub cannot run it yet`),
      ),
    ),
  );
}

function laterIn(step: Step): [word: string, field: string][] {
  switch (step.kind) {
    case "ask":
    case "consent":
    case "use":
      return [[step.kind, step.kind]];
    case "check":
    case "fix":
      return step.each === null ? [] : [["each", "each"]];
    case "wait":
    case "choose":
    case "end":
      return [];
    default:
      return step satisfies never;
  }
}
