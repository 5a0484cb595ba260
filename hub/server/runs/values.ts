import {
  CAPABILITIES,
  type CapabilityName,
  type Expectation,
  isCombined,
  literalText,
  type Reference,
  type ReferenceKind,
  type Runbook,
  referenceIn,
  referenceOf,
  type Scalar,
  secondsOf,
  type Value,
  type With,
} from "@caretaker/protocol";
import type { Database } from "../db/database.ts";
import { conditionsOf, fieldAt, type Subjects } from "../runbooks/expect.ts";
import { isThingKind, typeOf } from "../runbooks/field-types.ts";
import type { Item } from "./items.ts";
import type { RunMemory } from "./memory.ts";
import { linkKind, loadThing, type Thing } from "./things.ts";

export interface ValueSource {
  readonly db: Database;
  readonly runbook: Runbook;
  /** Stands before the names of the runbook's steps in the run. */
  readonly prefix: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly results: RunMemory["results"];
  /** What the step goes through, where it goes through things one by one. */
  readonly item: Item | null;
}

/** Stands for what cannot be told at all: a read that failed, a thing that is gone, a step that was skipped. */
export const UNANSWERED = Symbol("unanswered");

/** What references are at this moment: `undefined` is missing. Made for the references of one step, all at once. */
export type Values = ReadonlyMap<string, unknown>;

export async function valuesOf(source: ValueSource, texts: Iterable<string>): Promise<Values> {
  const values = new Map<string, unknown>();
  for (const text of new Set(texts)) {
    const reference = referenceIn(text);
    if (reference !== null) values.set(text, await resolve(source, reference));
  }
  return values;
}

async function resolve(source: ValueSource, { name, path }: Reference): Promise<unknown> {
  if (source.item?.as === name) return path.length === 0 ? source.item.value : fieldAt(source.item.value, path);
  const declared = Object.hasOwn(source.runbook.inputs, name) ? source.runbook.inputs[name] : undefined;
  if (declared === undefined) return stepValue(source.results, source.prefix + name, path);
  const value = source.inputs[name] ?? declared.default ?? undefined;
  if (value === undefined) return undefined;
  if (isThingKind(declared.type)) return thingValue(source.db, declared.type, String(value), path);
  return declared.type === "duration" && typeof value === "string" ? (secondsOf(value) ?? undefined) : value;
}

function stepValue(results: RunMemory["results"], name: string, path: readonly string[]): unknown {
  const step = Object.hasOwn(results, name) ? results[name] : undefined;
  if (step === undefined || (path.length > 0 && step.output === null)) return UNANSWERED;
  return path.length === 0 ? step.result : fieldAt(step.output, path);
}

async function thingValue(db: Database, kind: ReferenceKind, id: string, path: readonly string[]): Promise<unknown> {
  const thing = await loadThing(db, kind, id);
  const [field, ...rest] = path;
  if (thing === null) return UNANSWERED;
  if (field === undefined) return thing;
  const value = thing.fields[field] ?? undefined;
  const linked = linkKind(kind, field);
  return linked === null || typeof value !== "string" ? value : thingValue(db, linked, value, rest);
}

