import { type Kysely, sql } from "kysely";

/**
 * A claim is written with every step of a run, and no index is made of it but of the few runs that are claimed: with some
 * room in its page a row is changed in place, and its indexes are left alone.
 */
export const claims = {
  id: "0046-claims",
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`create index run_claimed on run (id) where claimed_by is not null`.execute(db);
    await sql`alter table run set (fillfactor = 75)`.execute(db);
  },
};
