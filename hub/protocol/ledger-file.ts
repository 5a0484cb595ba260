import { z } from "zod";
import { Moment, SiteId } from "./ids.ts";
import { LedgerCode, LedgerEntry } from "./ledger.ts";

/**
 * A ledger as one file of JSON lines: this head, every entry, and an end. It can be checked with no hub and no database.
 * `names` says who the actors are called; it is no part of the chain.
 */
export const LedgerFileHead = z.strictObject({
  kind: z.literal("caretaker-ledger"),
  format: z.literal(1),
  chain: z.union([SiteId, z.literal("firm")]),
  /** The site's name, or the firm's. */
  title: z.string(),
  exportedAt: Moment,
  from: z.literal(1),
  to: z.number().int().positive(),
  hash: z.string(),
  code: LedgerCode,
  names: z.record(z.string(), z.string()),
});
export type LedgerFileHead = z.infer<typeof LedgerFileHead>;

export const LedgerFileEntry = LedgerEntry.extend({ kind: z.literal("entry") }).strict();
export type LedgerFileEntry = z.infer<typeof LedgerFileEntry>;

/** `digest` is the SHA-256 of the canonical JSON of every line before it, each followed by a line feed. */
export const LedgerFileEnd = z.strictObject({
  kind: z.literal("end"),
  entries: z.number().int().positive(),
  digest: z.string(),
});
export type LedgerFileEnd = z.infer<typeof LedgerFileEnd>;

export const LedgerFileLine = z.discriminatedUnion("kind", [LedgerFileHead, LedgerFileEntry, LedgerFileEnd]);
export type LedgerFileLine = z.infer<typeof LedgerFileLine>;
