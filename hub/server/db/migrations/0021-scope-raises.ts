import { type Kysely, sql } from "kysely";

/** That more has to be allowed in a home, or for a device of it, than the catalogue of its make says. */
export const scopeRaises = {
  id: "0021-scope-raises",
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`create table scope_raise (
      id uuid primary key, site_id uuid not null references site, device_id uuid references device on delete cascade,
      scope text, is_private boolean not null, reason text not null, set_by text not null, set_at timestamptz not null,
      check (scope in ('fix', 'disruptive')), check (scope is not null or is_private))`.execute(db);
    await sql`create unique index scope_raise_of_device on scope_raise (device_id) where device_id is not null`.execute(
      db,
    );
    await sql`create unique index scope_raise_of_site on scope_raise (site_id) where device_id is null`.execute(db);
  },
};
