import type { DatabaseConnection } from "kysely";
import type { Database, Trx } from "./database.ts";

/**
 * Kysely asks a transaction one question after the other, and waits for each answer. Postgres takes any number of them at
 * once and answers in their order, in one way there and back: what a gate asks before an act is a dozen questions. Queries
 * that are built once go past Kysely's queue, through the connection that is kept here for their transaction.
 */
const connections = new WeakMap<object, DatabaseConnection>();

/** Once, at the beginning of a transaction. Kysely tells its connection only while it is lent; here it is the same to the end. */
export async function keepConnection(trx: Trx): Promise<void> {
  await trx.getExecutor().provideConnection(async (connection) => {
    connections.set(trx, connection);
  });
}

/** Undefined outside of a transaction. */
export function connectionOf(db: Database): DatabaseConnection | undefined {
  return connections.get(db);
}

type Answers<Asked extends readonly unknown[]> = { -readonly [Index in keyof Asked]: Awaited<Asked[Index]> };

/**
 * Several questions to one transaction at once; they are answered in their order, so a lock that one takes is held for
 * those behind it. Rejects as the first that failed, and not before all have ended: what is still being asked when its
 * transaction is over would be asked in the next one on the same connection.
 */
export async function together<const Asked extends readonly unknown[]>(...asked: Asked): Promise<Answers<Asked>> {
  const ended = await Promise.allSettled(asked);
  const failed = ended.find((one) => one.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  return ended.map((one) => (one.status === "fulfilled" ? one.value : undefined)) as Answers<Asked>;
}
