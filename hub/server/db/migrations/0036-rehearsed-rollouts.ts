import { type Kysely, sql } from "kysely";

/** A rollout may be rehearsed in all its homes before it begins in the first. */
export const rehearsedRollouts = {
  id: "0036-rehearsed-rollouts",
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`alter table rollout add column is_rehearsal boolean not null default false`.execute(db);
  },
};
