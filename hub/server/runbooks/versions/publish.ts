import {
  type Actor,
  type Approval,
  CaretakerError,
  inLanguage,
  type RunbookId,
  type RunbookVersion,
} from "@caretaker/protocol";
import { toApproval } from "../../approvals/handlers.ts";
import { lockWaitingWish, requestApproval, withdrawVoid } from "../../approvals/request.ts";
import type { ApprovalsDeps, CarryOut } from "../../approvals/types.ts";
import { type Database, type Trx, transaction } from "../../db/database.ts";
import { actorText, nameInActor } from "../../ledger/actor.ts";
import { appendLedger } from "../../ledger/append.ts";
import { digestOf } from "../../ledger/canonical.ts";
import { runbookDigest, usedBy } from "../digest.ts";
import { invalid, type Library } from "../library.ts";
import { type ValidRunbook, validateRunbook } from "../validate.ts";
import { type DraftRow, detailsOf, findDraft, firmId } from "./drafts.ts";
import { whySecondPerson } from "./second-person.ts";

export interface PublishDeps extends ApprovalsDeps {
  readonly library: Library;
}

interface Publish {
  readonly name: string;
  readonly rowVersion: number;
  readonly reason: string;
  readonly actor: Actor;
}

interface Judged extends ValidRunbook {
  readonly digest: string;
  readonly uses: Readonly<Record<string, unknown>>;
}

/**
 * Publishes a draft, or asks for the second person that its reach needs. Which of the two is decided here, so no way in
 * can go around it; and what was approved is exactly the digest that was read.
 */
export async function publishDraft(
  deps: PublishDeps,
  { name, rowVersion, reason, actor }: Publish,
): Promise<{ published: RunbookVersion | null; approval: Approval | null }> {
  await deps.library.refresh?.();
  return transaction(deps.db, async (trx) => {
    const waiting = await lockWaitingWish(trx, { kind: "runbook.publish", subject: firmId(name) });
    const draft = await lockDraft(trx, name);
    if (draft.rowVersion !== rowVersion) {
      throw new CaretakerError(
        "changed_meanwhile",
        `${nameInActor(draft.changedBy)} has saved ${name} since you read it. Look at it again, then publish.`,
        { meta: { currentVersion: draft.rowVersion } },
      );
    }
    const now = await deps.now(trx);
    const judged = await judge(trx, deps.library, draft, now);
    const why = whySecondPerson(judged.facts);
    if (waiting !== undefined && (why === null || !isStill(waiting.details, draft, judged))) {
      await withdrawVoid(trx, waiting, { actor, because: OTHER_NOW, now });
    }
    if (why === null) {
      const by = { publishedBy: actorText(actor), approvedBy: null, isAlone: false, reason, now };
      return { published: await insertVersion(trx, draft, judged, by), approval: null };
    }
    const { id, version } = judged.runbook;
    const wish = {
      kind: "runbook.publish" as const,
      subject: id,
      title: `Publish ${id} version ${version}, ${inLanguage(judged.runbook.title, "en")}. ${why}`,
      details: {
        name,
        rowVersion,
        version,
        digest: judged.digest,
        textDigest: digestOf(draft.text),
        requestedBy: actorText(actor),
      },
      // It concerns no home until it acts in one; there the household is told: see consent/alone.ts.
      siteIds: [],
      reason,
    };
    return { published: null, approval: toApproval(await requestApproval(deps, trx, wish, { actor, now }), now) };
  });
}

/** What uses of other runbooks or a hub of another version make of a draft that itself was not touched. */
const OTHER_NOW = "What it uses is another since this was asked for, so it is asked for anew.";

/** The digest is of what it says; that of the text holds every comment as well, since the text is what was read. */
function isStill(details: Readonly<Record<string, unknown>>, { text }: DraftRow, { digest }: Judged): boolean {
  return details.digest === digest && details.textDigest === digestOf(text);
}

/** What was approved is published as it was read, letter by letter. */
export function publishApproved({ library }: Pick<PublishDeps, "library">): CarryOut {
  return async (trx, { details, reason, requestedBy, isAlone }, { actor, now }) => {
    const { name } = details as { name: string };
    await library.refresh?.(trx);
    const draft = await lockDraft(trx, name);
    const judged = await judge(trx, library, draft, now);
    if (!isStill(details, draft, judged)) {
      throw new CaretakerError(
        "changed_meanwhile",
        `${draft.id} is not what was asked for any more. Have it asked for anew; this one is taken back by that.`,
      );
    }
    const approvedBy = actorText(actor);
    await insertVersion(trx, draft, judged, { publishedBy: requestedBy, approvedBy, isAlone, reason, now });
    return [];
  };
}

