import {
  type CapabilityName,
  isCapability,
  type Runbook,
  raise,
  type Scope,
  type Step,
  type StepTest,
} from "@caretaker/protocol";
import { locksOf } from "./locks.ts";
import { type Names, namesOf } from "./names.ts";
import { allSteps } from "./results.ts";
import { declarationsOf, isAction, type World } from "./world.ts";
import { worstCaseSeconds } from "./worst-case.ts";

/** What follows from what a runbook uses; nothing of this is declared by its author. */
export interface RunbookFacts {
  readonly capabilities: readonly CapabilityName[];
  /** The makes that have all of them. */
  readonly connectors: readonly string[];
  readonly scope: Scope;
  readonly readsOnly: boolean;
  readonly locks: readonly string[];
  readonly worstCaseSeconds: number;
}

/** How deep one runbook may use another that uses another. */
export const DEEPEST_USE = 5;

export function factsOf(runbook: Runbook, names: Names, world: World, depth = 0): RunbookFacts {
  const steps = allSteps(runbook.steps);
  const used = steps.flatMap((step) => usedBy(step, world, depth));
  const own = steps.flatMap((step) => capabilitiesOf(step, names)).filter(isCapability);
  const capabilities = [...new Set([...own, ...used.flatMap((facts) => facts.capabilities)])].sort();
  const actions = capabilities.filter(isAction);
  return {
    capabilities,
    connectors: world.connectors
      .filter((make) => capabilities.every((name) => make.capabilities[name]))
      .map(({ id }) => id),
    scope: [
      ...capabilities.flatMap((name) => declarationsOf(world, name).map(({ scope }) => scope)),
      ...steps.flatMap((step) => (step.kind === "fix" && step.scope !== null ? [step.scope] : [])),
      ...used.map(({ scope }) => scope),
    ].reduce<Scope>(raise, "reach"),
    readsOnly: actions.length === 0,
    locks: locksOf(actions),
    worstCaseSeconds: worstCaseSeconds(
      runbook,
      names,
      world,
      (step) => usedBy(step, world, depth)[0]?.worstCaseSeconds ?? 0,
    ),
  };
}

function usedBy(step: Step, world: World, depth: number): RunbookFacts[] {
  const used = step.kind === "use" && depth < DEEPEST_USE ? world.runbooks.get(step.runbook) : undefined;
  return used === undefined ? [] : [factsOf(used, namesOf(used, world), world, depth + 1)];
}

function capabilitiesOf(step: Step, names: Names): string[] {
  const reads = (test: StepTest | undefined): string[] => {
    const read = test === undefined ? undefined : names.readOf(test)?.test.read;
    return read === undefined ? [] : [read];
  };
  if (step.kind === "check" || step.kind === "wait") return reads(step.test);
  if (step.kind !== "fix") return [];
  const undo = step.undo === null ? [] : [step.undo.do, ...reads(step.undo.verify?.test)];
  return [step.do, ...reads(step.verify.test), ...undo];
}
