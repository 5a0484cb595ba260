import { sql } from "kysely";
import type { Trx } from "../db/database.ts";

/** How much went, by kind. */
export type Swept = Readonly<Record<"messages" | "runs" | "sites" | "history" | "doors", number>>;

export const NOTHING: Swept = { messages: 0, runs: 0, sites: 0, history: 0, doors: 0 };

const KEY = "let-go";

/**
 * Counts what goes in the transaction in which it goes: a sweep that is cut between two pieces leaves its count behind, and
 * the next one says it with its own.
 */
export async function addToCount(trx: Trx, kind: keyof Swept, count: number, at: Date): Promise<void> {
  const before = (await readCount(trx)) ?? NOTHING;
  const value = JSON.stringify({ ...before, [kind]: before[kind] + count });
  await trx
    .insertInto("hubMemory")
    .values({ key: KEY, value, changedAt: at })
    .onConflict((conflict) => conflict.column("key").doUpdateSet({ value, changedAt: at }))
    .execute();
}

/** What went since it was last said, for whoever says it in this transaction; null where nothing did. */
export async function takeCount(trx: Trx): Promise<Swept | null> {
  const counted = await readCount(trx);
  if (counted !== null) await trx.deleteFrom("hubMemory").where("key", "=", KEY).execute();
  return counted;
}

/** Two hubs may sweep at one time: one waits here for the other. */
async function readCount(trx: Trx): Promise<Swept | null> {
  await sql`select pg_advisory_xact_lock(hashtext(${KEY}))`.execute(trx);
  const row = await trx.selectFrom("hubMemory").select("value").where("key", "=", KEY).executeTakeFirst();
  return row === undefined ? null : { ...NOTHING, ...(row.value as Partial<Swept>) };
}
