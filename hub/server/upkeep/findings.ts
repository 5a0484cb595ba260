import type { Finding, FindingId, GatewayId, IntegrationId, RunbookId, RunId, SiteId } from "@caretaker/protocol";
import { sql } from "kysely";
import type { Database } from "../db/database.ts";

const MOST = 500;

/** What is ill now, the longest first; or what was, the newest first. */
export async function listFindings(
  db: Database,
  { siteId, ended }: { readonly siteId?: SiteId | undefined; readonly ended: boolean },
): Promise<Finding[]> {
  const rows = await db
    .selectFrom("finding")
    .innerJoin("integration", "integration.id", "finding.integrationId")
    .innerJoin("site", "site.id", "finding.siteId")
    .selectAll("finding")
    .select(["site.name as siteName", "integration.name"])
    .where("site.removedAt", "is", null)
    .where("finding.endedAt", ended ? "is not" : "is", null)
    .$if(siteId !== undefined, (query) => query.where("finding.siteId", "=", siteId as string))
    .orderBy("finding.openedAt", ended ? "desc" : "asc")
    .limit(MOST)
    .execute();
  const ids = rows.map(({ id }) => id);
  const [firings, tried] = await Promise.all([firingsOf(db, ids), triedFor(db, ids)]);
  return rows.map((row) => ({
    id: row.id as FindingId,
    siteId: row.siteId as SiteId,
    siteName: row.siteName,
    gatewayId: row.gatewayId as GatewayId,
    integrationId: row.integrationId as IntegrationId,
    name: row.name,
    illness: row.illness,
    openedAt: row.openedAt,
    endedAt: row.endedAt,
    firings: firings.get(row.id) ?? [],
    tried: tried.get(row.id) ?? [],
  }));
}

async function firingsOf(db: Database, findingIds: readonly string[]): Promise<Map<string, Finding["firings"]>> {
  if (findingIds.length === 0) return new Map();
  const rows = await db
    .selectFrom("ruleFiring")
    .innerJoin("rule", "rule.id", "ruleFiring.ruleId")
    .leftJoin("run", "run.id", "ruleFiring.runId")
    .select(["ruleFiring.findingId", "rule.name as rule", "ruleFiring.at", "ruleFiring.why"])
    .select(["run.id as runId", "run.number", "run.status", "run.outcome"])
    .where("ruleFiring.findingId", "in", [...findingIds])
    .orderBy("ruleFiring.at")
    .execute();
  const made = new Map<string, Finding["firings"]>();
  for (const { findingId, rule, at, why, runId, number, status, outcome } of rows) {
    const run =
      runId === null || number === null || status === null ? null : { id: runId as RunId, number, status, outcome };
    made.set(findingId, [...(made.get(findingId) ?? []), { rule, at, why, run }]);
  }
  return made;
}

/** The runs that had the integration among their inputs: since a day before the finding, and until it ended. */
async function triedFor(db: Database, findingIds: readonly string[]): Promise<Map<string, Finding["tried"]>> {
  if (findingIds.length === 0) return new Map();
  const rows = await db
    .selectFrom("finding")
    .innerJoin("run", (join) => join.onRef("run.siteId", "=", "finding.siteId").on("run.isRehearsal", "=", false))
    .select(["finding.id as findingId", "run.id", "run.number", "run.runbook", "run.status", "run.outcome"])
    .select("run.createdAt as at")
    .where("finding.id", "in", [...findingIds])
    .where(sql<boolean>`run.created_at >= finding.opened_at - interval '1 day'`)
    .where((where) =>
      where.or([where("finding.endedAt", "is", null), where("run.createdAt", "<=", where.ref("finding.endedAt"))]),
    )
    .where(
      sql<boolean>`exists (select from jsonb_each_text(run.inputs) as given where given.value = finding.integration_id::text)`,
    )
    .orderBy("run.number", "desc")
    .execute();
  const tried = new Map<string, Finding["tried"]>();
  for (const { findingId, id, number, runbook, status, outcome, at } of rows) {
    const one = { id: id as RunId, number, runbook: runbook as RunbookId, status, outcome, at };
    tried.set(findingId, [...(tried.get(findingId) ?? []), one]);
  }
  return tried;
}
