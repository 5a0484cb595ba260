import type { Approval, ApprovalId, PersonId, SiteId } from "@caretaker/protocol";
import type { Database } from "../db/database.ts";
import type { Handlers } from "../http/handler.ts";
import { nameInActor } from "../ledger/actor.ts";
import { giveApproval, refuseApproval } from "./answer.ts";
import type { ApprovalRow, ApprovalsDeps, CarriesOut } from "./types.ts";

/** What waits for a second person, and their answers. */
export function approvalHandlers(
  deps: ApprovalsDeps,
  carriesOut: CarriesOut,
): Pick<Handlers, "approval.list" | "approval.give" | "approval.refuse"> {
  return {
    "approval.list": async ({ waiting }, { now }) => ({ items: await listApprovals(deps.db, { waiting, now }) }),
    "approval.give": async (given, { actor, now }) =>
      toApproval(await giveApproval(deps, carriesOut, { ...given, actor }), now),
    "approval.refuse": async (refused, { actor, now }) =>
      toApproval(await refuseApproval(deps, { ...refused, actor }), now),
  };
}

const MOST = 100;

async function listApprovals(db: Database, { waiting, now }: { waiting: boolean; now: Date }): Promise<Approval[]> {
  const newest = db.selectFrom("approval").selectAll().orderBy("requestedAt", "desc").limit(MOST);
  const rows = waiting
    ? await newest.where("status", "=", "waiting").where("expiresAt", ">", now.toISOString()).execute()
    : await newest
        .where((where) => where.or([where("status", "!=", "waiting"), where("expiresAt", "<=", now.toISOString())]))
        .execute();
  const shown = rows.map((row) => toApproval(row, now));
  return waiting ? shown.reverse() : shown;
}

/** As people see it: what nobody answered in time says so, whether or not somebody has looked since. */
export function toApproval(row: ApprovalRow, now: Date): Approval {
  const isOver = row.status === "waiting" && Date.parse(row.expiresAt) <= now.getTime();
  const answeredBy = row.approvedBy ?? row.refusedBy;
  return {
    id: row.id as ApprovalId,
    kind: row.kind,
    subject: row.subject,
    title: row.title,
    details: row.details,
    siteIds: row.siteIds as SiteId[],
    reason: row.reason,
    digest: row.digest,
    status: isOver ? "expired" : row.status,
    requestedBy: nameInActor(row.requestedBy),
    requestedById: row.requestedById as PersonId | null,
    requestedAt: row.requestedAt,
    expiresAt: row.expiresAt,
    isAlone: row.isAlone,
    notBefore: row.notBefore,
    answeredBy: answeredBy === null ? null : nameInActor(answeredBy),
    answeredAt: row.approvedAt ?? row.refusedAt,
    answerReason: row.refusedBecause,
  };
}
