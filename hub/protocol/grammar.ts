import { z } from "zod";

/**
 * Helpers for schemas of what people write by hand. They report every mistake with its own path, also inside a choice
 * between shapes, and say with `params` what would have been right, so that whoever shows it can suggest it.
 */

/** What a mistake of the grammar carries besides its path and message. */
export interface GrammarParams {
  readonly mistake: "unknown_field" | "missing_field" | "wrong_value" | "no_kind" | "two_kinds" | "no_undo";
  /** What would have been understood there. */
  readonly allowed?: readonly string[];
}

/** What a schema made here takes, for whoever describes the language to another program, such as an editor. */
export type GrammarShape =
  | { readonly fields: z.ZodRawShape }
  /** The shape that a value of this look would be judged by; undefined where there is none. */
  | { readonly shapeFor: (value: unknown) => z.ZodType | undefined };

const SHAPES = new WeakMap<z.ZodType, GrammarShape>();

export function shapeOf(schema: z.ZodType): GrammarShape | undefined {
  return SHAPES.get(schema);
}

type Path = (string | number)[];

/** An object with these fields and no others: one mistake for each field that is unknown, missing or wrong. */
export function fields<S extends z.ZodRawShape>(shape: S) {
  const schema = z.strictObject(shape);
  const made = z.unknown().transform((value, context): z.infer<typeof schema> => {
    if (value === undefined) return missing(context);
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    forward(context, result.error.issues, value, Object.keys(shape));
    return z.NEVER;
  });
  SHAPES.set(made, { fields: shape });
  return made;
}

/** The shape that `choose` names for a value, or the mistake it returns. */
export function shaped<T>(
  choose: (value: unknown) => z.ZodType<T> | { readonly message: string; readonly params: GrammarParams },
): z.ZodType<T> {
  const made = z.unknown().transform((value, context): T => {
    if (value === undefined) return missing(context);
    const schema = choose(value);
    if (!(schema instanceof z.ZodType)) {
      context.addIssue({ code: "custom", message: schema.message, params: { ...schema.params }, path: [] });
      return z.NEVER;
    }
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    forward(context, result.error.issues, value, []);
    return z.NEVER;
  });
  SHAPES.set(made, {
    shapeFor: (value) => {
      const schema = choose(value);
      return schema instanceof z.ZodType ? schema : undefined;
    },
  });
  return made;
}

/** Said by what should stand there, which does not know its own name: `forward` puts it in. */
const IS_MISSING = "is missing";

function missing(context: z.RefinementCtx): typeof z.NEVER {
  add(context, [], IS_MISSING, "missing_field");
  return z.NEVER;
}

/** Each level hands on what the one inside it found, so a crowd of mistakes would be copied at every level. */
const MOST_FORWARDED = 120;

function forward(
  context: z.RefinementCtx,
  issues: readonly z.core.$ZodIssue[],
  value: unknown,
  allowed: readonly string[],
): void {
  for (const issue of issues.slice(0, MOST_FORWARDED)) {
    const path = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
    if (issue.code === "custom" && issue.params !== undefined) {
      const name = path.at(-1);
      const isNameless = issue.message === IS_MISSING && typeof name === "string";
      const message = isNameless ? `\`${name}\` ${IS_MISSING}` : issue.message;
      context.addIssue({ code: "custom", message, path, params: issue.params });
    } else if (issue.code === "unrecognized_keys") {
      // What is known further in, only the schema there can say.
      const known = path.length === 0 ? allowed : undefined;
      for (const key of issue.keys.slice(0, MOST_FORWARDED))
        add(context, [...path, key], `\`${key}\` is not known here`, "unknown_field", known);
    } else if (valueAt(value, path) === undefined && path.length > 0) {
      add(context, path, `\`${String(path.at(-1))}\` ${IS_MISSING}`, "missing_field");
    } else {
      add(context, path, wordsOf(issue), "wrong_value", optionsOf(issue));
    }
  }
}

function add(
  context: z.RefinementCtx,
  path: Path,
  message: string,
  mistake: GrammarParams["mistake"],
  allowed?: readonly string[],
): void {
  context.addIssue({
    code: "custom",
    message,
    path,
    params: allowed === undefined ? { mistake } : { mistake, allowed },
  });
}

function optionsOf(issue: z.core.$ZodIssue): string[] | undefined {
  return issue.code === "invalid_value" ? issue.values.map(String) : undefined;
}

const EXPECTED: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a map of fields",
  record: "a map of fields",
};

function wordsOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${EXPECTED[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `must be one of ${issue.values.map(String).join(", ")}`;
    case "too_small":
      return issue.origin === "number" || issue.origin === "int"
        ? `must be at least ${issue.minimum}`
        : "must not be empty";
    case "too_big":
      return `must be at most ${issue.maximum}${issue.origin === "string" ? " characters" : ""}`;
    case "invalid_key":
      return issue.issues[0]?.message ?? issue.message;
    default:
      return issue.message;
  }
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  let current = value;
  for (const part of path) {
    if (typeof current !== "object" || current === null) return undefined;
    current = (current as Record<string | number, unknown>)[part];
  }
  return current;
}
