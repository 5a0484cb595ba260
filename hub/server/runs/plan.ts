import { type Branch, branchesOf, type Runbook, type RunOutcome, type Step } from "@caretaker/protocol";
import { type Names, namesOf } from "../runbooks/names.ts";
import { whatFollows } from "../runbooks/results.ts";
import type { World } from "../runbooks/world.ts";

export type Next = { readonly step: string } | { readonly outcome: RunOutcome };

/** A runbook as the engine follows it: each step by its name, and what comes after it. */
export interface Plan {
  readonly runbook: Runbook;
  readonly names: Names;
  readonly first: string;
  step(name: string): Step;
  /** Where a result leads. */
  next(step: Step, result: string): Next;
  /** What comes when a step is skipped. */
  skipped(step: Step): Next;
  /** Where a branch leads that stands in `step`. */
  into(step: Step, branch: Branch): Next;
  /** Every step that can come from this one on, itself included, in the order of the runbook. */
  reachableFrom(name: string): readonly Step[];
}

interface Placed {
  readonly step: Step;
  /** The step that comes when this one and its branches lead on; null after the last. */
  readonly after: string | null;
}

export function planOf(runbook: Runbook, world: World): Plan {
  const steps = new Map<string, Placed>();
  place(runbook.steps, null, steps);
  const found = (name: string): Placed => {
    const placed = steps.get(name);
    if (placed === undefined) throw new Error(`There is no step ${name} in ${runbook.id}.`);
    return placed;
  };
  // A good runbook ends on every way; one that did not would end like an unknown.
  const onwards = (name: string): Next => {
    const { after } = found(name);
    return after === null ? { outcome: "unclear" } : { step: after };
  };
  const into = (step: Step, branch: Branch): Next => {
    const [first] = branch === "continue" ? [] : branch;
    return first === undefined ? onwards(step.name) : { step: first.name };
  };
  const next = (step: Step, result: string): Next => {
    const follows = whatFollows(step, result);
    return "outcome" in follows ? follows : into(step, follows.branch);
  };
  const names = namesOf(runbook, world);
  const ways = (step: Step): Next[] => {
    const declared = step.kind === "end" ? undefined : names.get(step.name);
    const results = declared?.sort === "step" ? declared.results : [];
    const chosen = step.kind === "choose" ? [...step.cases.map(({ branch }) => branch), step.else] : [];
    return [
      ...results.map((result) => next(step, result)),
      ...chosen.map((branch) => into(step, branch)),
      ...(step.if === null ? [] : [onwards(step.name)]),
    ];
  };
  return {
    runbook,
    names,
    skipped: (step) => onwards(step.name),
    first: runbook.steps[0]?.name ?? "",
    step: (name) => found(name).step,
    next,
    into,
    reachableFrom(name) {
      const reached = new Set<string>();
      const follow = (one: string): void => {
        if (reached.has(one)) return;
        reached.add(one);
        for (const to of ways(found(one).step)) if ("step" in to) follow(to.step);
      };
      follow(name);
      return [...steps.values()].map(({ step }) => step).filter((step) => reached.has(step.name));
    },
  };
}

function place(sequence: readonly Step[], after: string | null, steps: Map<string, Placed>): void {
  for (const [index, step] of sequence.entries()) {
    const following = sequence[index + 1]?.name ?? after;
    steps.set(step.name, { step, after: following });
    for (const { branch } of branchesOf(step)) if (branch !== "continue") place(branch, following, steps);
  }
}
