import { type BundleManifest, CaretakerError } from "@caretaker/protocol";
import { CompiledQuery, sql } from "kysely";
import { type Database, type Trx, transaction } from "../db/database.ts";
import { migrateIn } from "../db/migrate.ts";
import { type Migration, migrations as ours } from "../db/migrations/index.ts";
import { noteRestore } from "../standstill/restored.ts";
import { quote } from "./bundle.ts";
import { type BundleContents, checkBundle, readBundle } from "./read-bundle.ts";
import { KEPT, LEFT_OUT } from "./tables.ts";

export interface RestoreOptions {
  readonly db: Database;
  /** The bundle from its beginning; called twice, since all of it is checked before anything is written. */
  readonly lines: () => AsyncIterable<string>;
  /** Whether what the database holds now may be thrown away. */
  readonly isReplaced: boolean;
  readonly migrations?: readonly Migration[];
}

/** As many values as one statement may have, less some. */
const VALUES_AT_ONCE = 30_000;

/**
 * Puts a bundle into a database that no hub uses: all of it, or nothing. One of an older hub is read in the form that it
 * was written in, and then brought up to date.
 * @throws CaretakerError `bundle_damaged`, `bundle_newer`, or `conflict` where the database holds another firm's data.
 */
export async function restoreBundle({
  db,
  lines,
  isReplaced,
  migrations = ours,
}: RestoreOptions): Promise<BundleContents> {
  const contents = await checkBundle(lines());
  const { manifest } = contents;
  refuseNewer(manifest, migrations);
  await transaction(db, async (trx) => {
    await sql`set local statement_timeout = 0`.execute(trx);
    await sql`set local idle_in_transaction_session_timeout = 0`.execute(trx);
    await sql`set local timezone = 'UTC'`.execute(trx);
    if (!isReplaced) await refuseOccupied(trx);
    for (const table of [...KEPT, ...Object.keys(LEFT_OUT)])
      await sql`drop table if exists ${sql.table(table)} cascade`.execute(trx);
    await migrateIn(
      trx,
      migrations.filter(({ id }) => manifest.migrations.includes(id)),
    );
    await writeRows(trx, lines());
    await setCounters(trx);
    await migrateIn(trx, migrations);
    await noteRestore(trx, manifest.madeAt);
  });
  return contents;
}

function refuseNewer({ migrations, hub }: BundleManifest, known: readonly Migration[]): void {
  const unknown = migrations.filter((id) => !known.some((migration) => migration.id === id));
  if (unknown.length === 0) return;
  throw new CaretakerError(
    "bundle_newer",
    `The backup was made by a newer hub (${hub}, with ${unknown.join(", ")}), and this one does not know what that changed. ` +
      "Restore it with that version or a newer one.",
    { meta: { unknown } },
  );
}

async function refuseOccupied(trx: Trx): Promise<void> {
  const { rows } = await sql<{ found: string | null }>`select to_regclass('firm')::text as found`.execute(trx);
  if (!rows[0]?.found) return;
  const firm = await trx.selectFrom("firm").select("name").executeTakeFirst();
  if (firm === undefined) return;
  throw new CaretakerError(
    "conflict",
    `The database holds the data of ${firm.name} already. Name an empty one, or say --replace: what is there now is then gone.`,
  );
}

async function writeRows(trx: Trx, lines: AsyncIterable<string>): Promise<void> {
  let into = "";
  let columns = 1;
  let waiting: (readonly (string | null)[])[] = [];
  const flush = async (): Promise<void> => {
    if (waiting.length === 0) return;
    const places = waiting.map((row, at) => `(${row.map((_, column) => `$${at * columns + column + 1}`).join(", ")})`);
    await trx.executeQuery(CompiledQuery.raw(`${into} ${places.join(", ")}`, waiting.flat()));
    waiting = [];
  };
  for await (const part of readBundle(lines)) {
    if (part.kind === "row") {
      waiting.push(part.row);
      if ((waiting.length + 1) * columns > VALUES_AT_ONCE) await flush();
      continue;
    }
    await flush();
    if (part.kind !== "table") continue;
    if (!KEPT.includes(part.table)) {
      throw new CaretakerError("bundle_newer", `The backup has a table that this hub does not know: ${part.table}.`);
    }
    columns = part.columns.length;
    into = `insert into ${quote(part.table)} (${part.columns.map(quote).join(", ")}) overriding system value values`;
  }
}

/** What is numbered goes on behind the last number, not from one. */
async function setCounters(trx: Trx): Promise<void> {
  const { rows } = await sql<{ table: string; column: string }>`
    select attrelid::regclass::text as "table", attname as "column" from pg_attribute
    join pg_class on pg_class.oid = attrelid
    where attidentity <> '' and relnamespace = current_schema()::regnamespace`.execute(trx);
  for (const { table, column } of rows) {
    await sql`select setval(pg_get_serial_sequence(${table}, ${column}), max(${sql.ref(column)}))
      from ${sql.table(table)} having max(${sql.ref(column)}) is not null`.execute(trx);
  }
}
