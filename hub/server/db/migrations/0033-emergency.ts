import { type Kysely, sql } from "kysely";

/** What two people of the firm may do in an emergency, as a household agreed to it; and raises of what is done, not to what. */
export const emergency = {
  id: "0033-emergency",
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`create table emergency_consent (
      site_id uuid primary key references site, capabilities text[] not null, at_night boolean not null,
      evidence text not null, evidence_note text, given_by text not null, set_by text not null,
      set_at timestamptz not null, rests_until timestamptz not null)`.execute(db);
    await sql`alter table consent_request add at_night boolean not null default false`.execute(db);
    await sql`alter table scope_raise add capability text`.execute(db);
    await sql`drop index scope_raise_of_device`.execute(db);
    await sql`drop index scope_raise_of_site`.execute(db);
    await sql`create unique index scope_raise_once on scope_raise (site_id, device_id, capability) nulls not distinct`.execute(
      db,
    );
  },
};
