import { sql } from "kysely";
import { builtOnce } from "../db/built-once.ts";
import type { Trx } from "../db/database.ts";

/** Takes a run's locks, all or none; says whether it has them. */
export async function takeLocks(
  trx: Trx,
  { runId, siteId, locks, now }: { runId: string; siteId: string; locks: readonly string[]; now: Date },
): Promise<boolean> {
  if (locks.length === 0) return true;
  const taken = await insertLocks(trx, { runId, siteId, locks: [...locks], now });
  if (taken.length === locks.length) return true;
  await trx.deleteFrom("siteLock").where("runId", "=", runId).execute();
  return false;
}

const insertLocks = builtOnce(
  (db, { runId, siteId, locks, now }: { runId: string; siteId: string; locks: readonly string[]; now: Date }) =>
    db
      .insertInto("siteLock")
      .columns(["siteId", "lock", "runId", "takenAt"])
      .expression((select) =>
        select
          .selectFrom(sql<{ lock: string }>`unnest(${locks}::text[])`.as<"wanted">(sql`wanted(lock)`))
          .select([sql<string>`${siteId}::uuid`.as("siteId"), "wanted.lock"])
          .select([sql<string>`${runId}::uuid`.as("runId"), sql<string>`${now}::timestamptz`.as("takenAt")]),
      )
      .onConflict((conflict) => conflict.doNothing())
      .returning("lock"),
);
