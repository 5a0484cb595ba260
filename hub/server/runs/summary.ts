import type { GatewayId, PersonId, RunbookId, RunId, RunSummary, SiteId } from "@caretaker/protocol";
import type { Database } from "../db/database.ts";
import { nameInActor } from "../ledger/actor.ts";
import type { RunRow } from "./record.ts";

/** A run as lists and live rooms show it. */
export async function summaryOf(db: Database, row: RunRow): Promise<RunSummary> {
  const site = await db.selectFrom("site").select("name").where("id", "=", row.siteId).executeTakeFirstOrThrow();
  return toSummary(row, site.name);
}

export function toSummary(row: RunRow, siteName: string): RunSummary {
  return {
    id: row.id as RunId,
    number: row.number,
    siteId: row.siteId as SiteId,
    siteName,
    gatewayId: row.gatewayId as GatewayId,
    runbook: row.runbook as RunbookId,
    runbookVersion: row.runbookVersion,
    runbookTitle: row.title,
    status: row.status,
    outcome: row.outcome,
    step: row.step,
    waitingUntil: row.waitingUntil,
    waitingWhy: row.waitingWhy,
    reason: row.reason,
    homeownerAsked: row.homeownerAsked,
    isRehearsal: row.isRehearsal,
    startedBy: nameInActor(row.startedBy),
    startedById: row.startedById as PersonId | null,
    hasUncertainStep: row.hasUncertainStep,
    createdAt: row.createdAt,
    finishedAt: row.finishedAt,
  };
}
