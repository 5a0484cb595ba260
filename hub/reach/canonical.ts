import { createHash } from "node:crypto";
import canonicalize from "canonicalize";

/**
 * JSON of one form only (RFC 8785): the same value gives the same text on every machine, so it can be digested.
 * What a gateway may send and Postgres or JSON cannot hold is mended first: broken Unicode and the character zero.
 */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(mend(value));
  if (text === undefined) throw new TypeError("This value has no JSON form.");
  return text;
}

/** The SHA-256 of a text as UTF-8, in hexadecimal. */
export function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

/** The SHA-256 of a value's canonical JSON. */
export function digestOf(value: unknown): string {
  return sha256(canonicalJson(value));
}

/** A digest as people read it to each other: its first eight characters in two groups, such as `3f2a-91bc`. */
export function shortCode(digest: string): string {
  return `${digest.slice(0, 4)}-${digest.slice(4, 8)}`;
}

function mend(value: unknown): unknown {
  if (typeof value === "string") return mendText(value);
  if (Array.isArray(value)) return value.map(mend);
  if (value === null || typeof value !== "object" || "toJSON" in value) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [mendText(key), mend(inner)]));
}

export function mendText(text: string): string {
  return text.toWellFormed().replaceAll("\u0000", "\ufffd");
}
