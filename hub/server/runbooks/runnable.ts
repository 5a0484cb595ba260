import type { RunbookMistake, Step } from "@caretaker/protocol";
import { DEEPEST_USE } from "./facts.ts";
import { allSteps } from "./results.ts";
import { inOrder } from "./source.ts";
import type { ValidRunbook } from "./validate.ts";
import { allPlaced, placedIn } from "./walk.ts";
import type { World } from "./world.ts";

/**
 * What the language has and this engine does not run yet, in a runbook or in one that it uses. Such a runbook is good,
 * and is refused when it is started.
 */
export function notRunnableYet({ runbook, source }: ValidRunbook, world: World): RunbookMistake[] {
  const placed = allPlaced(placedIn(runbook.steps, ["steps"], source), source);
  return inOrder(
    placed.flatMap(({ step, path }) => {
      const why = laterIn(step, world, 0);
      const field = step.kind === "use" ? "runbook" : step.kind;
      return why === null ? [] : [source.mistake("not_runnable_yet", [...path, field], why)];
    }),
  );
}

const LATER = "`ask` of the homeowner comes later";

function laterIn(step: Step, world: World, depth: number): string | null {
  if (step.kind === "ask" && step.of === "homeowner") return `${LATER}: this hub asks its technicians only`;
  if (step.kind !== "use" || depth === DEEPEST_USE) return null;
  const used = allSteps(world.runbooks.get(step.runbook)?.steps ?? []);
  const isLater = used.some((one) => laterIn(one, world, depth + 1) !== null);
  return isLater ? `${step.runbook} has an \`ask\` of the homeowner, which comes later` : null;
}
