import {
  type Branch,
  branchesOf,
  CAPABILITIES,
  inLanguage,
  isCapability,
  type Runbook,
  type RunbookDetails,
  type RunbookSummary,
  type RunStepOutline,
  raise,
  type Scope,
  type Step,
  type StepTest,
} from "@caretaker/protocol";
import { DEEPEST_USE } from "./facts.ts";
import type { LibraryRunbook } from "./library.ts";
import { type Names, namesOf } from "./names.ts";
import { declarationsOf, type World } from "./world.ts";

type Shown = Pick<LibraryRunbook, "runbook" | "facts" | "digest" | "isStock" | "copyOf">;

/** A runbook as the list of the library shows it. */
export function toSummary({ runbook, facts, digest, isStock = true, copyOf }: Shown): RunbookSummary {
  return {
    id: runbook.id,
    version: runbook.version,
    digest,
    title: inLanguage(runbook.title, "en"),
    tell: inLanguage(runbook.tell, "en"),
    connectors: [...facts.connectors],
    scope: facts.scope,
    readsOnly: facts.readsOnly,
    limitSeconds: runbook.limitSeconds,
    worstCaseSeconds: facts.worstCaseSeconds,
    inputs: Object.entries(runbook.inputs).map(([name, input]) => ({
      name,
      type: input.type,
      title: input.title === null ? capitalised(name) : inLanguage(input.title, "en"),
      optional: input.optional || input.default !== null,
      ...(input.default === null ? {} : { default: input.default }),
      ...(input.options.length === 0 ? {} : { options: [...input.options] }),
    })),
    isStock,
    copyOf: copyOf ?? null,
  };
}

export function toDetails(one: Shown & Pick<LibraryRunbook, "text">, world: World): Omit<RunbookDetails, "record"> {
  return {
    ...toSummary(one),
    source: one.text,
    outline: outlineOf(one.runbook, world),
    makes: [...one.facts.makes],
    notStartable: null,
  };
}

/** All steps in the order in which they are written, those of used runbooks too, each with a line for a technician. */
export function outlineOf(runbook: Runbook, world: World, prefix = "", depth = 0): RunStepOutline[] {
  const names = namesOf(runbook, world);
  const ofSteps = (steps: readonly Step[]): RunStepOutline[] =>
    steps.flatMap((step) => {
      const used = step.kind === "use" && depth < DEEPEST_USE ? world.runbooks.get(step.runbook) : undefined;
      const name = prefix + step.name;
      return [
        {
          name,
          kind: step.kind,
          title: titleOf(step, names),
          scope: scopeOf(step, world),
          canPutBack: step.kind === "fix" && step.undo !== null,
        },
        ...(used === undefined ? [] : outlineOf(used, world, `${name}/`, depth + 1)),
        ...branchesOf(step).flatMap(({ branch }: { branch: Branch }) => (branch === "continue" ? [] : ofSteps(branch))),
      ];
    });
  return ofSteps(runbook.steps);
}

/** What a step does, in one line. */
export function titleOf(step: Step, names: Names): string {
  const read = (test: StepTest): string => summaryOf(names.readOf(test)?.test.read ?? "");
  switch (step.kind) {
    case "check":
      return `Check: ${lowered(read(step.test))}`;
    case "wait":
      return `Wait: ${lowered(read(step.test))}`;
    case "fix":
      return summaryOf(step.do);
    case "choose":
      return "Decide what comes next";
    case "ask":
      return inLanguage(step.say, "en");
    case "consent":
      return "Ask the homeowner";
    case "use":
      return `Run ${step.runbook}`;
    case "end":
      return `End: ${step.outcome.replaceAll("_", " ")}`;
    default:
      return step satisfies never;
  }
}

function scopeOf(step: Step, world: World): Scope | null {
  if (step.kind !== "fix") return null;
  const declared = declarationsOf(world, step.do).map(({ scope }) => scope);
  return [...declared, ...(step.scope === null ? [] : [step.scope])].reduce<Scope>(raise, "reach");
}

function summaryOf(capability: string): string {
  return isCapability(capability) ? CAPABILITIES[capability].summary : capability;
}

function lowered(words: string): string {
  return words.charAt(0).toLowerCase() + words.slice(1);
}

function capitalised(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1).replaceAll("-", " ");
}
