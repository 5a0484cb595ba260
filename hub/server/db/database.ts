import { setTimeout as delay } from "node:timers/promises";
import { type IsolationLevel, Kysely, sql, type Transaction } from "kysely";
import { oneBuiltOnce } from "./built-once.ts";
import { isCollision } from "./errors.ts";
import { CamelCaseResults, SnakeCaseDialect } from "./names.ts";
import { openPool, type PoolConfig, translated } from "./pool.ts";
import type { Tables } from "./tables.ts";
import { keepConnection } from "./together.ts";

export { isCollision, isDuplicate } from "./errors.ts";

/** The hub's database: camelCase here, snake_case there; moments are ISO in UTC, counts are numbers. */
export type Database = Kysely<Tables>;
export type Trx = Transaction<Tables>;

/**
 * Opens the database lazily: the first query connects. It survives a server that goes away and comes back; queries meanwhile
 * fail with `database_unavailable`, which `isRetryable` knows. `destroy()` closes it.
 */
export function openDatabase(config: PoolConfig): Database {
  return new Kysely<Tables>({
    dialect: new SnakeCaseDialect({ pool: translated(openPool(config)) }),
    plugins: [new CamelCaseResults()],
  });
}

const ATTEMPTS = 5;
const FIRST_WAIT_MILLISECONDS = 5;

/**
 * Runs `work` in a transaction, or inside the one that `db` already is. When it collides with another transaction it is run
 * again from its beginning, so it must do nothing outside the database. A connection lost at the commit is not tried again,
 * since nobody knows whether the commit happened: that rises as `database_unavailable`.
 */
export async function transaction<T>(
  db: Database | Trx,
  work: (trx: Trx) => Promise<T>,
  options: { isolation?: IsolationLevel } = {},
): Promise<T> {
  if (db.isTransaction) return work(db as Trx);
  const builder = db.transaction();
  for (let attempt = 1; ; attempt += 1) {
    try {
      const isolated = options.isolation ? builder.setIsolationLevel(options.isolation) : builder;
      return await isolated.execute(async (trx) => {
        await keepConnection(trx);
        return work(trx);
      });
    } catch (error) {
      if (attempt === ATTEMPTS || !isCollision(error)) throw error;
      await delay(FIRST_WAIT_MILLISECONDS * 2 ** attempt * (0.5 + Math.random()));
    }
  }
}

/**
 * The database's clock, to the millisecond. It goes on during a transaction, so that a decision made after waiting for a
 * lock is made with the time at which the lock was had.
 */
export async function now(db: Database | Trx): Promise<Date> {
  const row = await selectClock(db, {});
  return new Date(row?.at ?? Number.NaN);
}

const selectClock = oneBuiltOnce((db, _: object) => ({
  compile: () => sql<{ at: string }>`select clock_timestamp() as at`.compile(db),
}));

/** Wakes whoever listens on the channel, on any hub, once this transaction is committed. */
export async function notify(db: Database | Trx, channel: string, payload = ""): Promise<void> {
  await sql`select pg_notify(${channel}, ${payload})`.execute(db);
}