async function lockDraft(trx: Trx, name: string): Promise<DraftRow> {
  await trx.selectFrom("runbookDraft").select("id").where("id", "=", firmId(name)).forUpdate().execute();
  return findDraft(trx, name);
}

async function judge(trx: Trx, library: Library, draft: DraftRow, now: Date): Promise<Judged> {
  const { verdict } = await detailsOf(trx, library, draft, now);
  const result = validateRunbook(`${draft.id}.yaml`, draft.text, library.world);
  if (!verdict.ok || !result.ok) throw invalid(verdict.mistakes);
  const uses = usedBy(result.runbook, (id) => library.get(id));
  return { ...result, uses, digest: runbookDigest(result.document, uses) };
}

interface By {
  readonly publishedBy: string;
  readonly approvedBy: string | null;
  readonly isAlone: boolean;
  readonly reason: string;
  readonly now: Date;
}

async function insertVersion(trx: Trx, draft: DraftRow, judged: Judged, by: By): Promise<RunbookVersion> {
  const { runbook, digest, facts, document, uses } = judged;
  const { publishedBy, approvedBy, isAlone, reason, now } = by;
  const row = await trx
    .insertInto("runbookPublished")
    .values({
      id: runbook.id,
      version: runbook.version,
      digest,
      text: draft.text,
      document: JSON.stringify(Object.keys(uses).length === 0 ? document : { ...document, uses }),
      title: inLanguage(runbook.title, "en"),
      scope: facts.scope,
      publishedBy,
      approvedBy,
      reason,
      publishedAt: now,
      copiedFrom: draft.copiedFrom,
      isAlone,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  // Published anew it can be started again.
  await trx.deleteFrom("runbookRetired").where("id", "=", runbook.id).execute();
  await trx.deleteFrom("runbookDraft").where("id", "=", draft.id).execute();
  await appendLedger(trx, {
    chain: "firm",
    event: "runbook.published",
    actor: approvedBy ?? publishedBy,
    payload: {
      id: runbook.id,
      version: runbook.version,
      digest,
      scope: facts.scope,
      reason,
      ...(approvedBy === null ? {} : { requestedBy: publishedBy }),
      ...(draft.copiedFrom === null ? {} : { copiedFrom: draft.copiedFrom }),
      ...(isAlone ? { alone: "The firm has no second person: an hour's delay and a fresh second factor." } : {}),
    },
    now,
  });
  return toVersion(row);
}

export async function retire(
  { db, now }: Pick<PublishDeps, "db" | "now">,
  { name, reason, actor }: { readonly name: string; readonly reason: string; readonly actor: Actor },
): Promise<{ retiredAt: string }> {
  const id = firmId(name);
  return transaction(db, async (trx) => {
    await requirePublished(trx, name);
    const at = await now(trx);
    const row = await trx
      .insertInto("runbookRetired")
      .values({ id, reason, retiredBy: actorText(actor), retiredAt: at })
      .onConflict((conflict) => conflict.doNothing())
      .returning("retiredAt")
      .executeTakeFirst();
    if (row === undefined) throw new CaretakerError("already_done", `${id} is retired already.`);
    await appendLedger(trx, {
      chain: "firm",
      event: "runbook.retired",
      actor: actorText(actor),
      payload: { id, reason },
      now: at,
    });
    return { retiredAt: row.retiredAt };
  });
}

export async function requirePublished(db: Database | Trx, name: string): Promise<void> {
  const row = await db.selectFrom("runbookPublished").select("id").where("id", "=", firmId(name)).executeTakeFirst();
  if (row === undefined) throw new CaretakerError("not_found", `Nothing was published as ${firmId(name)}.`);
}

export function toVersion(row: {
  readonly id: string;
  readonly version: number;
  readonly digest: string;
  readonly title: string;
  readonly scope: RunbookVersion["scope"];
  readonly publishedBy: string;
  readonly approvedBy: string | null;
  readonly reason: string;
  readonly publishedAt: string;
  readonly copiedFrom: string | null;
  readonly isAlone: boolean;
}): RunbookVersion {
  return {
    ...row,
    id: row.id as RunbookId,
    publishedBy: nameInActor(row.publishedBy),
    approvedBy: row.approvedBy === null ? null : nameInActor(row.approvedBy),
  };
}
