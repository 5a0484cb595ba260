import { type Kysely, sql } from "kysely";

/** That a yes ended before its time, and why; when each gateway's link was up; and until when standing consent was given. */
export const grantEnds = {
  id: "0032-grant-ends",
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`alter table consent_request add ended_at timestamptz, add ended_why text`.execute(db);
    // By the clock of the database, unlike the moments that a hub writes down of a gateway.
    await sql`alter table gateway add link_seen_at timestamptz, add link_lost_at timestamptz`.execute(db);
    await sql`alter table standing_consent add until timestamptz, add ended_at timestamptz`.execute(db);
    await sql`create index standing_consent_to_end on standing_consent (until) where ended_at is null`.execute(db);
  },
};
