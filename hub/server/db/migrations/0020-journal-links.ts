import { type Kysely, sql } from "kysely";

/** Links with which people of a home read its journal: each of its own, for a day from the first opening on. */
export const journalLinks = {
  id: "0020-journal-links",
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`create table journal_link (
      id uuid primary key, token_hash text not null unique, contact_id uuid not null references contact,
      site_id uuid not null references site, created_at timestamptz not null, first_opened_at timestamptz)`.execute(db);
    await sql`create index journal_link_of_contact on journal_link (contact_id, created_at desc)`.execute(db);
  },
};
