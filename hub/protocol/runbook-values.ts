import { z } from "zod";
import type { ReferenceKind } from "./capabilities.ts";
import { fields, shaped } from "./grammar.ts";
import type { InputKind } from "./runbook-summary.ts";
import type { Text } from "./text.ts";

/** The small parts of the runbook language: durations, names, references, values and expectations. */

const UNIT_SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
const DURATION = /^([1-9]\d{0,5})([smhd])$/;
export const DURATION_PATTERN = DURATION.source;

/** Whole seconds of `20s`, `5m`, `4h` or `7d`; null when it is not a duration. */
export function secondsOf(duration: unknown): number | null {
  const [, amount, unit] = typeof duration === "string" ? (DURATION.exec(duration) ?? []) : [];
  return amount === undefined ? null : Number(amount) * UNIT_SECONDS[unit as keyof typeof UNIT_SECONDS];
}

/** `20s`, `5m`, `4h` or `7d` in YAML; whole seconds here. */
export const DurationSeconds = z.string().transform((text, context): number => {
  const seconds = secondsOf(text);
  if (seconds !== null) return seconds;
  context.addIssue({ code: "custom", message: "must be a duration, such as 20s, 5m, 4h or 7d" });
  return z.NEVER;
});

const words = z.string().min(1).max(2000);
const translated = words.optional();

/** A `Text` as it is written in a runbook; says which languages there are. */
export const WrittenText: z.ZodType<Text> = shaped<Text>((value) =>
  typeof value === "object" && value !== null
    ? (fields({ en: words, nl: translated, de: translated, fr: translated }) as z.ZodType<Text>)
    : words,
);

/** What inputs, steps and items of `each` are called; they share one namespace. */
export const StepName = z
  .string()
  .max(40)
  .regex(/^[a-z][a-zA-Z0-9]*(-[a-zA-Z0-9]+)*$/, "must be a name such as dead-bridge: letters, digits and dashes");

/** `$name` or `$name.field`, as a whole value. */
export interface Reference {
  readonly name: string;
  readonly path: readonly string[];
}

const REFERENCE = /^\$([a-z][a-zA-Z0-9]*(?:-[a-zA-Z0-9]+)*)((?:\.[A-Za-z_][A-Za-z0-9_]*)*)$/;
const FIELD = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/;

/** The reference that a text is, or null. `$$5` is the text `$5`. */
export function referenceIn(value: unknown): Reference | null {
  const [, name, path] = typeof value === "string" ? (REFERENCE.exec(value) ?? []) : [];
  return name === undefined ? null : { name, path: path ? path.slice(1).split(".") : [] };
}

/** A text with its escaped dollar taken back: `$$5` says `$5`. */
export function literalText(text: string): string {
  return text.startsWith("$$") ? text.slice(1) : text;
}

export type Scalar = string | number | boolean;
export type Value = Scalar | readonly Value[] | { readonly [key: string]: Value };

const ScalarText = z
  .string()
  .max(2000)
  .refine((text) => !text.startsWith("$") || text.startsWith("$$") || referenceIn(text) !== null, {
    message: "is not a reference such as $bridge or $bridge.poweredBy; write $$ for a dollar",
  });
const notAValue = {
  message: "must be a text, a number, true, false, a reference, or a list or map of them",
  params: { mistake: "wrong_value" },
} as const;

export const ScalarValue: z.ZodType<Scalar> = shaped<Scalar>((value) => {
  if (typeof value === "string") return ScalarText;
  if (typeof value === "number") return z.number();
  return typeof value === "boolean" ? z.boolean() : notAValue;
});

export const Value: z.ZodType<Value> = shaped<Value>((value) => {
  if (Array.isArray(value)) return z.array(Value).max(100);
  if (typeof value === "object" && value !== null) return z.record(z.string().max(60), Value);
  return ScalarValue;
});

/** What an action or a read is given, by the names of its input fields. */
export const With = z.record(z.string().max(60), Value);
export type With = z.infer<typeof With>;

