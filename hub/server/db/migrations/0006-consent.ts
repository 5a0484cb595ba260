import { type Kysely, sql } from "kysely";

/** What a run costs the client, and messages that wait for the morning. */
export const consent = {
  id: "0006-consent",
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`alter table message add leaves_at timestamptz`.execute(db);
    await sql`alter table run add price jsonb`.execute(db);
  },
};
