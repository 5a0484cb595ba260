import type { Database } from "../db/database.ts";
import type { RunRow } from "./record.ts";

/** The sentence of a freeze that stops this run from acting, or null. Read in the transaction of each act. */
export async function freezeOf(db: Database, row: RunRow, gatewayId: string): Promise<string | null> {
  const gateway = await db.selectFrom("gateway").select("connector").where("id", "=", gatewayId).executeTakeFirst();
  const subjects: readonly (readonly [kind: string, subject: string])[] = [
    ["firm", "firm"],
    ["site", row.siteId],
    ["connector", gateway?.connector ?? ""],
    ["runbook", row.runbook],
    ["person", row.startedById ?? ""],
  ];
  const freeze = await db
    .selectFrom("freeze")
    .select(["kind", "reason", "frozenBy"])
    .where((where) => where.or(subjects.map(([kind, subject]) => where.and({ kind, subject }))))
    .executeTakeFirst();
  if (freeze === undefined) return null;
  return `Acts are frozen for this ${freeze.kind}: ${freeze.reason}. Nothing was done.`;
}
