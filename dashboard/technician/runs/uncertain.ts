import type { RunDetails, RunEvent } from "@caretaker/protocol";

/**
 * The steps of which nobody knows what came, by the rule that the hub folds its log with: a verify that could tell
 * settles it, and so does a person who looked.
 */
export function uncertainSteps(events: readonly RunEvent[]): string[] {
  const names = new Set<string>();
  for (const { data } of events) {
    if (data.kind === "fix.uncertain") names.add(data.step);
    else if (data.kind === "step.resolved") names.delete(data.step);
    else if (data.kind === "step.ended" && (data.status === "fixed" || data.status === "failed"))
      names.delete(data.step);
  }
  return [...names];
}

/** Whether the run's own verify may still tell: then it decides first, and the hub refuses to be told. */
export function stillLooks(run: Pick<RunDetails, "finishedAt" | "step">, step: string): boolean {
  return run.finishedAt === null && run.step === step;
}
