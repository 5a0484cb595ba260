import {
  type Branch,
  branchesOf,
  CaretakerError,
  type Runbook,
  type RunOutcome,
  type Step,
  type UseStep,
} from "@caretaker/protocol";
import { DEEPEST_USE } from "../runbooks/facts.ts";
import { type Names, namesOf } from "../runbooks/names.ts";
import { whatFollows } from "../runbooks/results.ts";
import type { World } from "../runbooks/world.ts";

export type Next = { readonly step: string } | { readonly outcome: RunOutcome };

/** A runbook inside a run: the run's own, or one that it uses. References mean what they mean in that runbook. */
export interface Frame {
  /** Stands before the names of its steps: nothing for the run's own runbook, `reload/` for one that `reload` uses. */
  readonly prefix: string;
  readonly runbook: Runbook;
  readonly names: Names;
  readonly first: string;
  /** The step that uses it; null for the run's own. */
  readonly usedBy: string | null;
}

/** A runbook with all that it uses, as the engine follows it: each step by its name, and what comes after it. */
export interface Plan {
  readonly runbook: Runbook;
  readonly first: string;
  step(name: string): Step;
  /** The runbook in which a step stands. */
  frameOf(name: string): Frame;
  /** The runbook that a step uses. */
  usedBy(step: UseStep): Frame;
  /** Where a result leads within the step's own runbook. */
  next(step: Step, result: string): Next;
  /** What comes when a step is skipped. */
  skipped(step: Step): Next;
  /** Where a branch leads that stands in `step`. */
  into(step: Step, branch: Branch): Next;
  /** Every step that can come from this one on, itself included, in the order of the runbook. */
  reachableFrom(name: string): readonly Step[];
}

interface Placed {
  /** With its whole name. The steps inside its branches still have their own. */
  readonly step: Step;
  readonly frame: Frame;
  /** The step that comes when this one and its branches lead on; null after the last. */
  readonly after: string | null;
}

export function planOf(runbook: Runbook, world: World): Plan {
  const frames = new Map<string, Frame>();
  const steps = new Map<string, Placed>();
  const root = unfold({ runbook, usedBy: null, world, frames, steps, depth: 0 });
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
    return first === undefined ? onwards(step.name) : { step: found(step.name).frame.prefix + first.name };
  };
  const next = (step: Step, result: string): Next => {
    const follows = whatFollows(step, result);
    return "outcome" in follows ? follows : into(step, follows.branch);
  };
  const usedBy = (step: UseStep): Frame => frames.get(`${step.name}/`) as Frame;
  const ways = ({ step, frame }: Placed): Next[] => {
    if (step.kind === "end") return [{ outcome: step.outcome }];
    const skipped = step.if === null ? [] : [onwards(step.name)];
    if (step.kind === "use") return [{ step: usedBy(step).first }, next(step, "unclear"), ...skipped];
    const declared = frame.names.get(step.name.slice(frame.prefix.length));
    const results = declared?.sort === "step" ? declared.results : [];
    const chosen = step.kind === "choose" ? [...step.cases.map(({ branch }) => branch), step.else] : [];
    return [...results.map((result) => next(step, result)), ...chosen.map((branch) => into(step, branch)), ...skipped];
  };
  return {
    runbook,
    first: root.first,
    step: (name) => found(name).step,
    frameOf: (name) => found(name).frame,
    usedBy,
    next,
    skipped: (step) => onwards(step.name),
    into,
    reachableFrom(name) {
      const reached = new Set<string>();
      const follow = (one: string): void => {
        if (reached.has(one)) return;
        reached.add(one);
        for (const way of ways(found(one))) leave(one, way);
      };
      const leave = (from: string, way: Next): void => {
        const { usedBy: use } = found(from).frame;
        if ("step" in way) follow(way.step);
        else if (use !== null) leave(use, next(found(use).step, way.outcome));
      };
      follow(name);
      return [...steps.values()].map(({ step }) => step).filter((step) => reached.has(step.name));
    },
  };
}

interface Unfolding {
  readonly runbook: Runbook;
  readonly usedBy: string | null;
  readonly world: World;
  readonly frames: Map<string, Frame>;
  readonly steps: Map<string, Placed>;
  readonly depth: number;
}

/** Places the steps of a runbook, and after each `use` those of the runbook that it uses. */
function unfold({ runbook, usedBy, world, frames, steps, depth }: Unfolding): Frame {
  if (depth > DEEPEST_USE) throw notKept(`${runbook.id} is used deeper than ${DEEPEST_USE} runbooks.`);
  const prefix = usedBy === null ? "" : `${usedBy}/`;
  const first = prefix + (runbook.steps[0]?.name ?? "");
  const frame: Frame = { prefix, runbook, names: namesOf(runbook, world), first, usedBy };
  frames.set(prefix, frame);
  const place = (sequence: readonly Step[], after: string | null): void => {
    for (const [index, step] of sequence.entries()) {
      const following = sequence[index + 1] === undefined ? after : prefix + (sequence[index + 1] as Step).name;
      const name = prefix + step.name;
      steps.set(name, { step: { ...step, name }, frame, after: following });
      if (step.kind === "use") {
        const used = world.runbooks.get(step.runbook);
        if (used === undefined) throw notKept(`${step.runbook}, which ${runbook.id} uses, is not kept with it.`);
        unfold({ runbook: used, usedBy: name, world, frames, steps, depth: depth + 1 });
      }
      for (const { branch } of branchesOf(step)) if (branch !== "continue") place(branch, following);
    }
  };
  place(runbook.steps, null);
  return frame;
}

function notKept(message: string): CaretakerError {
  return new CaretakerError("invalid_runbook", message);
}
