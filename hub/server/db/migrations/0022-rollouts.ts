import { type Kysely, sql } from "kysely";

/** One runbook in several homes, wave by wave. */
export const rollouts = {
  id: "0022-rollouts",
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`create table rollout (
      id uuid primary key, number integer generated always as identity unique, runbook text not null,
      runbook_version integer not null, digest text not null, title text not null, reason text not null,
      status text not null check (status in ('working', 'paused', 'halted', 'stopped', 'finished')), why text,
      started_by text not null, started_by_id uuid not null, wave integer not null, wave_by jsonb not null,
      halt_after integer not null, goes_on boolean not null, created_at timestamptz not null,
      finished_at timestamptz)`.execute(db);
    await sql`create index rollout_working on rollout (id) where status = 'working'`.execute(db);
    await sql`create table rollout_home (
      rollout_id uuid not null references rollout, site_id uuid not null references site, place integer not null,
      gateway_id uuid references gateway, inputs jsonb not null, wave integer not null,
      status text not null check (status in ('planned', 'started', 'skipped')), why text, run_id uuid references run,
      approval_id uuid references approval, primary key (rollout_id, site_id))`.execute(db);
    await sql`create index rollout_home_of_site on rollout_home (site_id)`.execute(db);
    await sql`create unique index rollout_home_of_run on rollout_home (run_id) where run_id is not null`.execute(db);
  },
};
