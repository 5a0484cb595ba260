import { Standstill } from "@caretaker/protocol";
import type { Database, Trx } from "../db/database.ts";

const KEY = "standstill";

/**
 * After the machine went down under the hub, or a restore, nothing starts by itself until a person has looked. It is a
 * row, so it holds for every hub on this database and over restarts.
 */
export async function beginStandstill(trx: Trx, standstill: Standstill): Promise<void> {
  const value = JSON.stringify(standstill);
  await trx
    .insertInto("hubMemory")
    .values({ key: KEY, value, changedAt: standstill.since })
    // The first reason stays: nobody has looked since.
    .onConflict((conflict) => conflict.column("key").doNothing())
    .execute();
}

/** Null when the hub may do by itself what it does. */
export async function readStandstill(db: Database | Trx): Promise<Standstill | null> {
  const row = await db.selectFrom("hubMemory").select("value").where("key", "=", KEY).executeTakeFirst();
  return row === undefined ? null : Standstill.parse(row.value);
}

/** Whether a run may be started by the hub itself: asked in the transaction that starts it. */
export async function mayStartByItself(trx: Trx): Promise<boolean> {
  return (await readStandstill(trx)) === null;
}

/** Returns what ended; null when there was nothing, which somebody else may have ended a moment ago. */
export async function endStandstill(trx: Trx): Promise<Standstill | null> {
  const row = await trx.deleteFrom("hubMemory").where("key", "=", KEY).returning("value").executeTakeFirst();
  return row === undefined ? null : Standstill.parse(row.value);
}
