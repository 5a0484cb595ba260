import {
  type InputDeclaration,
  type Runbook,
  type RunbookMistake,
  referenceIn,
  type Step,
  secondsOf,
  type Text,
} from "@caretaker/protocol";
import { MISSING, StepCheck } from "./check-steps.ts";
import { DEEPEST_USE, factsOf, type RunbookFacts } from "./facts.ts";
import { FlowCheck } from "./flow.ts";
import { namesOf } from "./names.ts";
import { Operands } from "./operands.ts";
import { type Json, LIMITS, parseYaml } from "./parse.ts";
import { understand } from "./repair.ts";
import { allSteps } from "./results.ts";
import { inOrder, type Path, type RunbookSource } from "./source.ts";
import { allPlaced, type Placed, placedIn } from "./walk.ts";
import type { World } from "./world.ts";

export interface ValidRunbook {
  readonly ok: true;
  readonly runbook: Runbook;
  /** As it was written, which the digest is made of. */
  readonly document: { readonly [key: string]: Json };
  readonly facts: RunbookFacts;
  readonly source: RunbookSource;
}

export type Validation = ValidRunbook | { readonly ok: false; readonly mistakes: readonly RunbookMistake[] };

/** Judges a runbook's file. Either it is good in every respect, or all of its mistakes are said at once, in order. */
export function validateRunbook(file: string, text: string, world: World): Validation {
  const parsed = parseYaml(file, text);
  if (!parsed.ok) return parsed;
  const { document, source } = parsed;
  const { runbook, mistakes, broken } = understand(document, source);
  if (runbook === null) return { ok: false, mistakes: inOrder(mistakes) };

  const steps = placedIn(runbook.steps, ["steps"], source);
  const placed = allPlaced(steps, source);
  if (placed.length > LIMITS.steps) {
    const message = `has ${placed.length} steps, more than ${LIMITS.steps}: split it with \`use\``;
    return { ok: false, mistakes: inOrder([...mistakes, source.mistake("too_many_steps", ["steps"], message)]) };
  }
  const names = namesOf(runbook, world, broken);
  const operands = new Operands(source, names);
  const check = new StepCheck(source, names, world, operands);
  const flow = new FlowCheck(source, world, (step, path, known) => check.step(step, path, known));
  flow.runbook(steps);
  const meaning = [...operands.mistakes, ...flow.mistakes, ...wholeMistakes(runbook, placed, source, names.all, world)];
  const facts = factsOf(runbook, names, world);
  const all = [...mistakes, ...meaning];
  if (facts.worstCaseSeconds > runbook.limitSeconds) {
    const message = `is shorter than the runbook can take: at worst ${facts.worstCaseSeconds} s`;
    all.push(source.mistake("over_limit", ["limit"], message));
  }
  return all.length > 0 ? { ok: false, mistakes: inOrder(all) } : { ok: true, runbook, document, facts, source };
}

/** What concerns the runbook as a whole rather than one step. */
function wholeMistakes(
  runbook: Runbook,
  steps: readonly Placed[],
  source: RunbookSource,
  names: readonly string[],
  world: World,
): RunbookMistake[] {
  const mistakes: RunbookMistake[] = [];
  mistakes.push(...duplicates(runbook, steps, source), ...inputMistakes(runbook.inputs, source));
  const texts: [Text | null, Path][] = [
    [runbook.title, ["title"]],
    [runbook.tell, ["tell"]],
    ...steps.flatMap(({ step, path }) =>
      textsOf(step).map(([field, text]): [Text | null, Path] => [text, [...path, field]]),
    ),
  ];
  for (const [text, path] of texts) {
    const name = referenceInside(text, names);
    if (name === null) continue;
    const message = `says \`$${name}\` inside a text, where references are not replaced: write the text without it`;
    mistakes.push(source.mistake("reference_in_text", path, message));
  }
  for (const { step, path } of steps) {
    if (step.kind !== "use" || !isTooDeep(step.runbook, world, [runbook.id])) continue;
    const message = `leads back to itself, or more than ${DEEPEST_USE} runbooks deep`;
    mistakes.push(source.mistake("too_deep", [...path, "runbook"], message));
  }
  return mistakes;
}

