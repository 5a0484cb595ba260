import { type Kysely, sql } from "kysely";

/** Steps that go through several things one by one. */
export const each = {
  id: "0003-each",
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  // At most once: (run, step, item, number, purpose) is unique. Item 0 is a step that goes through nothing.
  `alter table attempt add column item integer not null default 0`,
  `alter table attempt drop constraint attempt_run_id_step_number_purpose_key`,
  `alter table attempt add unique (run_id, step, item, number, purpose)`,
];
