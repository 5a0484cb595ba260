import { type InputKind, type ReferenceKind, referenceOf } from "@caretaker/protocol";
import { z } from "zod";

/** What a value is: a word of the input types, a collection, or `any` where the protocol leaves it open. */
export type Kind = InputKind | "list" | "map" | "any";

export interface FieldType {
  readonly kind: Kind;
  /** The words that it can be, where they are known. */
  readonly options?: readonly string[];
  readonly isOptional?: boolean;
}

interface NotFound {
  readonly unknown: string;
  readonly known: readonly string[];
}

export type Found = FieldType | NotFound;

export const ANY: FieldType = { kind: "any" };
export const THING_KINDS: readonly ReferenceKind[] = ["integration", "device", "entity", "room", "gateway"];

export function isThingKind(kind: Kind): kind is ReferenceKind {
  return (THING_KINDS as readonly string[]).includes(kind);
}

/** The type of `path` inside what a schema describes, or the first word of it that is not known and those that are. */
export function typeAt(schema: z.ZodType, path: readonly string[]): Found {
  const found = schemaAt(schema, path);
  return found instanceof z.ZodType ? typeOf(found) : found;
}

function schemaAt(schema: z.ZodType, path: readonly string[]): z.ZodType | NotFound {
  const [first, ...rest] = path;
  const inner = unwrap(schema);
  if (first === undefined) return schema;
  if (inner instanceof z.ZodObject) {
    const field = (inner.shape as Record<string, z.ZodType>)[first];
    return field === undefined ? { unknown: first, known: Object.keys(inner.shape) } : schemaAt(field, rest);
  }
  if (inner instanceof z.ZodRecord) return rest.length === 0 ? z.unknown() : { unknown: rest[0] ?? "", known: [] };
  return typeOf(inner).kind === "any" ? z.unknown() : { unknown: first, known: [] };
}

/** What each item of the list at `path` is; anything, where the protocol does not say or where there is no list. */
export function itemAt(schema: z.ZodType, path: readonly string[]): z.ZodType {
  const found = schemaAt(schema, path);
  const list = found instanceof z.ZodType ? unwrap(found) : null;
  return list instanceof z.ZodArray ? (list.element as z.ZodType) : z.unknown();
}

export function typeOf(schema: z.ZodType): FieldType {
  const reference = referenceOf(schema);
  if (reference !== undefined) return { kind: reference };
  const inner = unwrap(schema);
  if (inner.meta()?.duration === true) return { kind: "duration" };
  if (inner instanceof z.ZodEnum) return { kind: "text", options: inner.options.map(String) };
  if (inner instanceof z.ZodISODateTime) return { kind: "moment" };
  if (inner instanceof z.ZodString) return { kind: "text" };
  if (inner instanceof z.ZodNumber) return { kind: "number" };
  if (inner instanceof z.ZodBoolean) return { kind: "yesno" };
  if (inner instanceof z.ZodArray) return { kind: "list" };
  return inner instanceof z.ZodObject || inner instanceof z.ZodRecord ? { kind: "map" } : ANY;
}

export function isOptionalField(schema: z.ZodType): boolean {
  return schema instanceof z.ZodOptional;
}

function unwrap(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodNullable
    ? unwrap(schema.unwrap() as z.ZodType)
    : schema;
}

/** How a type is said in a sentence. */
export function typeWords({ kind, options }: FieldType): string {
  if (options !== undefined) return `one of ${options.join(", ")}`;
  const words: Readonly<Record<Kind, string>> = {
    integration: "an integration",
    device: "a device",
    entity: "an entity",
    room: "a room",
    gateway: "a gateway",
    text: "a text",
    number: "a number",
    yesno: "true or false",
    choice: "a choice",
    duration: "a duration",
    moment: "a moment",
    list: "a list",
    map: "a map",
    any: "a value",
  };
  return words[kind];
}