function duplicates(runbook: Runbook, steps: readonly Placed[], source: RunbookSource): RunbookMistake[] {
  const seen = new Set(Object.keys(runbook.inputs));
  const mistakes: RunbookMistake[] = [];
  const take = (name: string, path: Path): void => {
    if (name === MISSING) return;
    if (seen.has(name)) {
      const message = `\`${name}\` is taken: inputs, steps and items share one set of names`;
      mistakes.push(source.mistake("duplicate_name", path, message));
    }
    seen.add(name);
  };
  for (const { step, path } of steps) {
    if (step.kind !== "end") take(step.name, [...path, step.kind]);
    if ((step.kind === "check" || step.kind === "fix") && step.each !== null)
      take(step.each.as, [...path, "each", "as"]);
  }
  return mistakes;
}

function inputMistakes(inputs: Runbook["inputs"], source: RunbookSource): RunbookMistake[] {
  return Object.entries(inputs).flatMap(([name, input]) => {
    const path = ["inputs", name];
    const mistakes: RunbookMistake[] = [];
    if (input.type === "choice" && input.options.length === 0) {
      mistakes.push(source.mistake("missing_field", path, "is a choice, so it needs `options`", { atKey: true }));
    }
    if (input.type !== "choice" && input.options.length > 0) {
      mistakes.push(
        source.mistake("wrong_value", [...path, "options"], "are only for the type `choice`", { atKey: true }),
      );
    }
    const wrong = input.default === null ? null : wrongDefault(input);
    if (wrong !== null) mistakes.push(source.mistake("wrong_type", [...path, "default"], wrong));
    return mistakes;
  });
}

function wrongDefault({ type, default: value, options }: InputDeclaration): string | null {
  if (referenceIn(value) !== null) return "must be a plain value: there is nothing yet to refer to";
  switch (type) {
    case "text":
      return typeof value === "string" ? null : "must be a text";
    case "number":
      return typeof value === "number" ? null : "must be a number";
    case "yesno":
      return typeof value === "boolean" ? null : "must be true or false";
    case "choice":
      return options.includes(String(value)) ? null : `must be one of ${options.join(", ")}`;
    case "duration":
      return secondsOf(value) === null ? "must be a duration, such as 20s, 5m, 4h or 7d" : null;
    case "moment":
      return typeof value === "string" && !Number.isNaN(Date.parse(value)) ? null : "must be a moment";
    default:
      return `cannot be given for ${type}: a thing of a home is chosen when the runbook is started`;
  }
}

function textsOf(step: Step): [string, Text | null][] {
  if (step.kind === "end")
    return [
      ["note", step.note],
      ["tell", step.tell],
    ];
  if (step.kind === "consent") return [["tell", step.tell]];
  if (step.kind === "ask") return [["say", step.say]];
  return step.kind === "fix" ? [["irreversible", step.irreversible]] : [];
}

function referenceInside(text: Text | null, names: readonly string[]): string | null {
  if (text === null) return null;
  for (const words of typeof text === "string" ? [text] : Object.values(text).filter((one) => one !== undefined)) {
    for (const [, dollars = "", name = ""] of words.matchAll(/(\$+)([a-z][a-zA-Z0-9-]*)/g)) {
      if (dollars.length === 1 && names.includes(name)) return name;
    }
  }
  return null;
}

function isTooDeep(id: string, world: World, above: readonly string[]): boolean {
  if (above.includes(id) || above.length > DEEPEST_USE) return true;
  const used = world.runbooks.get(id);
  if (used === undefined) return false;
  return allSteps(used.steps).some((step) => step.kind === "use" && isTooDeep(step.runbook, world, [...above, id]));
}
