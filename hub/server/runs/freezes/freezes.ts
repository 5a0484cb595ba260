import { type Actor, CaretakerError, type Freeze, type FreezeKind, type SiteId } from "@caretaker/protocol";
import { sql } from "kysely";
import { requestApproval } from "../../approvals/request.ts";
import type { ApprovalRow, ApprovalsDeps, CarryOut } from "../../approvals/types.ts";
import type { Database, Trx } from "../../db/database.ts";
import { transaction } from "../../db/database.ts";
import { actorText, nameInActor } from "../../ledger/actor.ts";
import { appendLedger } from "../../ledger/append.ts";
import type { Library } from "../../runbooks/library.ts";
import { requestStop } from "../answers.ts";
import { FREEZE_LOCK } from "../freeze.ts";

export interface FreezesDeps extends ApprovalsDeps {
  readonly library: Pick<Library, "get">;
}

type Subject = { readonly kind: FreezeKind; readonly subject: string };

/**
 * Freezes at once. Acts that are being written down take the same lock: they are committed before, and sent within a
 * second, or they find the freeze. Then the runs concerned are told to stop, each in a transaction of its own.
 */
export async function setFreeze(
  deps: FreezesDeps,
  { kind, subject, reason, actor }: Subject & { readonly reason: string; readonly actor: Actor },
): Promise<Freeze> {
  const by = actorText(actor);
  const { freeze, now } = await transaction(deps.db, async (trx) => {
    await sql`select pg_advisory_xact_lock(${FREEZE_LOCK})`.execute(trx);
    const name = await nameOf(deps, trx, { kind, subject });
    const at = await deps.now(trx);
    const before = await trx
      .selectFrom("freeze")
      .selectAll()
      .where("kind", "=", kind)
      .where("subject", "=", subject)
      .executeTakeFirst();
    if (before !== undefined) {
      throw new CaretakerError(
        "already_done",
        `${nameInActor(before.frozenBy)} has frozen ${name} already: ${before.reason}`,
      );
    }
    await trx.insertInto("freeze").values({ kind, subject, reason, frozenBy: by, frozenAt: at }).execute();
    await write(trx, "freeze.set", { kind, subject, name, reason }, by, at);
    const made: Freeze = { kind, subject, name, reason, frozenBy: nameInActor(by), frozenAt: at.toISOString() };
    return { freeze: made, now: at };
  });
  await stopRuns(deps, { kind, subject }, { by, reason: `Frozen: ${reason}`, now });
  return freeze;
}

/** Asks for the second person that lifting needs. What is approved names this very freeze, not a later one. */
export async function askToLift(
  deps: FreezesDeps,
  { kind, subject, reason, actor }: Subject & { readonly reason: string; readonly actor: Actor },
): Promise<ApprovalRow> {
  return transaction(deps.db, async (trx) => {
    const freeze = await trx
      .selectFrom("freeze")
      .selectAll()
      .where("kind", "=", kind)
      .where("subject", "=", subject)
      .executeTakeFirst();
    if (freeze === undefined) throw new CaretakerError("not_found", "This is not frozen.");
    const name = await nameOf(deps, trx, { kind, subject });
    const wish = {
      kind: "freeze.lift" as const,
      subject: `${kind}:${subject}`,
      title: `Lift the freeze of ${name}, which ${nameInActor(freeze.frozenBy)} set: ${freeze.reason}`,
      details: { kind, subject, frozenAt: freeze.frozenAt },
      siteIds: kind === "site" ? [subject as SiteId] : [],
      reason,
    };
    return requestApproval(deps, trx, wish, { actor, now: await deps.now(trx) });
  });
}

