import { type Kysely, sql } from "kysely";

/** Questions that a run has for the homeowner: what is answered tells the run something, and allows nothing. */
export const homeQuestions = {
  id: "0019-home-questions",
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`create table home_question (
      id uuid primary key, run_id uuid not null references run, site_id uuid not null references site,
      contact_id uuid not null references contact, step text not null, say text not null, answers jsonb not null,
      language text not null, token_hash text not null unique, asked_at timestamptz not null, answer_by timestamptz not null,
      opened_at timestamptz, answered_at timestamptz, link_until timestamptz not null)`.execute(db);
    await sql`create index home_question_of_run on home_question (run_id)`.execute(db);
  },
};
