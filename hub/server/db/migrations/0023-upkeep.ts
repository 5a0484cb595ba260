import { type Kysely, sql } from "kysely";

/** What the hub finds by itself, and what it may begin because of it. */
export const upkeep = {
  id: "0023-upkeep",
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`create table finding (
      id uuid primary key, site_id uuid not null references site, gateway_id uuid not null references gateway,
      integration_id uuid not null references integration on delete cascade, illness text not null,
      opened_at timestamptz not null, ended_at timestamptz)`.execute(db);
    // At most one is open for an integration and an illness, whoever saw it first.
    await sql`create unique index finding_open on finding (integration_id, illness) where ended_at is null`.execute(db);
    await sql`create index finding_of_site on finding (site_id, opened_at desc)`.execute(db);
    await sql`create table rule (
      id uuid primary key, name text not null, runbook text not null, illnesses text[] not null, domain text,
      site_ids uuid[], minutes integer not null, cool_down_hours integer not null, at_night boolean not null,
      is_on boolean not null, version integer not null default 1, made_by text not null, made_by_id uuid not null,
      made_at timestamptz not null, removed_at timestamptz)`.execute(db);
    // Once for each finding: the row is written in the transaction that begins the run.
    await sql`create table rule_firing (
      rule_id uuid not null references rule, finding_id uuid not null references finding on delete cascade,
      at timestamptz not null, run_id uuid references run on delete set null, why text,
      primary key (rule_id, finding_id))`.execute(db);
    await sql`create index rule_firing_of_finding on rule_firing (finding_id)`.execute(db);
  },
};
