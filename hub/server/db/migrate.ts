import { CaretakerError } from "@caretaker/protocol";
import { type Kysely, sql } from "kysely";
import type { Database, Trx } from "./database.ts";
import { type Migration, migrations as ours } from "./migrations/index.ts";

/** Any number of ours: hubs that start at the same moment on one database migrate it one after another. */
const MIGRATION_LOCK = 4_400_001;

export interface MigrationReport {
  /** Those that were applied just now, in order. */
  readonly applied: readonly string[];
  /** All that the database has now. */
  readonly total: number;
}

/**
 * Brings the database to the form this code knows: all of what is missing, or nothing. Forward only.
 * @throws CaretakerError `database_newer` when a later version of the hub has already been here.
 */
export async function migrate(db: Database, migrations: readonly Migration[] = ours): Promise<MigrationReport> {
  return db.transaction().execute((trx) => migrateIn(trx, migrations));
}

/** As `migrate`, inside a transaction that does more. */
export async function migrateIn(trx: Trx, migrations: readonly Migration[] = ours): Promise<MigrationReport> {
  const ids = checkOrder(migrations);
  await sql`set local statement_timeout = 0`.execute(trx);
  await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`.execute(trx);
  await sql`create table if not exists migration (
    id text primary key, applied_at timestamptz not null default clock_timestamp())`.execute(trx);
  const { rows } = await sql<{ id: string }>`select id from migration order by id`.execute(trx);
  const known = new Set(rows.map((row) => row.id));
  refuseNewer([...known].filter((id) => !ids.has(id)));
  const missing = migrations.filter(({ id }) => !known.has(id));
  for (const { id, up } of missing) {
    // A migration says what it means in SQL's own names, whatever tables the code of today knows.
    await up(trx as unknown as Kysely<unknown>);
    await sql`insert into migration (id) values (${id})`.execute(trx);
  }
  return { applied: missing.map(({ id }) => id), total: migrations.length };
}

/** The migrations that this database still lacks; for readiness checks and `migrate status`. */
export async function pendingMigrations(
  db: Database,
  migrations: readonly Migration[] = ours,
): Promise<readonly string[]> {
  const { rows: tables } = await sql<{ found: string | null }>`select to_regclass('migration')::text as found`.execute(
    db,
  );
  if (!tables[0]?.found) return migrations.map(({ id }) => id);
  const { rows } = await sql<{ id: string }>`select id from migration`.execute(db);
  const known = new Set(rows.map((row) => row.id));
  return migrations.map(({ id }) => id).filter((id) => !known.has(id));
}

function checkOrder(migrations: readonly Migration[]): ReadonlySet<string> {
  const ids = migrations.map(({ id }) => id);
  const inOrder = [...new Set(ids)].sort();
  if (ids.length !== inOrder.length || ids.some((id, index) => id !== inOrder[index])) {
    throw new Error(`Migrations must have ids of their own and stand in their order: ${ids.join(", ")}`);
  }
  return new Set(ids);
}

function refuseNewer(unknown: readonly string[]): void {
  if (unknown.length === 0) return;
  throw new CaretakerError(
    "database_newer",
    `The database was already used by a newer version of the hub (it has ${unknown.join(", ")}), and this one does not know ` +
      "what that changed. Start the newer version, or restore a backup made with this one.",
    { meta: { unknown } },
  );
}
