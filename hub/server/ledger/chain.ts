import { randomBytes } from "node:crypto";
import type { LedgerEntry, LedgerEvent, SiteId } from "@caretaker/protocol";
import { withoutName } from "./actor.ts";
import { canonicalJson, digestOf, mendText, sha256 } from "./canonical.ts";

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
export function makeEntry({ payload, ...link }: Link): NewEntry {
  const salt = randomBytes(16).toString("hex");
  const words = canonicalJson(payload);
  const hashed = { ...link, actor: mendText(withoutName(link.actor)), commitment: commit(salt, words) };
  return { ...hashed, hash: hashOf(hashed), salt, words };
}

/** Salted, so that an erased payload cannot be guessed from what is left. */
export function commit(salt: string, words: string): string {
  return sha256(`${salt}${words}`);
}

export function hashOf({ chain, number, at, event, actor, commitment, previous }: Hashed): string {
  return digestOf({ chain, number, at, event, actor, commitment, previous });
}