export const OPERATORS = ["eq", "ne", "lt", "gt", "in", "matches", "exists", "olderThan"] as const;
export type Operator = (typeof OPERATORS)[number];

const Operand: z.ZodType<Scalar> = shaped<Scalar>((value) =>
  typeof value === "number" || typeof value === "string"
    ? ScalarValue
    : { message: "must be a number, a moment or a duration", params: { mistake: "wrong_value" } },
);
const Operators = fields({
  eq: ScalarValue.optional(),
  ne: ScalarValue.optional(),
  lt: Operand.optional(),
  gt: Operand.optional(),
  in: z.array(ScalarValue).min(1).max(50).optional(),
  matches: z.string().min(1).max(200).optional(),
  exists: z.boolean().optional(),
  olderThan: z.string().pipe(ScalarText).optional(),
});

/** A scalar means `eq`, a list of scalars `in`; several operators must all hold. */
export type Condition =
  | Scalar
  | readonly Scalar[]
  | { readonly [O in Operator]?: Scalar | readonly Scalar[] | undefined };

export const Condition: z.ZodType<Condition> = shaped<Condition>((value) => {
  if (Array.isArray(value)) return z.array(ScalarValue).min(1).max(50);
  if (typeof value !== "object" || value === null) return ScalarValue;
  if (Object.keys(value).length > 0) return Operators as z.ZodType<Condition>;
  return { message: `must say one of ${OPERATORS.join(", ")}`, params: { mistake: "wrong_value", allowed: OPERATORS } };
});

/** Three-valued. A map of subjects means that all hold. */
export type Expectation =
  | { readonly all: readonly Expectation[] }
  | { readonly any: readonly Expectation[] }
  | { readonly not: Expectation }
  | { readonly [subject: string]: Condition };

const COMBINERS = ["all", "any", "not"];

/** A map with one of `all`, `any`, `not`, or a map of subjects. */
export function isCombined(
  expectation: Expectation,
): expectation is { all: readonly Expectation[] } | { any: readonly Expectation[] } | { not: Expectation } {
  return COMBINERS.some((word) => Object.hasOwn(expectation, word));
}

function expectationOver(subject: z.ZodType<string>): z.ZodType<Expectation> {
  const itself: z.ZodType<Expectation> = shaped<Expectation>((value) => {
    const keys = typeof value === "object" && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
    if (keys.length === 0) {
      return { message: "must be a map of what is expected", params: { mistake: "wrong_value" } };
    }
    const combiner = keys.find((key) => COMBINERS.includes(key));
    if (combiner === undefined) return z.record(subject, Condition) as z.ZodType<Expectation>;
    const inner = combiner === "not" ? itself : z.array(itself).min(1).max(50);
    return fields({ [combiner]: inner }) as unknown as z.ZodType<Expectation>;
  });
  return itself;
}

/** In `expect`: the subjects are fields of what was read. */
export const FieldExpectation = expectationOver(
  z.string().regex(FIELD, "must be a field of what is read, such as state"),
);

/** In `if` and `when`: the subjects are references. */
export const ReferenceExpectation = expectationOver(
  z.string().refine((text) => referenceIn(text) !== null, "must be a reference, such as $alive.state"),
);

/** What can be asked of a thing of the home: `$bridge.poweredBy`. A field that names a thing has that thing's kind. */
export const THING_FIELDS = {
  integration: { name: "text", domain: "text" },
  device: {
    name: "text",
    room: "text",
    make: "text",
    model: "text",
    firmware: "text",
    kind: "text",
    maySleep: "yesno",
    poweredBy: "entity",
  },
  entity: { name: "text", room: "text", kind: "text", deviceClass: "text", unit: "text", device: "device" },
  room: { name: "text", floor: "text" },
  gateway: { name: "text", connector: "text" },
} as const satisfies Record<ReferenceKind, Readonly<Record<string, InputKind>>>;
