import { type SiteId, STILL_NAMED, type StillNamed } from "@caretaker/protocol";
import { type RawBuilder, sql } from "kysely";
import type { ContactRow } from "../consent/contacts.ts";
import type { Trx } from "../db/database.ts";

/** What stands where a person's words were. */
export const GONE = "(erased)";

/** The words by which a person can be found: name, address, telephone number. */
export function wordsOf({ name, email, phone }: Pick<ContactRow, "name" | "email" | "phone">): string[] {
  return [name, email, phone].filter((word) => word !== null).filter((word) => word.trim().length > 1);
}

/**
 * The same, with what the person was called and where they were written to before: the site's ledger tells of each change.
 * The newest and longest first, so that no part of a name is left beside what was taken out.
 */
export async function wordsEver(trx: Trx, contact: ContactRow): Promise<string[]> {
  const { rows } = await sql<{ word: string | null }>`
    select distinct word from ledger_payload
    join ledger_entry using (chain, number),
    lateral (values (payload::jsonb ->> 'name'), (payload::jsonb ->> 'email'), (payload::jsonb ->> 'phone'),
      (payload::jsonb #>> '{was,name}'), (payload::jsonb #>> '{was,email}'), (payload::jsonb #>> '{was,phone}'),
      (payload::jsonb #>> '{changes,name}'), (payload::jsonb #>> '{changes,email}'), (payload::jsonb #>> '{changes,phone}')
    ) as said (word)
    where chain = ${contact.siteId} and event like 'contact.%' and payload is not null
      and payload::jsonb ->> 'contactId' = ${contact.id} and word is not null`.execute(trx);
  const before = rows.map(({ word }) => word ?? "").filter((word) => word.trim().length > 1);
  return [...new Set([...wordsOf(contact), ...before])].sort((a, b) => b.length - a.length);
}

/**
 * What a colleague is called and how they are written to, and what they were called before: the firm's ledger tells of each
 * turn in words, and each row that says what they did holds the name of that day behind their id.
 */
export async function personEver(
  trx: Trx,
  { id, name, email }: { readonly id: string; readonly name: string; readonly email: string },
): Promise<string[]> {
  const words = new Set([name, email]);
  const add = (word: string | null): unknown =>
    word !== null && word.trim().length > 1 && word !== GONE && words.add(word);
  const { rows } = await sql<{ word: string | null }>`
    select distinct word from ledger_payload
    join ledger_entry using (chain, number),
    lateral (values (payload::jsonb ->> 'name'), (payload::jsonb ->> 'email')) as said (word)
    where chain = 'firm' and event like 'person.%' and payload is not null
      and payload::jsonb ->> 'personId' = ${id}`.execute(trx);
  for (const { word } of rows) add(word);
  const written = String.raw`person:${id} ((?:[^"\\]|\\.){1,120})`;
  for (const { table, column } of [...OF_SITE, ...OF_FIRM]) {
    const found = await sql<{ word: string }>`
      select distinct (regexp_matches(${sql.ref(column)}::text, ${written}, 'g'))[1] as word
      from ${sql.table(table)}`.execute(trx);
    for (const { word } of found.rows) add(word);
  }
  return [...words].sort((a, b) => b.length - a.length);
}

/** Whether a text names the person: a whole word only, since Ann is not in Annual, and a number however it is spaced. */
export function names(text: RawBuilder<unknown>, words: readonly string[], isJson: boolean): RawBuilder<boolean> {
  return sql`(${sql.join(
    words.map((word) => sql`${text} ~* ${patternOf(word, isJson)}`),
    sql` or `,
  )})`;
}

/** In JSON what stands before a word may be a sign that is written with a letter, such as the end of a line. */
function patternOf(word: string, isJson: boolean): string {
  const before = isJson ? String.raw`(^|[^[:alnum:]\\]|\\(?:["\\/bfnrt]|u[0-9a-f]{4}))` : "(^|[^[:alnum:]])";
  const written = isJson ? JSON.stringify(word).slice(1, -1) : word;
  return `${before}${isNumber(word) ? spaced(word) : escaped(written)}(?=$|[^[:alnum:]])`;
}

function isNumber(word: string): boolean {
  return /^\+?[\d\s()./-]{6,}$/.test(word);
}

function spaced(word: string): string {
  return `\\+?${[...word.replaceAll(/\D/g, "")].join("[ ()./-]*")}`;
}

