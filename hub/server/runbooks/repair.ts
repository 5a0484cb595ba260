import { type GrammarParams, Runbook, type RunbookMistake, STEP_KINDS } from "@caretaker/protocol";
import type { z } from "zod";
import { MISSING, MISSING_FIELD } from "./check-steps.ts";
import type { Json } from "./parse.ts";
import { MOST_MISTAKES, type Path, type RunbookSource } from "./source.ts";
import { didYouMean } from "./suggest.ts";

/**
 * So that all mistakes are said at once, a mistake of the grammar does not hide those of meaning: what is wrong is left
 * out or replaced by something harmless, until the rest can be understood and judged as well.
 */
export interface Understood {
  readonly runbook: Runbook | null;
  readonly mistakes: readonly RunbookMistake[];
  /** Names whose declaration is broken: nothing more is said about uses of them. */
  readonly broken: readonly string[];
}

/** Stand for what is missing or wrong; validation knows them and says nothing about them. */
const STAND_INS: Readonly<Record<string, Json>> = {
  verify: { again: MISSING },
  read: null,
  expect: { [MISSING_FIELD]: true },
  within: "1s",
  holds: null,
  every: "1s",
  timeout: null,
  times: 1,
  max: 1,
  limit: "300d",
  id: "missing-here",
  version: 1,
  title: "?",
  tell: "?",
  say: "?",
  note: "?",
  else: "continue",
  inputs: null,
  irreversible: "?",
};

/** What all rounds together may look at: a long file with mistakes behind mistakes gets fewer of them. */
const MOST_VALUES_SEEN = 6000;
const ROUNDS = 30;

export function understand(document: { [key: string]: Json }, source: RunbookSource): Understood {
  // The grammar makes an Error of what is wrong with each step, and Node a stack trace of each, which nobody reads.
  // Nothing waits in here, so nobody else's errors lose theirs.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return understandAll(document, source);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function understandAll(document: { [key: string]: Json }, source: RunbookSource): Understood {
  const first = Runbook.safeParse(document);
  if (first.success) return { runbook: first.data, mistakes: [], broken: [] };
  // As many as are told: what is behind them is said once these are mended.
  if (first.error.issues.length > MOST_MISTAKES) {
    const told = first.error.issues.slice(0, MOST_MISTAKES + 1);
    return { runbook: null, mistakes: told.map((issue) => mistakeOf(issue, source, document)), broken: [] };
  }
  const draft = structuredClone(document);
  const broken = new Set<string>();
  const seen = new Map<string, RunbookMistake>();
  let issues: readonly z.core.$ZodIssue[] = first.error.issues;
  const rounds = Math.min(ROUNDS, Math.ceil(MOST_VALUES_SEEN / source.size));
  for (let round = 0; round < rounds; round += 1) {
    for (const issue of issues.slice(0, MOST_MISTAKES)) {
      const key = `${JSON.stringify(pathOf(issue))} ${issue.message}`;
      mend(draft, pathOf(issue), paramsOf(issue), seen.has(key), broken);
      if (!seen.has(key)) seen.set(key, mistakeOf(issue, source, document));
    }
    const again = Runbook.safeParse(draft);
    if (again.success) return { runbook: again.data, mistakes: [...seen.values()], broken: [...broken] };
    issues = again.error.issues;
  }
  return { runbook: null, mistakes: [...seen.values()], broken: [...broken] };
}

function mistakeOf(issue: z.core.$ZodIssue, source: RunbookSource, document: Json): RunbookMistake {
  const { mistake, allowed } = paramsOf(issue);
  const path = pathOf(issue);
  const word = mistake === "unknown_field" ? String(path.at(-1)) : source.written(path);
  const known =
    mistake === "no_kind" || mistake === "unknown_field" || mistake === "wrong_value" ? (allowed ?? []) : [];
  const words = mistake === "no_kind" ? keysOf(valueAt(document, path)) : [word];
  const hint = words.map((one) => didYouMean(one, known)).find((one) => one !== undefined);
  const list =
    mistake === "unknown_field" && hint === undefined && known.length > 0 ? `; known are ${known.join(", ")}` : "";
  return source.mistake(mistake, path, `${issue.message}${list}`, {
    atKey: mistake === "unknown_field",
    didYouMean: hint,
  });
}

