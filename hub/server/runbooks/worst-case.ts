import {
  type Branch,
  CAPABILITIES,
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
import { proofOf } from "./proofs.ts";
import { allSteps, outcomesOf, resultsOf, whatFollows } from "./results.ts";
import { timeoutOf, type World } from "./world.ts";

export interface WorstCase {
  readonly seconds: number;
  /** Of those, what taking back everything takes that it and the runbooks it uses can have done. */
  readonly undoSeconds: number;
}

/** The same of the runbook that a step uses. */
interface OfUsed {
  readonly ofUsed: (step: Step) => number;
  readonly undoOfUsed: (step: Step) => number;
}

/**
 * The longest that a runbook can work, whichever way it goes: every read and act takes its whole timeout, every try is
 * needed, every wait lasts. Waiting for people does not count.
 */
export function worstCaseSeconds(
  runbook: Runbook,
  names: Names,
  world: World,
  { ofUsed, undoOfUsed }: OfUsed,
): WorstCase {
  const read = (test: StepTest, step: Step): number => {
    const name = names.readOf(test)?.test.read;
    return step.timeoutSeconds ?? timeoutOf(world, name ?? "");
  };
  const verified = (verify: Verify, step: Step): number =>
    verify.withinSeconds + verify.holdsSeconds + read(verify.test, step);
  const undone = (step: Step): number => {
    if (step.kind === "use") return undoOfUsed(step);
    if (step.kind !== "fix" || step.undo === null) return 0;
    const proof = proofOf(step.undo);
    const each = actSeconds(world, step.undo.do, step.undo.with) + (proof === null ? 0 : verified(proof, step));
    return each * (step.each?.max ?? 1);
  };
  const allUndone = allSteps(runbook.steps).reduce((sum, step) => sum + undone(step), 0);

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

  return { seconds: sequence(runbook.steps, 0), undoSeconds: allUndone };
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
