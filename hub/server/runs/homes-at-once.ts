import { type Actor, CaretakerError, scopeRank } from "@caretaker/protocol";
import { sql } from "kysely";
import { toApproval } from "../approvals/handlers.ts";
import { requestApproval, wishDigest } from "../approvals/request.ts";
import type { ApprovalRow, ApprovalsDeps, CarryOut } from "../approvals/types.ts";
import { type Database, type Trx, transaction } from "../db/database.ts";
import type { Handlers } from "../http/handler.ts";
import { actorText } from "../ledger/actor.ts";
import { appendLedger } from "../ledger/append.ts";
import { personBehind } from "../people/behind.ts";
import type { PlannedAct } from "./acts.ts";
import type { RunRow } from "./record.ts";

const HOUR = 3_600_000;
/** What a second person allowed is used in the same sitting, or asked for anew. */
const MORE_HOLDS_FOR = 4 * HOUR;
/** Beside the lock of a person's id, which is hashed: no other advisory lock has two keys. */
const PERSON_LOCK = 4_400_006;

/**
 * Whether this act would be in one home too many: null, or from when on it would not be. Acts of one person are counted
 * one after the other, so that any number of runs at the same moment see each other. Whoever made a key answers for it.
 */
export async function waitForFewerHomes(
  trx: Trx,
  row: RunRow,
  { proposed }: PlannedAct,
  { atMost, now }: { readonly atMost: number; readonly now: Date },
): Promise<{ readonly from: Date; readonly message: string } | null> {
  if (atMost === Number.POSITIVE_INFINITY || scopeRank(proposed.scope) < scopeRank("fix")) return null;
  const who = row.answerableId ?? row.startedBy;
  await sql`select pg_advisory_xact_lock(${PERSON_LOCK}, hashtext(${who}))`.execute(trx);
  const allowed = Math.max(atMost, await moreHomes(trx, who, now));
  const others = await trx
    .selectFrom("attempt")
    .innerJoin("run", "run.id", "attempt.runId")
    .select(["run.siteId", (select) => select.fn.max("attempt.intendedAt").as("last")])
    .where(row.answerableId === null ? "run.startedBy" : "run.answerableId", "=", who)
    .where("attempt.purpose", "=", "do")
    .where("attempt.intendedAt", ">", new Date(now.getTime() - HOUR).toISOString())
    .where("run.siteId", "!=", row.siteId)
    .groupBy("run.siteId")
    .orderBy("last", "desc")
    .execute();
  const oneTooMany = others[allowed - 1];
  if (oneTooMany === undefined || (await isInApprovedWave(trx, row.id))) return null;
  const from = new Date(new Date(oneTooMany.last).getTime() + HOUR);
  const message = `${allowed} homes are the most in which one person has things done within an hour. A second person can allow more, for ${MORE_HOLDS_FOR / HOUR} hours.`;
  return { from, message };
}

/** Whether a second person has looked at the very wave of a rollout that this run is of. */
async function isInApprovedWave(db: Database, runId: string): Promise<boolean> {
  const approval = await db
    .selectFrom("rolloutHome")
    .innerJoin("approval", "approval.id", "rolloutHome.approvalId")
    .selectAll("approval")
    .where("rolloutHome.runId", "=", runId)
    .where("approval.status", "=", "given")
    .executeTakeFirst();
  return approval !== undefined && isAsApproved(approval);
}

/** Nobody has changed a row since it was approved: what was read is what counts. */
function isAsApproved(row: ApprovalRow): boolean {
  return wishDigest(row as never) === row.digest;
}

/** How many a second person allowed, in as far as that holds still; 0 where nobody did. */
async function moreHomes(db: Database, who: string, now: Date): Promise<number> {
  const given = await db
    .selectFrom("approval")
    .selectAll()
    .where("kind", "=", "homes.more")
    .where("subject", "=", who)
    .where("status", "=", "given")
    .where("approvedAt", ">", new Date(now.getTime() - MORE_HOLDS_FOR).toISOString())
    .execute();
  return Math.max(0, ...given.filter(isAsApproved).map(({ details }) => Number(details.homes)));
}

/** Asks a second person for more homes within an hour than one person may act in alone. */
export async function askForMoreHomes(
  deps: ApprovalsDeps,
  { homes, reason, actor }: { readonly homes: number; readonly reason: string; readonly actor: Actor },
): Promise<ApprovalRow> {
  return transaction(deps.db, async (trx) => {
    const who = await personBehind(trx, actor);
    if (who === null || actor.kind !== "person") {
      throw new CaretakerError("not_allowed", "Only somebody who is signed in can ask for more homes at once.");
    }
    const wish = {
      kind: "homes.more" as const,
      subject: who,
      title: `Let ${actor.name} have things done in up to ${homes} homes within an hour, for ${MORE_HOLDS_FOR / HOUR} hours`,
      details: { personId: who, homes },
      siteIds: [],
      reason,
    };
    return requestApproval(deps, trx, wish, { actor, now: await deps.now(trx) });
  });
}

/** The approval itself is what the gate reads; here it is only put on record. */
export const allowMoreHomes: CarryOut = async (trx, { subject, details, reason }, { actor, now }) => {
  const by = actorText(actor);
  const payload = { personId: subject, homes: details.homes, reason, until: new Date(now.getTime() + MORE_HOLDS_FOR) };
  await appendLedger(trx, { chain: "firm", event: "homes.allowed", actor: by, payload, now });
  return [];
};

export function homesAtOnceHandlers(deps: ApprovalsDeps): Pick<Handlers, "homes.more"> {
  return {
    "homes.more": async (request, { actor, now }) =>
      toApproval(await askForMoreHomes(deps, { ...request, actor }), now),
  };
}
