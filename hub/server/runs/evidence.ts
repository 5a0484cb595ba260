import {
  type Actor,
  CaretakerError,
  EVIDENCE_PARTS,
  type Measurement,
  RunEvidence,
  type RunId,
  type SiteId,
  withoutSecrets,
} from "@caretaker/protocol";
import { type Database, type Trx, transaction } from "../db/database.ts";
import { actorText } from "../ledger/actor.ts";
import { appendLedger, headCode } from "../ledger/append.ts";
import { digestOf } from "../ledger/canonical.ts";
import { entriesOfRun } from "../ledger/read.ts";
import type { RunsDeps } from "./deps.ts";

type Parts = Pick<RunEvidence, (typeof EVIDENCE_PARTS)[number]>;
type Events = RunEvidence["events"];

/** Everything that proves what a run did, and an entry that says who took it out of the hub. */
export async function takeEvidence(
  { db, now: clock }: Pick<RunsDeps, "db" | "now">,
  { runId, actor }: { readonly runId: RunId; readonly actor: Actor },
): Promise<RunEvidence> {
  return transaction(db, async (trx) => {
    const now = await clock(trx);
    const parts = blackedOut(await partsOf(trx, runId));
    const digests = digestsOf(parts);
    const digest = digestOf(digests);
    await appendLedger(trx, {
      chain: parts.run.siteId,
      event: "run.evidence_taken",
      actor: actorText(actor),
      payload: { runId, number: parts.run.number, digest },
      now,
    });
    return RunEvidence.parse({ format: 1, madeAt: now.toISOString(), ...parts, digests, digest });
  });
}

/** The first part that is not what its digest says, or `digest` for the whole; null where all is as it was made. */
export function firstBrokenPart(evidence: RunEvidence): string | null {
  const digests = digestsOf(evidence);
  const broken = EVIDENCE_PARTS.find((part) => digests[part] !== evidence.digests[part]);
  if (broken !== undefined) return broken;
  if (digestOf(evidence.digests) !== evidence.digest) return "digest";
  return digestOf(evidence.runbook.document) === evidence.runbook.digest ? null : "runbook";
}

function digestsOf(parts: Parts): RunEvidence["digests"] {
  return Object.fromEntries(EVIDENCE_PARTS.map((part) => [part, digestOf(parts[part])])) as RunEvidence["digests"];
}

async function partsOf(trx: Trx, runId: RunId): Promise<Parts> {
  const row = await trx
    .selectFrom("run")
    .innerJoin("site", "site.id", "run.siteId")
    .innerJoin("runbookVersion", "runbookVersion.digest", "run.digest")
    .selectAll("run")
    .select(["site.name as siteName", "site.timeZone", "runbookVersion.document", "runbookVersion.source"])
    .where("run.id", "=", runId)
    .executeTakeFirst();
  if (row === undefined) throw new CaretakerError("not_found", "There is no such run.");
  const firm = await trx.selectFrom("firm").select("name").executeTakeFirstOrThrow();
  const events = await eventsOf(trx, runId);
  const chain = row.siteId as SiteId;
  const { id, number, siteName, timeZone, inputs, reason, homeownerAsked, isRehearsal, startedBy } = row;
  const { status, outcome, note, uncertainSteps, createdAt, startedAt, finishedAt } = row;
  return RunEvidence.pick({ run: true, runbook: true, fixes: true, consents: true, events: true, ledger: true }).parse({
    run: {
      ...{ id, number, firm: firm.name, siteId: chain, siteName, timeZone, inputs, reason, homeownerAsked },
      ...{ isRehearsal, startedBy, status, outcome, note, uncertainSteps, createdAt, startedAt, finishedAt },
    },
    runbook: {
      id: row.runbook,
      version: row.runbookVersion,
      digest: row.digest,
      document: row.document,
      source: row.source,
    },
    fixes: await fixesOf(trx, runId, events),
    consents: await consentsOf(trx, runId),
    events,
    ledger: { code: await headCode(trx, chain), entries: await entriesOfRun(trx, chain, runId) },
  });
}

async function eventsOf(trx: Trx, runId: RunId): Promise<Events> {
  const rows = await trx.selectFrom("runEvent").selectAll().where("runId", "=", runId).orderBy("number").execute();
  return rows.map((row) => ({ ...row, runId }));
}

async function fixesOf(trx: Trx, runId: RunId, events: Events): Promise<RunEvidence["fixes"]> {
  const attempts = await trx
    .selectFrom("attempt")
    .selectAll()
    .where("runId", "=", runId)
    .orderBy("intendedAt")
    .orderBy("id")
    .execute();
  const steps = new Set(attempts.map(({ step }) => step));
  return [...steps].map((step) => ({
    step,
    result: lastResult(events, step),
    before: lastMeasured(events, step, "before"),
    after: lastMeasured(events, step, "verify"),
    attempts: attempts
      .filter((attempt) => attempt.step === step)
      .map(({ id, number, purpose, capability, target, input, consent, status, intendedAt, endedAt, answer }) => ({
        attemptId: id,
        ...{ number, purpose, capability, target, input, consent, status, intendedAt, endedAt },
        answer: answer as Record<string, unknown> | null,
      })),
  }));
}

function lastResult(events: Events, step: string): string | null {
  const ended = events.findLast(({ data }) => data.kind === "step.ended" && data.step === step)?.data;
  return ended?.kind === "step.ended" ? ended.result : null;
}

function lastMeasured(events: Events, step: string, purpose: "before" | "verify"): Measurement[] | null {
  const isIt = ({ data }: Events[number]): boolean =>
    data.kind === "step.read" && data.step === step && data.purpose === purpose;
  const read = events.findLast(isIt)?.data;
  return read?.kind === "step.read" ? read.measurements : null;
}

async function consentsOf(db: Database, runId: RunId): Promise<RunEvidence["consents"]> {
  const rows = await db
    .selectFrom("consentRequest")
    .selectAll()
    .where("runId", "=", runId)
    .orderBy("askedAt")
    .orderBy("id")
    .execute();
  return rows.map(({ id, isPrivate, askedText, ...row }) => ({
    ...row,
    requestId: id as RunEvidence["consents"][number]["requestId"],
    private: isPrivate,
    asked: askedText,
  }));
}

/** What a gateway said may hold what should not leave the home. The ledger and the proposal are digested: as they are. */
function blackedOut(parts: Parts): Parts {
  return { ...parts, events: black(parts.events), fixes: black(parts.fixes) };
}

function black<T>(value: T): T {
  if (typeof value === "string") return withoutSecrets(value) as T;
  if (Array.isArray(value)) return value.map(black) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, black(inner)])) as T;
}
