import { randomBytes } from "node:crypto";
import type { LedgerEntry, LedgerEvent, SiteId } from "@caretaker/protocol";
import { withoutName } from "./actor.ts";
import { canonicalJson, mendText, sha256 } from "./canonical.ts";

/** A site's id, or `firm` for the firm's own acts. */
export type Chain = SiteId | "firm";

/** What the first entry of every chain follows. */
export const BEFORE_THE_FIRST = "0".repeat(64);

/** The fields that an entry's hash is made of. The payload is bound by its commitment, so that it can be erased. */
export type Hashed = Omit<LedgerEntry, "hash" | "payload" | "salt" | "erasedAt">;

export interface Link {
  readonly chain: Chain;
  readonly number: number;
  readonly previous: string;
  readonly at: string;
  readonly event: LedgerEvent;
  readonly actor: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** An entry as it is stored: `words` is the payload's canonical JSON, of which the commitment was made. */
export type NewEntry = Hashed & { readonly hash: string; readonly salt: string; readonly words: string };

/** Makes the entry that follows `previous`, with a fresh salt. */
export function makeEntry({ number, previous, ...link }: Link): NewEntry {
  const { hashedBefore: _, ...next } = makeNext(link);
  const hashed = { ...next, number, previous };
  return { ...hashed, hash: hashOf(hashed) };
}

/** An entry that lacks only what the head of its chain says: the database adds that, and makes the hash, as it appends. */
export type NextEntry = Omit<NewEntry, "number" | "previous" | "hash"> & {
  /** What its hash is made of, up to its number; see `hashOf`. */
  readonly hashedBefore: string;
};

export function makeNext({ payload, ...link }: Omit<Link, "number" | "previous">): NextEntry {
  const salt = randomBytes(16).toString("hex");
  const words = canonicalJson(payload);
  const next = { ...link, actor: mendText(withoutName(link.actor)), commitment: commit(salt, words) };
  return { ...next, salt, words, hashedBefore: hashedBefore(next) };
}

/** Salted, so that an erased payload cannot be guessed from what is left. */
export function commit(salt: string, words: string): string {
  return sha256(`${salt}${words}`);
}

/**
 * The hash is that of the entry's canonical JSON. Number and previous hash come last in it, so the database can write
 * them behind the rest.
 */
export function hashOf(entry: Hashed): string {
  return sha256(`${hashedBefore(entry)}${entry.number}${HASHED.between}${entry.previous}${HASHED.after}`);
}

export const HASHED = { between: ',"previous":"', after: '"}' };

function hashedBefore({ chain, at, event, actor, commitment }: Omit<Hashed, "number" | "previous">): string {
  return `${canonicalJson({ chain, at, event, actor, commitment }).slice(0, -1)},"number":`;
}