function mend(draft: Json, path: Path, params: GrammarParams, isStubborn: boolean, broken: Set<string>): void {
  const field = path.at(-1);
  const parent = valueAt(draft, path.slice(0, -1));
  const isOwnField =
    typeof field === "string" && typeof parent === "object" && parent !== null && !Array.isArray(parent);
  if (!isStubborn && isOwnField && params.mistake === "unknown_field") {
    delete parent[field];
    return;
  }
  if (!isStubborn && params.mistake === "no_undo" && isOwnField) {
    delete parent.undo;
    parent.irreversible = "?";
    return;
  }
  if (!isStubborn && isOwnField && Object.hasOwn(STAND_INS, field) && STAND_INS[field] !== null) {
    parent[field] = structuredClone(STAND_INS[field] ?? null);
    return;
  }
  takeOut(draft, path, broken);
}

/** Takes out the smallest whole thing around a mistake: an input, or a step with the branches it has. */
function takeOut(draft: Json, path: Path, broken: Set<string>): void {
  if (path[0] === "inputs" && path.length > 1) {
    broken.add(String(path[1]));
    const inputs = valueAt(draft, ["inputs"]);
    if (typeof inputs === "object" && inputs !== null && !Array.isArray(inputs)) delete inputs[String(path[1])];
    return;
  }
  for (let length = path.length; length > 0; length -= 1) {
    const at = path.slice(0, length);
    const step = valueAt(draft, at);
    const isPlace =
      typeof at.at(-1) === "number" || at.at(-2) === "next" || at.at(-1) === "then" || at.at(-1) === "else";
    const isStep =
      isPlace && isAMap(step) && (STEP_KINDS.some((kind) => Object.hasOwn(step, kind)) || length === path.length);
    if (!isStep && !(isPlace && length === path.length)) continue;
    for (const name of namesIn(step)) broken.add(name);
    replace(draft, at);
    return;
  }
  const [top] = path;
  if (typeof top === "string" && isAMap(draft)) {
    if (Object.hasOwn(STAND_INS, top) && STAND_INS[top] !== null) draft[top] = structuredClone(STAND_INS[top] ?? null);
    else delete draft[top];
  }
}

/** A step that cannot be understood ends the run, as far as the rest is concerned. */
function replace(draft: Json, path: Path): void {
  const parent = valueAt(draft, path.slice(0, -1));
  const last = path.at(-1);
  const stand: Json = { use: MISSING, runbook: MISSING };
  if (Array.isArray(parent) && typeof last === "number") parent[last] = stand;
  else if (isAMap(parent) && typeof last === "string") parent[last] = "continue";
}

function namesIn(step: Json | undefined): string[] {
  if (Array.isArray(step)) return step.flatMap(namesIn);
  if (!isAMap(step)) return [];
  // Of a step whose kind nobody understands, any word can be the name.
  const isKnown = STEP_KINDS.some((kind) => Object.hasOwn(step, kind));
  const named = isKnown ? STEP_KINDS.filter((kind) => kind !== "end") : Object.keys(step);
  const own = named.flatMap((key) => (typeof step[key] === "string" ? [step[key] as string] : []));
  return [...own, ...Object.values(step).flatMap((inner) => (typeof inner === "object" ? namesIn(inner) : []))];
}

function isAMap(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function keysOf(value: Json | undefined): string[] {
  return isAMap(value) ? Object.keys(value) : [];
}

function valueAt(document: Json, path: Path): Json | undefined {
  let current: Json | undefined = document;
  for (const part of path) {
    if (Array.isArray(current) && typeof part === "number") current = current[part];
    else if (isAMap(current) && typeof part === "string" && Object.hasOwn(current, part)) current = current[part];
    else return undefined;
  }
  return current;
}

function pathOf(issue: z.core.$ZodIssue): Path {
  return issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
}

function paramsOf(issue: z.core.$ZodIssue): GrammarParams {
  return issue.code === "custom" && issue.params !== undefined
    ? (issue.params as unknown as GrammarParams)
    : { mistake: "wrong_value" };
}
