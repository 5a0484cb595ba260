import type { RunbookRecord, RunOutcome } from "@caretaker/protocol";
import { sql } from "kysely";
import type { Database } from "../db/database.ts";

/** How the runs of a runbook ended, of all its versions; rehearsals did nothing and are only counted. */
export async function recordOf(db: Database, id: string): Promise<RunbookRecord> {
  const { rows } = await sql<{ outcome: RunOutcome | null; isRehearsal: boolean; count: number }>`
    select outcome, is_rehearsal, count(*)::int as count from run
    where runbook = ${id} and status in ('finished', 'cancelled') group by outcome, is_rehearsal order by 3 desc, 1`.execute(
    db,
  );
  const { rows: medians } = await sql<{ seconds: number | null }>`
    select percentile_cont(0.5) within group (order by extract(epoch from finished_at - started_at)) as seconds from run
    where runbook = ${id} and status = 'finished' and not is_rehearsal`.execute(db);
  const median = medians[0]?.seconds ?? null;
  return {
    outcomes: rows.filter(({ isRehearsal }) => !isRehearsal).map(({ outcome, count }) => ({ outcome, count })),
    rehearsals: rows.filter(({ isRehearsal }) => isRehearsal).reduce((sum, { count }) => sum + count, 0),
    medianSeconds: median === null ? null : Math.max(1, Math.ceil(Number(median))),
  };
}
