import { type Kysely, sql } from "kysely";

/** A yes that was given on the phone: whoever gave it gets a link of their own to stop it. */
export const byPhone = {
  id: "0018-by-phone",
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`alter table consent_request add stop_token_hash text unique`.execute(db);
  },
};
