import {
  type CapabilityName,
  isCapability,
  type MakeVerdict,
  type Runbook,
  raise,
  type Scope,
  type Step,
  type StepTest,
} from "@caretaker/protocol";
import { locksOf } from "./locks.ts";
import { type Names, namesOf } from "./names.ts";
import { allSteps } from "./results.ts";
import { declarationsOf, isAction, lackedBy, type World } from "./world.ts";
import { worstCaseSeconds } from "./worst-case.ts";

/** What follows from what a runbook uses; nothing of this is declared by its author. */
export interface RunbookFacts {
  readonly capabilities: readonly CapabilityName[];
  /** The makes that have all of them but what it goes on without. */
  readonly connectors: readonly string[];
  /** Each make that it is meant for, and what it lacks there. */
  readonly makes: readonly MakeVerdict[];
  readonly scope: Scope;
  readonly readsOnly: boolean;
  readonly locks: readonly string[];
  readonly worstCaseSeconds: number;
  /** Those without which it would not do what it is for. */
  readonly needed: readonly CapabilityName[];
  /** What taking back all that it can have done takes at worst: part of the worst case of whoever uses it. */
  readonly undoSeconds: number;
}

/** How deep one runbook may use another that uses another. */
export const DEEPEST_USE = 5;

export function factsOf(runbook: Runbook, names: Names, world: World): RunbookFacts {
  return factsAt(runbook, names, world, { depth: 0, known: new Map() });
}

/** A runbook that many steps use is judged once for each depth, not once for each way to it. */
interface At {
  readonly depth: number;
  readonly known: Map<string, RunbookFacts>;
}

function factsAt(runbook: Runbook, names: Names, world: World, at: At): RunbookFacts {
  const steps = allSteps(runbook.steps);
  const uses = steps.flatMap((step) => usedBy(step, world, at));
  const used = uses.map(({ facts }) => facts);
  const own = steps.flatMap((step) => capabilitiesOf(step, names)).filter(isCapability);
  const capabilities = [...new Set([...own, ...used.flatMap((facts) => facts.capabilities)])].sort();
  const needed = new Set([
    ...steps.flatMap((step) => (goesOnWithout(step) ? [] : capabilitiesOf(step, names))).filter(isCapability),
    ...used.flatMap((facts) => facts.needed),
  ]);
  const actions = capabilities.filter(isAction);
  const worst = worstCaseSeconds(runbook, names, world, {
    ofUsed: (step) => usedBy(step, world, at)[0]?.facts.worstCaseSeconds ?? 0,
    undoOfUsed: (step) => usedBy(step, world, at)[0]?.facts.undoSeconds ?? 0,
  });
  const makes = makesNamedBy(runbook.id, world).map((make) => {
    const lacked = lackedBy(make, capabilities);
    // What has none of it at all would be looked over without looking at anything.
    const hasSome = capabilities.some((name) => !lacked.includes(name));
    const isMissing = (name: CapabilityName): boolean => needed.has(name) || !hasSome;
    return {
      connector: make.id,
      missing: [...lacked.filter(isMissing), ...meantForOthers(make, uses)],
      without: lacked.filter((name) => !isMissing(name)),
    };
  });
  return {
    capabilities,
    connectors: makes.filter(({ missing }) => missing.length === 0).map(({ connector }) => connector),
    makes,
    scope: [
      ...capabilities.flatMap((name) => declarationsOf(world, name).map(({ scope }) => scope)),
      ...steps.flatMap((step) => (step.kind === "fix" && step.scope !== null ? [step.scope] : [])),
      ...used.map(({ scope }) => scope),
    ].reduce<Scope>(raise, "reach"),
    readsOnly: actions.length === 0,
    needed: [...needed].sort(),
    locks: locksOf(actions),
    worstCaseSeconds: worst.seconds,
    undoSeconds: worst.undoSeconds,
  };
}

/**
 * A runbook that is named after a make is for that make alone, whatever others could do: restarting a panel is another
 * thing than restarting what runs a home.
 */
function makesNamedBy(id: string, { connectors }: World): World["connectors"] {
  const make = connectors.find((one) => id.startsWith(`${one.id}/`));
  return make === undefined ? connectors : [make];
}

/** The runbooks in use that this make could follow, and that are named after another. */
function meantForOthers(make: World["connectors"][number], uses: readonly Used[]): string[] {
  const others = uses.filter(
    ({ facts }) => !facts.connectors.includes(make.id) && lackedBy(make, facts.needed).length === 0,
  );
  return [...new Set(others.map(({ id }) => id))];
}

interface Used {
  readonly id: string;
  readonly facts: RunbookFacts;
}

function usedBy(step: Step, world: World, { depth, known }: At): Used[] {
  const used = step.kind === "use" && depth < DEEPEST_USE ? world.runbooks.get(step.runbook) : undefined;
  if (used === undefined) return [];
  const key = `${depth} ${used.id}`;
  const facts = known.get(key) ?? factsAt(used, namesOf(used, world), world, { depth: depth + 1, known });
  known.set(key, facts);
  return [{ id: used.id, facts }];
}

/**
 * A check whose author said what follows when its read is not known. A make that lacks the read leaves it unknown, so the
 * runbook is for that make as well.
 */
function goesOnWithout(step: Step): boolean {
  return step.kind === "check" && step.next.unknown !== undefined;
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
