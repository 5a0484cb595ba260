import type { SiteId } from "@caretaker/protocol";
import { sql } from "kysely";
import type { ContactRow } from "../consent/contacts.ts";
import type { Trx } from "../db/database.ts";

/** What stands where a person's words were. */
export const GONE = "(erased)";

/** The words by which a person can be found: name, address, telephone number. */
export function wordsOf({ name, email, phone }: Pick<ContactRow, "name" | "email" | "phone">): string[] {
  return [name, email, phone].filter((word) => word !== null).filter((word) => word.trim().length > 1);
}

/** Columns of a site's own rows in which people are named. Each is text, or JSON that is looked through as text. */
const OF_SITE: readonly { readonly table: string; readonly column: string; readonly ofSite: string }[] = [
  { table: "run_event", column: "data", ofSite: "run_id in (select id from run where site_id = $site)" },
  ...["reason", "note", "waiting_why", "stop_reason", "stop_requested_by", "started_by", "memory", "inputs"].map(
    (column) => ({ table: "run", column, ofSite: "site_id = $site" }),
  ),
  ...["consent", "answer", "input", "target"].map((column) => ({
    table: "attempt",
    column,
    ofSite: "run_id in (select id from run where site_id = $site)",
  })),
  ...["asked_text", "answered_by"].map((column) => ({
    table: "consent_request",
    column,
    ofSite: "site_id = $site",
  })),
  ...["given_by", "evidence_note"].map((column) => ({
    table: "standing_consent",
    column,
    ofSite: "site_id = $site",
  })),
  { table: "home_question", column: "say", ofSite: "site_id = $site" },
  { table: "site", column: "notes", ofSite: "id = $site" },
];

/** Beside those, where colleagues are named: a homeowner never is. */
const OF_FIRM: readonly { readonly table: string; readonly column: string }[] = [
  ...["reason", "title", "details", "requested_by", "approved_by", "refused_by", "refused_because"].map((column) => ({
    table: "approval",
    column,
  })),
  ...["reason", "frozen_by"].map((column) => ({ table: "freeze", column })),
  ...["name", "created_by"].map((column) => ({ table: "api_key", column })),
  { table: "invitation", column: "invited_by" },
  { table: "runbook_draft", column: "changed_by" },
  { table: "runbook_retired", column: "retired_by" },
];

/**
 * Takes the words out of everything that was written about runs, consents and the home: of one site, or of all where it is
 * null. Returns how many rows had one.
 */
export async function replaceWords(trx: Trx, siteId: SiteId | null, words: readonly string[]): Promise<number> {
  let rows = 0;
  const columns = siteId === null ? [...OF_SITE, ...OF_FIRM] : OF_SITE;
  for (const one of columns) {
    const { table, column } = one;
    const where = siteId === null || !("ofSite" in one) ? sql`true` : ofSiteClause(one.ofSite, siteId);
    const { rows: types } = await sql<{ type: string }>`
      select data_type as type from information_schema.columns
      where table_schema = current_schema() and table_name = ${table} and column_name = ${column}`.execute(trx);
    const type = types[0]?.type ?? "text";
    for (const word of words) {
      const written = type.startsWith("json") ? JSON.stringify(word).slice(1, -1) : word;
      // A whole word only: Ann is not in Annual.
      const pattern = `(^|[^[:alnum:]])${written.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?=$|[^[:alnum:]])`;
      const changed = sql`regexp_replace(${sql.ref(column)}::text, ${pattern}, ${`\\1${GONE}`}, 'gi')`;
      const result = await sql`
        update ${sql.table(table)} set ${sql.ref(column)} = (${changed})::${sql.raw(type)}
        where ${where} and ${sql.ref(column)}::text ~* ${pattern}`.execute(trx);
      rows += Number(result.numAffectedRows ?? 0);
    }
  }
  return rows;
}

function ofSiteClause(clause: string, siteId: string) {
  const [before = "", after = ""] = clause.split("$site");
  return sql`${sql.raw(before)}${siteId}${sql.raw(after)}`;
}
