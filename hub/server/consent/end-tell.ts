import { branchesOf, type EndStep, Runbook, type Step, type Text } from "@caretaker/protocol";

/** What a runbook says to the homeowner at the end that a run came to, in all its languages; null when it says nothing. */
export function endTell(document: object, stepName: string): Text | null {
  const { uses: _, ...own } = document as { uses?: unknown };
  const { data: runbook } = Runbook.safeParse(own);
  return runbook === undefined ? null : (endsIn(runbook.steps).find(({ name }) => name === stepName)?.tell ?? null);
}

function endsIn(steps: readonly Step[]): EndStep[] {
  return steps.flatMap((step) => [
    ...(step.kind === "end" ? [step] : []),
    ...branchesOf(step).flatMap(({ branch }) => (branch === "continue" ? [] : endsIn(branch))),
  ]);
}