/** The references in an expectation, subjects and operands. */
export function textsIn(expectation: Expectation): string[] {
  if (!isCombined(expectation)) {
    return Object.entries(expectation).flatMap(([subject, condition]) => [
      subject,
      ...conditionsOf(condition).flatMap(([, operand]) =>
        (Array.isArray(operand) ? operand : [operand]).filter(isText),
      ),
    ]);
  }
  if ("not" in expectation) return textsIn(expectation.not as Expectation);
  const parts = "all" in expectation ? expectation.all : expectation.any;
  return (parts as readonly Expectation[]).flatMap(textsIn);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** Subjects of `if` and `when`: references. */
export function referenceSubjects(values: Values, now: Date): Subjects {
  return {
    isAnswered: (subject) => values.get(subject) !== UNANSWERED,
    value: (subject) => values.get(subject),
    operand: (value) => operand(values, value),
    now,
  };
}

/** Subjects of `expect`: fields of what was read; null when the read failed. */
export function fieldSubjects(output: unknown, values: Values, now: Date): Subjects {
  return {
    isAnswered: () => output !== null,
    value: (subject) => fieldAt(output, subject.split(".")),
    operand: (value) => operand(values, value),
    now,
  };
}

function operand(values: Values, value: Scalar): unknown {
  if (typeof value !== "string") return value;
  return referenceIn(value) === null ? literalText(value) : known(values, value);
}

function known(values: Values, text: string): unknown {
  const value = values.get(text);
  return value === UNANSWERED ? undefined : value;
}

/** What a capability is given, in the make's keys, and the thing of the home that it is about. */
export interface GivenInput {
  readonly input: Readonly<Record<string, unknown>>;
  /** As a person reads it: names instead of keys. */
  readonly shown: Readonly<Record<string, unknown>>;
  /** Null where it is about the gateway itself. */
  readonly thing: Thing | null;
}

export type Given = { readonly ok: true; readonly given: GivenInput } | { readonly ok: false; readonly why: string };

/** Things that are given by what the make calls them, as a list of the gateway names them: by the field they are for. */
export type ThingsByField = ReadonlyMap<string, Thing>;

export async function findGivenThings(
  capability: CapabilityName,
  given: With,
  values: Values,
  find: (kind: ReferenceKind, key: string) => Promise<Thing | null>,
): Promise<ThingsByField> {
  const things = new Map<string, Thing>();
  for (const [field, schema] of Object.entries(CAPABILITIES[capability].input.shape)) {
    const kind = referenceOf(schema);
    const written = Object.hasOwn(given, field) ? given[field] : undefined;
    const key = kind === undefined || written === undefined ? undefined : plain(written, values);
    const thing = kind === undefined || typeof key !== "string" ? null : await find(kind, key);
    if (thing !== null) things.set(field, thing);
  }
  return things;
}

/** Builds the input of a capability out of a step's `with`. What cannot be told makes the step's result unknown. */
export function giveInput(
  capability: CapabilityName,
  given: With,
  values: Values,
  found: ThingsByField = new Map(),
): Given {
  const shape = CAPABILITIES[capability].input.shape;
  const input: Record<string, unknown> = {};
  const shown: Record<string, unknown> = {};
  const things: Thing[] = [];
  for (const [field, schema] of Object.entries(shape)) {
    const written = Object.hasOwn(given, field) ? given[field] : undefined;
    if (written === undefined) continue;
    const value = plain(written, values);
    const kind = referenceOf(schema);
    const thing = kind === undefined ? null : isThing(value) ? value : (found.get(field) ?? null);
    if (value === undefined || (kind !== undefined && thing === null)) {
      return { ok: false, why: `${String(written)} is not known` };
    }
    if (thing !== null) {
      things.push(thing);
      input[field] = thing.key;
      shown[field] = thing.name;
    } else {
      input[field] = typeOf(schema).kind === "duration" && typeof value === "string" ? secondsOf(value) : value;
      shown[field] = input[field];
    }
  }
  const parsed = CAPABILITIES[capability].input.safeParse(input);
  if (!parsed.success) return { ok: false, why: `${capability} cannot be given ${JSON.stringify(shown)}` };
  return { ok: true, given: { input: parsed.data, shown, thing: things[0] ?? null } };
}

export function isThing(value: unknown): value is Thing {
  return typeof value === "object" && value !== null && "id" in value && "key" in value;
}

export function plain(value: Value, values: Values): unknown {
  if (typeof value === "string") return referenceIn(value) === null ? literalText(value) : known(values, value);
  if (typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((one) => plain(one, values));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one, values)]));
}

/** The references in what a capability is given. */
export function textsInWith(given: With): string[] {
  return Object.values(given).flatMap(function inValue(value: Value): string[] {
    if (typeof value === "string") return [value];
    return typeof value === "object" ? Object.values(value).flatMap((one) => inValue(one as Value)) : [];
  });
}
