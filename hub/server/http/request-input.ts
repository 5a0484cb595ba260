import { CaretakerError, type FieldMistake } from "@caretaker/protocol";
import { closest } from "fastest-levenshtein";
import type { z } from "zod";

/** Parses an operation's input; rejects with `invalid_input` that names every mistake and the nearest known field. */
export function parseInput<T>(schema: z.ZodObject, input: Record<string, unknown>): T {
  refuseUnstorable(input);
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data as T;
  const known = Object.keys(schema.shape);
  const fields = parsed.error.issues.flatMap((issue) => mistakes(issue, known));
  throw new CaretakerError("invalid_input", sentence(fields), { fields });
}

/** Deeper than any input of ours, and shallow enough for everything that walks through it. */
const DEEPEST = 32;

/** Refuses what JSON may say and the database cannot keep: the character zero and half of a character. */
export function refuseUnstorable(value: unknown, path = "", depth = 0): void {
  if (typeof value === "string" && (value.includes("\u0000") || !value.isWellFormed()))
    throw unstorable(path, "holds a character that cannot be kept");
  if (value === null || typeof value !== "object") return;
  if (depth === DEEPEST) throw unstorable(path.slice(0, 60), "is nested too deeply");
  for (const [field, inner] of Object.entries(value)) {
    const at = path === "" ? field : `${path}.${field}`;
    refuseUnstorable(field, path, depth);
    refuseUnstorable(inner, at, depth + 1);
  }
}

function unstorable(path: string, message: string): CaretakerError {
  const fields = [{ path, message }];
  return new CaretakerError("invalid_input", sentence(fields), { fields });
}

function mistakes(issue: z.core.$ZodIssue, known: readonly string[]): FieldMistake[] {
  const path = issue.path.map(String).join(".");
  if (issue.code !== "unrecognized_keys") return [{ path, message: issue.message }];
  return issue.keys.map((key) => {
    const near = path === "" && known.length > 0 ? ` Did you mean ${closest(key, [...known])}?` : "";
    return { path: path === "" ? key : `${path}.${key}`, message: `is not a field of this.${near}` };
  });
}

function sentence(fields: readonly FieldMistake[]): string {
  const [first] = fields;
  if (first === undefined) return "The input is not as it should be.";
  const more = fields.length === 1 ? "" : ` And ${fields.length - 1} more.`;
  return `${first.path === "" ? "The input" : first.path}: ${first.message}${more}`;
}
