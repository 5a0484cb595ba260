import {
  type Branch,
  CAPABILITIES,
  type FixStep,
  isCapability,
  type Runbook,
  type Step,
  type StepTest,
  secondsOf,
  type Verify,
  type With,
} from "@caretaker/protocol";
import type { z } from "zod";
import { typeOf } from "./field-types.ts";
import type { Names } from "./names.ts";
import { allSteps, outcomesOf, resultsOf, whatFollows } from "./results.ts";
import { timeoutOf, type World } from "./world.ts";

/**
 * The longest that a runbook can work, whichever way it goes: every read and act takes its whole timeout, every try is
 * needed, every wait lasts. Waiting for people does not count.
 */
export function worstCaseSeconds(runbook: Runbook, names: Names, world: World, ofUsed: (step: Step) => number): number {
  const read = (test: StepTest, step: Step): number => {
    const name = names.readOf(test)?.test.read;
    return step.timeoutSeconds ?? timeoutOf(world, name ?? "");
  };
  const verified = (verify: Verify, step: Step): number =>
    verify.withinSeconds + verify.holdsSeconds + read(verify.test, step);
  const undone = (step: FixStep): number =>
    step.undo === null
      ? 0
      : actSeconds(world, step.undo.do, step.undo.with) +
        (step.undo.verify === null ? read(step.verify.test, step) : verified(step.undo.verify, step));
  const allUndone = allSteps(runbook.steps)
    .filter((step) => step.kind === "fix")
    .reduce((sum, step) => sum + undone(step), 0);

  const own = (step: Step): number => {
    switch (step.kind) {
      case "check": {
        const { times, everySeconds } = step.tries;
        return (times * read(step.test, step) + (times - 1) * everySeconds) * (step.each?.max ?? 1);
      }
      case "wait":
        return step.withinSeconds + step.holdsSeconds + read(step.test, step);
      case "fix": {
        const { times, everySeconds } = step.tries;
        const act = step.timeoutSeconds ?? actSeconds(world, step.do, step.with);
        const before = read(step.verify.test, step) + step.verify.holdsSeconds;
        const tries = times * (act + verified(step.verify, step)) + (times - 1) * everySeconds;
        return (before + tries) * (step.each?.max ?? 1);
      }
      case "use":
        return ofUsed(step);
      case "end":
        return step.outcome === "undone" ? allUndone : 0;
      case "choose":
      case "ask":
      case "consent":
        return 0;
      default:
        return step satisfies never;
    }
  };

  const sequence = (steps: readonly Step[], after: number): number =>
    steps.reduceRight((rest, step) => {
      if (step.kind === "end") return own(step);
      const branch = (to: Branch): number => (to === "continue" ? rest : sequence(to, rest));
      const outcomes = (id: string): readonly string[] => {
        const used = world.runbooks.get(id);
        return used === undefined ? ["fixed"] : outcomesOf(used);
      };
      const ways = resultsOf(step, outcomes).map((result) => {
        const follows = whatFollows(step, result);
        return "outcome" in follows ? 0 : branch(follows.branch);
      });
      if (step.kind === "choose") ways.push(...step.cases.map((one) => branch(one.branch)), branch(step.else));
      const worst = own(step) + Math.max(0, ...ways);
      return step.if === null ? worst : Math.max(worst, rest);
    }, after);

  return sequence(runbook.steps, 0);
}

/** An action that is told to take its time has that time on top: off for five minutes, at most, where nobody says how long. */
function actSeconds(world: World, capability: string, given: With): number {
  const shape: Readonly<Record<string, z.ZodType>> = isCapability(capability)
    ? CAPABILITIES[capability].input.shape
    : {};
  const told = Object.entries(shape)
    .filter(([, schema]) => typeOf(schema).kind === "duration")
    .reduce((sum, [field]) => sum + (secondsOf(given[field]) ?? LONGEST_TOLD_SECONDS), 0);
  return timeoutOf(world, capability) + told;
}

const LONGEST_TOLD_SECONDS = 300;
