import type { Finding, FindingId, GatewayId, IntegrationId, RunId, SiteId } from "@caretaker/protocol";
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
  const firings = await firingsOf(
    db,
    rows.map(({ id }) => id),
  );
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
