import { z } from "zod";
import { RunbookId } from "./ids.ts";
import { MakeVerdict } from "./runbook-verdict.ts";
import { RunOutcome, RunStepOutline } from "./runs.ts";
import { Scope } from "./scopes.ts";

export const InputKind = z.enum([
  "integration",
  "device",
  "entity",
  "room",
  "gateway",
  "text",
  "number",
  "yesno",
  "choice",
  "duration",
  "moment",
]);
export type InputKind = z.infer<typeof InputKind>;

export const RunbookInput = z.object({
  name: z.string(),
  type: InputKind,
  title: z.string(),
  optional: z.boolean(),
  default: z.unknown().optional(),
  options: z.array(z.string()).optional(),
});
export type RunbookInput = z.infer<typeof RunbookInput>;

export const RunbookSummary = z.object({
  id: RunbookId,
  version: z.number().int(),
  /** SHA-256 of its canonical JSON. */
  digest: z.string(),
  title: z.string(),
  tell: z.string(),
  /** The makes it can run on, by connector id. */
  connectors: z.array(z.string()),
  /** The highest consent it can need. */
  scope: Scope,
  /** Changes nothing at all. */
  readsOnly: z.boolean(),
  limitSeconds: z.number().int(),
  worstCaseSeconds: z.number().int(),
  inputs: z.array(RunbookInput),
  isStock: z.boolean(),
  /** The runbook that it began as a copy of, however often it was copied on; null where it is nobody's copy. */
  copyOf: RunbookId.nullable(),
});
export type RunbookSummary = z.infer<typeof RunbookSummary>;

/** Why nobody can start a runbook that the firm published: it was retired, or what it uses is another now. */
export const NotStartable = z.object({ kind: z.enum(["retired", "outdated"]), words: z.string() });
export type NotStartable = z.infer<typeof NotStartable>;

/** What came of its runs so far. */
export const RunbookRecord = z.object({
  /** The most frequent first; null is a run that was cancelled. */
  outcomes: z.array(z.object({ outcome: RunOutcome.nullable(), count: z.number().int() })),
  rehearsals: z.number().int(),
  /** Half of its runs took no longer, waiting included; null where none has finished. */
  medianSeconds: z.number().int().nullable(),
});
export type RunbookRecord = z.infer<typeof RunbookRecord>;

export const RunbookDetails = RunbookSummary.extend({
  source: z.string(),
  outline: z.array(RunStepOutline),
  /** The makes that it is meant for, each with what it lacks there. */
  makes: z.array(MakeVerdict),
  notStartable: NotStartable.nullable(),
  record: RunbookRecord,
});
export type RunbookDetails = z.infer<typeof RunbookDetails>;
