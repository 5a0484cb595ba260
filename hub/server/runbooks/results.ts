import type { Branch, Runbook, RunOutcome, Step } from "@caretaker/protocol";
import { branchesOf } from "@caretaker/protocol";

/** What can come out of a step, as `next` may name it. An `if` that cannot be told makes any result unknown. */
export function resultsOf(step: Step, outcomesOf: (runbook: string) => readonly string[]): readonly string[] {
  const results = ownResults(step, outcomesOf);
  return step.if === null || results.includes("unknown") ? results : [...results, "unknown"];
}

function ownResults(step: Step, outcomesOf: (runbook: string) => readonly string[]): readonly string[] {
  switch (step.kind) {
    case "check":
    case "wait":
      return ["pass", "fail", "unknown"];
    case "choose":
      return ["unknown"];
    case "ask":
      return [...(typeof step.answers === "string" ? ["answered"] : step.answers), "expired"];
    case "consent":
      return ["allowed", "refused", "expired"];
    case "fix":
      return ["fixed", "failed", "unknown"];
    case "use":
      return outcomesOf(step.runbook);
    case "end":
      return [];
    default:
      return step satisfies never;
  }
}

/** A result that is too easily forgotten: what comes then has to be said. */
export function mustBeNamed(step: Step): string | null {
  if (step.kind === "wait") return "fail";
  return step.kind === "fix" ? "failed" : null;
}

const ENDS: Readonly<Record<string, RunOutcome>> = { unknown: "unclear", refused: "refused", expired: "no_answer" };
/** What a used runbook ends with and its user does not name ends its user alike. */
const USED_ENDS: Readonly<Record<string, RunOutcome>> = {
  refused: "refused",
  no_answer: "no_answer",
  unclear: "unclear",
};

/** What comes after a result: what `next` says, else the step after this one, but for results that end the run. */
export function whatFollows(
  step: Step,
  result: string,
): { readonly branch: Branch } | { readonly outcome: RunOutcome } {
  const named = Object.hasOwn(step.next, result) ? step.next[result] : undefined;
  if (named !== undefined) return { branch: named };
  // An answer may be called anything, and `expired` of an `ask` is the only result of its own that ends it.
  const table = step.kind === "use" && result !== "unknown" ? USED_ENDS : ENDS;
  const outcome = Object.hasOwn(table, result) ? table[result] : undefined;
  return outcome === undefined ? { branch: "continue" } : { outcome };
}

/** Every outcome that a runbook can end with. */
export function outcomesOf(runbook: Runbook): RunOutcome[] {
  const found = new Set<RunOutcome>(["unclear", "refused", "no_answer"]);
  for (const step of allSteps(runbook.steps)) if (step.kind === "end") found.add(step.outcome);
  return [...found];
}

/** All steps, those of branches too, in the order in which they are written. */
export function allSteps(steps: readonly Step[]): Step[] {
  return steps.flatMap((step) => [
    step,
    ...branchesOf(step).flatMap(({ branch }) => (branch === "continue" ? [] : allSteps(branch))),
  ]);
}
