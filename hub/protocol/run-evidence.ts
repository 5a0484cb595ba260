import { z } from "zod";
import { ConsentRequestId, Moment, RunbookId, RunId, SiteId } from "./ids.ts";
import { LedgerCode, LedgerEntry } from "./ledger.ts";
import { Measurement, RunEvent, RunOutcome, RunStatus } from "./runs.ts";
import { Scope } from "./scopes.ts";

const Words = z.record(z.string(), z.unknown());

/** One act as it was sent, or intended, and what came back. */
const EvidenceAttempt = z.object({
  attemptId: z.string(),
  number: z.number().int(),
  purpose: z.enum(["do", "undo", "settle"]),
  capability: z.string(),
  target: z.string(),
  input: Words,
  /** What permitted it. */
  consent: Words,
  status: z.string(),
  intendedAt: Moment,
  endedAt: Moment.nullable(),
  answer: Words.nullable(),
});

/** A fix with its proof: what was measured before the first act and after the last. */
const EvidenceFix = z.object({
  step: z.string(),
  result: z.string().nullable(),
  before: z.array(Measurement).nullable(),
  after: z.array(Measurement).nullable(),
  attempts: z.array(EvidenceAttempt),
});

const EvidenceConsent = z.object({
  requestId: ConsentRequestId,
  step: z.string(),
  scope: Scope,
  private: z.boolean(),
  status: z.string(),
  askedAt: Moment,
  sentAt: Moment.nullable(),
  openedAt: Moment.nullable(),
  answeredAt: Moment.nullable(),
  answeredBy: z.string().nullable(),
  /** How the one who answered was identified. */
  grade: z.string().nullable(),
  withdrawnAt: Moment.nullable(),
  /** The SHA-256 of the proposal's canonical JSON: what the answer is bound to. */
  digest: z.string(),
  proposal: Words,
  /** The asked text, word for word. */
  asked: Words,
});

/** What the digests of an evidence bundle are made of, part by part. */
export const EVIDENCE_PARTS = ["run", "runbook", "fixes", "consents", "events", "ledger"] as const;

/**
 * All that proves what a run did, in one document. `digests` holds the SHA-256 of each part's canonical JSON (RFC 8785),
 * `digest` that of `digests`. Secrets in what was sent and received are blacked out before it is digested.
 */
export const RunEvidence = z.object({
  format: z.literal(1),
  madeAt: Moment,
  run: z.object({
    id: RunId,
    number: z.number().int(),
    firm: z.string(),
    siteId: SiteId,
    siteName: z.string(),
    timeZone: z.string(),
    inputs: Words,
    reason: z.string(),
    homeownerAsked: z.boolean(),
    isRehearsal: z.boolean(),
    startedBy: z.string(),
    status: RunStatus,
    outcome: RunOutcome.nullable(),
    note: z.string().nullable(),
    uncertainSteps: z.array(z.string()),
    createdAt: Moment,
    startedAt: Moment.nullable(),
    finishedAt: Moment.nullable(),
  }),
  /** The version that the run began with, with those it uses; `digest` is that of `document`. */
  runbook: z.object({
    id: RunbookId,
    version: z.number().int(),
    digest: z.string(),
    document: Words,
    source: z.string(),
  }),
  fixes: z.array(EvidenceFix),
  consents: z.array(EvidenceConsent),
  /** The whole log: every reading with unit and expectation, and why each branch was taken. */
  events: z.array(RunEvent),
  /** The entries of the site's ledger that tell of this run, and the code of its head. */
  ledger: z.object({ code: LedgerCode, entries: z.array(LedgerEntry) }),
  digests: z.object({
    run: z.string(),
    runbook: z.string(),
    fixes: z.string(),
    consents: z.string(),
    events: z.string(),
    ledger: z.string(),
  }),
  digest: z.string(),
});
export type RunEvidence = z.infer<typeof RunEvidence>;