function escaped(word: string): string {
  return word.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** Columns of a site's own rows in which people are named. Each is text, or JSON that is looked through as text. */
const OF_SITE: readonly { readonly table: string; readonly column: string; readonly ofSite: string }[] = [
  { table: "run_event", column: "data", ofSite: "run_id in (select id from run where site_id = $site)" },
  ...[
    "reason",
    "note",
    "waiting_why",
    "stop_reason",
    "stop_requested_by",
    "started_by",
    "memory",
    "inputs",
    "price",
  ].map((column) => ({ table: "run", column, ofSite: "site_id = $site" })),
  ...["consent", "answer", "input", "target"].map((column) => ({
    table: "attempt",
    column,
    ofSite: "run_id in (select id from run where site_id = $site)",
  })),
  ...["asked_text", "answered_by", "proposal"].map((column) => ({
    table: "consent_request",
    column,
    ofSite: "site_id = $site",
  })),
  ...["given_by", "evidence_note"].map((column) => ({
    table: "standing_consent",
    column,
    ofSite: "site_id = $site",
  })),
  ...["say", "answers"].map((column) => ({ table: "home_question", column, ofSite: "site_id = $site" })),
  // What waits for a second person is what they read: it stays until it was answered.
  ...["reason", "title", "details", "refused_because"].map((column) => ({
    table: "approval",
    column,
    ofSite: "status <> 'waiting' and $site::uuid = any(site_ids)",
  })),
  { table: "freeze", column: "reason", ofSite: "kind = 'site' and subject = $site" },
  // Kept for a day, so that a call that is repeated is answered as before.
  { table: "idempotency", column: "answer", ofSite: "$site <> ''" },
  ...["reason", "why"].map((column) => ({
    table: "rollout",
    column,
    ofSite: "id in (select rollout_id from rollout_home where site_id = $site)",
  })),
  ...["why", "inputs"].map((column) => ({ table: "rollout_home", column, ofSite: "site_id = $site" })),
  { table: "rule_firing", column: "why", ofSite: "finding_id in (select id from finding where site_id = $site)" },
  { table: "rule", column: "name", ofSite: "$site::uuid = any(site_ids)" },
  ...["evidence_note", "given_by", "set_by"].map((column) => ({
    table: "view_limit",
    column,
    ofSite: "site_id = $site",
  })),
  ...["evidence_note", "given_by", "set_by"].map((column) => ({
    table: "emergency_consent",
    column,
    ofSite: "site_id = $site",
  })),
  ...["reason", "set_by"].map((column) => ({ table: "scope_raise", column, ofSite: "site_id = $site" })),
  // A place in the home is called as they called it.
  { table: "agent", column: "policy", ofSite: "site_id = $site" },
  { table: "site", column: "notes", ofSite: "id = $site" },
];

/** Beside those, where only colleagues are named. */
const OF_FIRM: readonly { readonly table: string; readonly column: string }[] = [
  ...["requested_by", "approved_by", "refused_by"].map((column) => ({ table: "approval", column })),
  { table: "freeze", column: "frozen_by" },
  ...["paired_by", "ended_by"].map((column) => ({ table: "agent", column })),
  { table: "agent_pairing", column: "made_by" },
  ...["name", "reason", "set_by"].map((column) => ({ table: "plan", column })),
  ...["name", "made_by"].map((column) => ({ table: "rule", column })),
  ...["started_by", "wave_by"].map((column) => ({ table: "rollout", column })),
  ...["name", "created_by"].map((column) => ({ table: "api_key", column })),
  { table: "invitation", column: "invited_by" },
  { table: "runbook_draft", column: "changed_by" },
  ...["retired_by", "reason"].map((column) => ({ table: "runbook_retired", column })),
  ...["published_by", "approved_by", "reason"].map((column) => ({ table: "runbook_published", column })),
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
      const pattern = patternOf(word, type.startsWith("json"));
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

/** Where the words come from the home or the contract, and stay: a word for each such place. */
const NOT_OURS = {
  client: "client where id = (select client_id from site where id = $site)",
  site: "site where id = $site",
  gateway: "gateway where site_id = $site",
  room: `(select name from room where gateway_id in (select id from gateway where site_id = $site)
    union all select room_name from view_limit where site_id = $site) as called`,
  device: "device where gateway_id in (select id from gateway where site_id = $site)",
  entity: "entity where gateway_id in (select id from gateway where site_id = $site)",
} as const;

/** Where the person is still named by what the home or the contract is called. */
export async function stillNamed(trx: Trx, siteId: SiteId, words: readonly string[]): Promise<StillNamed[]> {
  const found: StillNamed[] = [];
  for (const place of STILL_NAMED) {
    const pieces = NOT_OURS[place].split("$site").map((piece) => sql.raw(piece));
    const where = sql.join(pieces, sql`${siteId}`);
    const { rows } = await sql`
      select 1 from (select * from ${where}) as one where ${names(sql`to_jsonb(one)::text`, words, true)} limit 1`.execute(
      trx,
    );
    if (rows.length > 0) found.push(place);
  }
  return found;
}
