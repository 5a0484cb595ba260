import { type Kysely, sql } from "kysely";

/** Levels of aftercare, as far as they say what has to be allowed in the homes that are looked after by them. */
export const plans = {
  id: "0042-plans",
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`create table plan (
      id uuid primary key, version integer not null default 1, name text not null unique, reason text not null,
      set_by text not null, set_at timestamptz not null)`.execute(db);
    await sql`create table plan_raise (
      plan_id uuid not null references plan, capability text not null, scope text, is_private boolean not null,
      primary key (plan_id, capability),
      check (scope in ('fix', 'disruptive')), check (scope is not null or is_private))`.execute(db);
    await sql`alter table site add column plan_id uuid references plan`.execute(db);
  },
};
