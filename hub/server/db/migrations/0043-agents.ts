import { type Kysely, sql } from "kysely";

/** Agents in homes, the one-time codes by which they come in, and which gateways are reached through one. */
export const agents = {
  id: "0043-agents",
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`create table agent (
      id uuid primary key, site_id uuid not null references site, public_key text not null unique,
      fingerprint text not null, status text not null, version text, paired_at timestamptz not null,
      paired_by text not null, confirmed_at timestamptz, ended_at timestamptz, ended_by text,
      last_seen_at timestamptz, frozen_at timestamptz, frozen_why text, policy jsonb,
      check (status in ('waiting', 'paired', 'ended')), check ((status = 'ended') = (ended_at is not null)))`.execute(
      db,
    );
    // A home that has an agent is nobody else's until that one was ended.
    await sql`create unique index agent_of_site on agent (site_id) where status <> 'ended'`.execute(db);
    await sql`create table agent_pairing (
      id uuid primary key, site_id uuid not null references site, lookup text not null unique, sealed_code jsonb,
      made_by text not null, made_by_id text, made_at timestamptz not null, expires_at timestamptz not null,
      used_at timestamptz, agent_id uuid references agent)`.execute(db);
    await sql`create index agent_pairing_of_site on agent_pairing (site_id)`.execute(db);
    await sql`alter table gateway add column agent_id uuid references agent`.execute(db);
  },
};
