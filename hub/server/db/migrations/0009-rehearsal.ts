import { type Kysely, sql } from "kysely";

/** Runs that only say what they would do. */
export const rehearsal = {
  id: "0009-rehearsal",
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`alter table run add column is_rehearsal boolean not null default false`.execute(db);
  },
};
