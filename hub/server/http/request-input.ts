import { CaretakerError, type FieldMistake } from "@caretaker/protocol";
import { closest } from "fastest-levenshtein";
import type { z } from "zod";

/** Parses an operation's input; rejects with `invalid_input` that names every mistake and the nearest known field. */
export function parseInput<T>(schema: z.ZodObject, input: Record<string, unknown>): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data as T;
  const known = Object.keys(schema.shape);
  const fields = parsed.error.issues.flatMap((issue) => mistakes(issue, known));
  throw new CaretakerError("invalid_input", sentence(fields), { fields });
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
