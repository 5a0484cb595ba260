import {
  CAPABILITIES,
  type FixStep,
  inLanguage,
  isCapability,
  type Runbook,
  type Scope,
  type Step,
  scopeRank,
  type With,
} from "@caretaker/protocol";
import { canonicalJson } from "../../ledger/canonical.ts";
import type { RunbookFacts } from "../facts.ts";
import { allSteps } from "../results.ts";
import { declarationsOf, isRead, type World } from "../world.ts";

/** One of two versions that are compared, read with the runbooks that it uses. */
export interface Side {
  readonly runbook: Runbook;
  readonly facts: RunbookFacts;
  readonly world: World;
}

/** What changed for the household from one version to another, in sentences; the lines themselves stand beside it. */
export function changesInWords(before: Side, after: Side): string[] {
  const said = [
    ...scopeChange(before.facts.scope, after.facts.scope),
    ...timeChange("It may work for", before.runbook.limitSeconds, after.runbook.limitSeconds),
    ...timeChange("At worst it takes", before.facts.worstCaseSeconds, after.facts.worstCaseSeconds),
    ...listChange(actsOf(before), actsOf(after), {
      came: (act) => `New: ${act}.`,
      went: (act) => `No longer: ${act}.`,
    }),
    ...listChange(feltOf(before), feltOf(after), {
      came: (felt) => `The household will notice: ${felt}`,
      went: (felt) => `The household will no longer notice: ${felt}`,
    }),
    ...listChange(readsOf(before), readsOf(after), {
      came: (read) => `It looks at more: ${read}.`,
      went: (read) => `It no longer looks at: ${read}.`,
    }),
    ...listChange(inputsOf(before), inputsOf(after), {
      came: (input) => `Whoever starts it now says ${input}.`,
      went: (input) => `Whoever starts it no longer says ${input}.`,
    }),
    ...listChange(toldOf(before), toldOf(after), {
      came: (words) => `The household now reads: “${words}”`,
      went: (words) => `The household no longer reads: “${words}”`,
    }),
    ...listChange(outcomesOf(before), outcomesOf(after), {
      came: (outcome) => `It can now end as ${outcome}.`,
      went: (outcome) => `It no longer ends as ${outcome}.`,
    }),
  ];
  return said.length === 0 ? ["Nothing that the household would see, notice or be asked is another."] : said;
}

const ASKED: Readonly<Record<Scope, string>> = {
  reach: "the contract covers it",
  view: "what stands for good covers it",
  diagnose: "what stands for good covers it",
  fix: "it is asked for unless it stands for good",
  disruptive: "the household is asked each time",
};

function scopeChange(before: Scope, after: Scope): string[] {
  if (before === after) return [];
  const way = scopeRank(after) > scopeRank(before) ? "rises" : "falls";
  return [`The highest consent it can need ${way} from ${before} to ${after}: ${ASKED[after]}.`];
}

function timeChange(opening: string, before: number, after: number): string[] {
  return before === after ? [] : [`${opening} ${timeOf(after)} instead of ${timeOf(before)}.`];
}

function timeOf(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 3600), "h"],
    [Math.floor((seconds % 3600) / 60), "min"],
    [seconds % 60, "s"],
  ].filter(([count]) => count !== 0);
  return parts.map((part) => part.join(" ")).join(" ") || "0 s";
}

function listChange(
  before: ReadonlySet<string>,
  after: ReadonlySet<string>,
  words: { readonly came: (one: string) => string; readonly went: (one: string) => string },
): string[] {
  return [
    ...[...before].filter((one) => !after.has(one)).map(words.went),
    ...[...after].filter((one) => !before.has(one)).map(words.came),
  ];
}

/** Its own steps, and those of every runbook that it uses; each with what it is given there. */
function stepsOf({ runbook, world }: Pick<Side, "runbook" | "world">, above: readonly string[] = []): Step[] {
  return allSteps(runbook.steps).flatMap((step) => {
    const used = step.kind === "use" ? world.runbooks.get(step.runbook) : undefined;
    if (used === undefined || above.includes(used.id)) return [step];
    return [step, ...stepsOf({ runbook: used, world }, [...above, runbook.id])];
  });
}

function fixesOf(side: Side): FixStep[] {
  return stepsOf(side).filter((step) => step.kind === "fix");
}

function actsOf(side: Side): ReadonlySet<string> {
  return new Set(
    fixesOf(side).map(({ do: action, with: given, tries, each, undo, scope }) => {
      const parts = [
        `${lowered(summaryOf(action))}${reach(given)}`,
        ...(each === null ? [] : [`for each of ${each.of}, at most ${each.max}`]),
        ...(tries.times === 1 ? [] : [`at most ${tries.times} times`]),
        undo === null
          ? "which cannot be taken back"
          : `taken back by: ${lowered(summaryOf(undo.do))}${reach(undo.with)}`,
        ...(scope === null ? [] : [`raised to ${scope}`]),
      ];
      return parts.join(", ");
    }),
  );
}

/** What it is done to: the references, as the runbook names them, and the rest of what is given, in any order. */
function reach(given: With): string {
  const parts = Object.entries(given)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([field, value]) => `${field} ${typeof value === "string" ? value : canonicalJson(value)}`);
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}

function feltOf(side: Side): ReadonlySet<string> {
  return new Set(
    fixesOf(side).flatMap(({ do: action }) =>
      declarationsOf(side.world, action).flatMap(({ felt }) => (felt === undefined ? [] : [inLanguage(felt, "en")])),
    ),
  );
}

function readsOf({ facts }: Side): ReadonlySet<string> {
  return new Set(facts.capabilities.filter(isRead).map((name) => lowered(summaryOf(name))));
}

function inputsOf({ runbook }: Side): ReadonlySet<string> {
  return new Set(
    Object.entries(runbook.inputs).map(([name, { type, options }]) =>
      options.length === 0 ? `${name} (${type})` : `${name} (${options.join(", ")})`,
    ),
  );
}

function toldOf(side: Side): ReadonlySet<string> {
  const texts = [side.runbook.tell, ...stepsOf(side).flatMap(toldIn)];
  return new Set(texts.map((text) => inLanguage(text, "en")));
}

function toldIn(step: Step) {
  if (step.kind === "consent") return [step.tell];
  if (step.kind === "ask") return step.of === "homeowner" ? [step.say] : [];
  return step.kind === "end" && step.tell !== null ? [step.tell] : [];
}

function outcomesOf(side: Side): ReadonlySet<string> {
  return new Set(
    allSteps(side.runbook.steps).flatMap((step) => (step.kind === "end" ? [step.outcome.replaceAll("_", " ")] : [])),
  );
}

function summaryOf(capability: string): string {
  return isCapability(capability) ? CAPABILITIES[capability].summary : capability;
}

function lowered(words: string): string {
  return words.charAt(0).toLowerCase() + words.slice(1);
}
