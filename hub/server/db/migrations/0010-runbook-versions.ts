import { type Kysely, sql } from "kysely";

/** The firm's own runbooks: drafts that are edited, and versions that are published and never change. */
export const runbookVersions = {
  id: "0010-runbook-versions",
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  `create table runbook_draft (
    id text primary key, text text not null, row_version integer not null default 1, copied_from text, changed_by text not null,
    changed_at timestamptz not null)`,
  `create table runbook_published (
    id text not null, version integer not null, digest text not null, text text not null, document jsonb not null, title text not null,
    scope text not null, published_by text not null, approved_by text, reason text not null, published_at timestamptz not null,
    primary key (id, version))`,
  `create table runbook_retired (
    id text primary key, reason text not null, retired_by text not null, retired_at timestamptz not null)`,
  // What was published once is what runs and consents are bound to: the database itself lets nobody change it.
  `create or replace function refuse_change_of_published() returns trigger language plpgsql as $$
    begin raise exception 'a published runbook is never changed: % version %', old.id, old.version; end $$`,
  `create trigger runbook_published_stays before update or delete on runbook_published
    for each row execute function refuse_change_of_published()`,
];