/** Lifting starts nothing: what was stopped stays stopped, and is started anew by whoever still wants it. */
export const liftFreeze: CarryOut = async (trx, { details, title, reason }, { actor, now }) => {
  const { kind, subject, frozenAt } = details as { kind: FreezeKind; subject: string; frozenAt: string };
  const gone = await trx
    .deleteFrom("freeze")
    .where("kind", "=", kind)
    .where("subject", "=", subject)
    .where("frozenAt", "=", frozenAt)
    .returning("kind")
    .executeTakeFirst();
  if (gone === undefined) throw new CaretakerError("conflict", "This freeze was lifted already, or set anew since.");
  await write(trx, "freeze.lifted", { kind, subject, title, reason }, actorText(actor), now);
  return [];
};

export async function listFreezes(deps: FreezesDeps): Promise<Freeze[]> {
  const rows = await deps.db.selectFrom("freeze").selectAll().orderBy("frozenAt", "desc").execute();
  return Promise.all(
    rows.map(async (row) => ({
      ...row,
      kind: row.kind as FreezeKind,
      frozenBy: nameInActor(row.frozenBy),
      name: await nameOf(deps, deps.db, { kind: row.kind as FreezeKind, subject: row.subject }).catch(
        () => row.subject,
      ),
    })),
  );
}

async function write(
  trx: Trx,
  event: "freeze.set" | "freeze.lifted",
  payload: Subject & Readonly<Record<string, unknown>>,
  actor: string,
  now: Date,
): Promise<void> {
  if (payload.kind === "site")
    await appendLedger(trx, { chain: payload.subject as SiteId, event, actor, payload, now });
  await appendLedger(trx, { chain: "firm", event, actor, payload, now });
}

/** What is frozen, by name; refuses what does not exist, so that nobody believes to have frozen something. */
async function nameOf(
  { library }: Pick<FreezesDeps, "library">,
  db: Database,
  { kind, subject }: Subject,
): Promise<string> {
  const found = await lookUp();
  if (found !== undefined) return found;
  const message = kind === "firm" ? "is written firm" : `is no ${kind} of this firm`;
  throw new CaretakerError("invalid_input", `Nothing was frozen: ${subject} ${message}.`, {
    fields: [{ path: "subject", message }],
  });

  async function lookUp(): Promise<string | undefined> {
    switch (kind) {
      case "firm":
        return subject === "firm" ? "the whole firm" : undefined;
      case "site":
        return (
          await db.selectFrom("site").select("name").where(sql<string>`id::text`, "=", subject).executeTakeFirst()
        )?.name;
      case "person":
        return (
          await db.selectFrom("person").select("name").where(sql<string>`id::text`, "=", subject).executeTakeFirst()
        )?.name;
      case "connector":
        return (await db.selectFrom("gateway").select("connector").where("connector", "=", subject).executeTakeFirst())
          ?.connector;
      case "runbook":
        return library.get(subject as never) === undefined ? undefined : subject;
      default:
        return kind satisfies never;
    }
  }
}

/** Runs that could act stop at their next safe point. Checks go on: a freeze is when one has to look. */
async function stopRuns(
  deps: FreezesDeps,
  { kind, subject }: Subject,
  why: { by: string; reason: string; now: Date },
): Promise<void> {
  let query = deps.db
    .selectFrom("run")
    .innerJoin("gateway", "gateway.id", "run.gatewayId")
    .innerJoin("runbookVersion", "runbookVersion.digest", "run.digest")
    .select("run.id")
    .where("run.finishedAt", "is", null)
    .where("run.isRehearsal", "=", false)
    .where(sql<string>`runbook_version.document::text`, "like", '%"fix": "%')
    .orderBy("run.id");
  if (kind === "site") query = query.where("run.siteId", "=", subject);
  if (kind === "connector") query = query.where("gateway.connector", "=", subject);
  if (kind === "runbook") query = query.where("run.runbook", "=", subject);
  if (kind === "person") query = query.where("run.answerableId", "=", subject);
  for (const { id } of await query.execute()) {
    const said = await transaction(deps.db, (trx) => requestStop(trx, { runId: id as never, ...why }));
    for (const announcement of said) deps.announcements.announce(announcement);
  }
}
