import { type Kysely, sql } from "kysely";

/** What holds the engine back: second persons, freezes with their own history, and how many homes at once. */
export const control = {
  id: "0004-control",
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  `create table approval (
    id uuid primary key, kind text not null, subject text not null, title text not null, details jsonb not null,
    site_ids uuid[] not null default '{}', reason text not null, digest text not null, status text not null
    check (status in ('waiting', 'given', 'refused', 'withdrawn', 'expired')),
    requested_by text not null, requested_by_id uuid, requested_at timestamptz not null, expires_at timestamptz not null,
    is_alone boolean not null, not_before timestamptz, approved_by text, approved_by_id uuid, approved_at timestamptz,
    refused_by text, refused_at timestamptz, refused_because text, executed_at timestamptz,
    check (is_alone or approved_by_id is null or approved_by_id is distinct from requested_by_id))`,
  // One question at a time about one thing: an approver never chooses between two wordings of it.
  `create unique index approval_waiting on approval (kind, subject) where status = 'waiting'`,
  // Who answers for a run: whoever started it, or made the key that did. Null is the hub itself.
  `alter table run add column answerable_id uuid`,
  `update run set answerable_id = started_by_id`,
  `create index approval_newest on approval (requested_at desc)`,
];
