import { z } from "zod";
import { Moment, RunbookId } from "./ids.ts";
import { RunbookVerdict } from "./runbook-verdict.ts";
import { Scope } from "./scopes.ts";

/** A runbook of the firm's own that is being written; nobody can run it. */
export const RunbookDraft = z.object({
  id: RunbookId,
  text: z.string(),
  /** Of the row: whoever saves says which one was edited. */
  rowVersion: z.number().int(),
  /** What it was copied from, such as `home-assistant/dead-bridge version 2` and its digest. */
  copiedFrom: z.string().nullable(),
  changedBy: z.string(),
  changedAt: Moment,
});
export type RunbookDraft = z.infer<typeof RunbookDraft>;

export const DraftDetails = RunbookDraft.extend({
  verdict: RunbookVerdict,
  /** The version that it would be published as. */
  nextVersion: z.number().int(),
  /** Publishing it needs a second person, and why. */
  needsSecondPerson: z.string().nullable(),
  /** Who has asked for one, of exactly this text: a change takes that back. */
  askedBy: z.string().nullable(),
});
export type DraftDetails = z.infer<typeof DraftDetails>;

/** A version that was published: it is known by its digest and never changes. */
export const RunbookVersion = z.object({
  id: RunbookId,
  version: z.number().int(),
  digest: z.string(),
  title: z.string(),
  scope: Scope,
  publishedBy: z.string(),
  /** The second person, where one was needed. */
  approvedBy: z.string().nullable(),
  reason: z.string(),
  publishedAt: Moment,
  /** What it was copied from, with the whole digest, or the file that it came in as. */
  copiedFrom: z.string().nullable(),
  /** A firm of one published it: an hour's delay and a fresh second factor, and nobody else looked at it. */
  isAlone: z.boolean(),
});
export type RunbookVersion = z.infer<typeof RunbookVersion>;

export const DiffLine = z.object({
  kind: z.enum(["same", "added", "removed"]),
  text: z.string(),
  /** The line's number before and after; null where it is not there. */
  before: z.number().int().nullable(),
  after: z.number().int().nullable(),
});
export type DiffLine = z.infer<typeof DiffLine>;
