import { type Branch, branchesOf, type Step } from "@caretaker/protocol";
import type { Path, RunbookSource } from "./source.ts";

export interface Placed {
  readonly step: Step;
  readonly path: Path;
}

/** The steps of a branch with their places in the file, where one step may stand without a list. */
export function placedIn(branch: Branch, path: Path, source: RunbookSource): Placed[] {
  if (branch === "continue") return [];
  const isList = source.has([...path, 0]);
  return branch.map((step, index) => ({ step, path: isList ? [...path, index] : path }));
}

/** All steps with their places, in the order of the file. */
export function allPlaced(steps: readonly Placed[], source: RunbookSource): Placed[] {
  return steps.flatMap((placed) => [
    placed,
    ...branchesOf(placed.step).flatMap(({ path, branch }) =>
      allPlaced(placedIn(branch, [...placed.path, ...path], source), source),
    ),
  ]);
}
