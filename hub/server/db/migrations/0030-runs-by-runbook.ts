import { type Kysely, sql } from "kysely";

/** A runbook's page shows its runs and its record, of all homes. */
export const runsByRunbook = {
  id: "0030-runs-by-runbook",
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw("create index run_by_runbook on run (runbook, number desc)").execute(db);
  },
};
