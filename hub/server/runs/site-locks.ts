import type { Trx } from "../db/database.ts";

/** Takes a run's locks, all or none; says whether it has them. */
export async function takeLocks(
  trx: Trx,
  { runId, siteId, locks, now }: { runId: string; siteId: string; locks: readonly string[]; now: Date },
): Promise<boolean> {
  if (locks.length === 0) return true;
  const taken = await trx
    .insertInto("siteLock")
    .values(locks.map((lock) => ({ siteId, lock, runId, takenAt: now })))
    .onConflict((conflict) => conflict.doNothing())
    .returning("lock")
    .execute();
  if (taken.length === locks.length) return true;
  await trx.deleteFrom("siteLock").where("runId", "=", runId).execute();
  return false;
}
