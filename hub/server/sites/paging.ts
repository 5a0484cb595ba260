import { CaretakerError } from "@caretaker/protocol";
import type { z } from "zod";

/** A page's cursor is the sort key of its last row, opaque to callers. */
export function encodeCursor(key: string): string {
  return Buffer.from(key, "utf8").toString("base64url");
}

/** The key in a cursor, or undefined for the first page. Rejects with `invalid_input` what no page of ours gave. */
export function decodeCursor<T>(cursor: string | undefined, key: z.ZodType<T>): T | undefined {
  if (cursor === undefined) return undefined;
  const parsed = key.safeParse(Buffer.from(cursor, "base64url").toString("utf8"));
  if (parsed.success) return parsed.data;
  throw new CaretakerError("invalid_input", "This cursor does not come from a page of this list. Begin at the first.", {
    fields: [{ path: "cursor", message: "is not one of this list" }],
  });
}

/** Cuts the one row too many that was asked for, and says where the next page begins. */
export function toPage<T>(
  rows: T[],
  limit: number,
  keyOf: (row: T) => string,
): { items: T[]; nextCursor: string | null } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : null };
}

/** What a person typed, to be matched anywhere in a text: `%` and `_` are letters here. */
export function like(text: string): string {
  return `%${text.replace(/[\\%_]/g, (letter) => `\\${letter}`)}%`;
}
