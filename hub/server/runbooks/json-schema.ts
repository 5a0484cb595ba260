import {
  Branch,
  Condition,
  DURATION_PATTERN,
  DurationSeconds,
  FieldExpectation,
  ReferenceExpectation,
  Runbook,
  ScalarValue,
  STEP_KINDS,
  Step,
  shapeOf,
  Value,
  WrittenText,
} from "@caretaker/protocol";
import { z } from "zod";
import { capabilityNames } from "./world.ts";

/**
 * The language as a JSON Schema, so that an editor completes and underlines while somebody writes. It is made of the
 * grammar that the hub reads with. What needs more than one place of a file, such as a reference, only the validator
 * judges.
 */
export type JsonSchema = { readonly [key: string]: unknown };

/** Parts that stand in many places, or inside themselves. */
const NAMED: readonly (readonly [string, z.ZodType])[] = [
  ["step", Step],
  ["branch", Branch],
  ["text", WrittenText],
  ["value", Value],
  ["scalar", ScalarValue],
  ["condition", Condition],
  ["expectation", FieldExpectation],
  ["referenceExpectation", ReferenceExpectation],
];

/** One value of each look by which the grammar tells its shapes apart. */
const LOOKS: readonly unknown[] = [
  "continue",
  1,
  true,
  [],
  {},
  { subject: true },
  { all: [] },
  { any: [] },
  { not: {} },
  ...STEP_KINDS.map((kind) => ({ [kind]: "" })),
];

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  check: "Reads once and judges: pass, fail or unknown.",
  wait: "Looks until it holds, or until `within` is over.",
  choose: "Takes the first case that is not false.",
  ask: "Asks a person a question.",
  consent: "Asks the homeowner for all fixes that can follow.",
  fix: "Does something, and proves that it helped.",
  use: "Runs another runbook.",
  end: "Ends the run with an outcome.",
  tell: "Said to the homeowner.",
  note: "Stands in the ticket.",
  limit: "The longest that it may work, without waiting for people.",
  within: "How long it may take.",
  holds: "How long it must then stay so.",
  irreversible: "Why it cannot be taken back.",
  scope: "Raises the consent that it needs; it never lowers it.",
  evidence: "Fields of what is read that are kept, besides those in `expect`.",
};

export function runbookSchema(): JsonSchema {
  const definitions = Object.fromEntries(NAMED.map(([name, schema]) => [name, inside(schema)]));
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "A runbook of Caretaker",
    ...inside(Runbook),
    $defs: { ...definitions, duration: { type: "string", pattern: DURATION_PATTERN, examples: ["20s", "5m", "4h"] } },
  };
}

function part(schema: z.ZodType): JsonSchema {
  const name = NAMED.find(([, one]) => one === schema)?.[0];
  if (name !== undefined) return { $ref: `#/$defs/${name}` };
  return schema === DurationSeconds ? { $ref: "#/$defs/duration" } : inside(schema);
}

function inside(schema: z.ZodType): JsonSchema {
  const shape = shapeOf(schema);
  if (shape !== undefined) return "fields" in shape ? objectOf(shape.fields) : anyOf(shape.shapeFor);
  if (schema instanceof z.ZodOptional) return part(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodPipe) return part(schema.in as z.ZodType);
  if (schema instanceof z.ZodArray) return { ...plain(schema), items: part(schema.element as z.ZodType) };
  if (schema instanceof z.ZodRecord) {
    const names = part(schema.keyType as z.ZodType);
    return { type: "object", propertyNames: names, additionalProperties: part(schema.valueType as z.ZodType) };
  }
  return plain(schema);
}

/** What zod itself can say of a schema: of a list its length, of a text its pattern. */
function plain(schema: z.ZodType): JsonSchema {
  const bare = schema instanceof z.ZodArray ? withoutItems(schema) : schema;
  const { $schema: _dialect, ...rest } = z.toJSONSchema(bare, { io: "input", unrepresentable: "any" });
  return rest;
}

function withoutItems(schema: z.ZodArray): z.ZodType {
  return new z.ZodArray({ ...schema.def, element: z.unknown() });
}

function anyOf(shapeFor: (value: unknown) => z.ZodType | undefined): JsonSchema {
  const found = new Map<string, JsonSchema>();
  for (const look of LOOKS) {
    const shape = shapeFor(look);
    if (shape === undefined) continue;
    const schema = part(shape);
    found.set(JSON.stringify(schema), schema);
  }
  const [only, ...others] = found.values();
  return others.length === 0 && only !== undefined ? only : { anyOf: [...found.values()] };
}

function objectOf(fields: z.ZodRawShape): JsonSchema {
  const properties = Object.entries(fields as Record<string, z.ZodType>);
  const required = properties.flatMap(([name, schema]) => (schema instanceof z.ZodOptional ? [] : [name]));
  return {
    type: "object",
    properties: Object.fromEntries(properties.map(([name, schema]) => [name, property(name, schema)])),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
    ...togetherOf(Object.keys(fields)),
  };
}

function property(name: string, schema: z.ZodType): JsonSchema {
  const words = Object.hasOwn(DESCRIPTIONS, name) ? { description: DESCRIPTIONS[name] } : {};
  if (name === "read") return { enum: capabilityNames("read"), ...words };
  if (name === "do") return { enum: capabilityNames("action"), ...words };
  return { ...part(schema), ...words };
}

/** Fields of which the one needs the other, or excludes it. */
function togetherOf(names: readonly string[]): JsonSchema {
  if (names.includes("irreversible")) return { oneOf: [{ required: ["undo"] }, { required: ["irreversible"] }] };
  if (!names.includes("again")) return {};
  const repeated = { required: ["again"], properties: { read: false, with: false, expect: false } };
  return { oneOf: [repeated, { required: ["read", "expect"], properties: { again: false } }] };
}
