import { type Kysely, sql } from "kysely";

/** What the homeowner leaves out of `view`: a room, a kind of thing, or what is measured or done. */
export const viewLimits = {
  id: "0031-view-limits",
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`create table view_limit (
      id uuid primary key, site_id uuid not null references site, room_id uuid references room on delete cascade,
      kind text, device_class text, evidence text not null, evidence_note text, given_by text not null,
      set_by text not null, set_at timestamptz not null, check (num_nonnulls(room_id, kind, device_class) = 1))`.execute(
      db,
    );
    await sql`create unique index view_limit_once on view_limit (site_id, room_id, kind, device_class)
      nulls not distinct`.execute(db);
  },
};
