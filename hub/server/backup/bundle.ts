import { createHash } from "node:crypto";
import type { BundleLine, BundleManifest } from "@caretaker/protocol";
import type pg from "pg";
import { KEPT } from "./tables.ts";

const ROWS_AT_ONCE = 2000;
/** How long whoever reads may take over one piece before the snapshot is given up. */
const PATIENCE = "10min";

/** What a bundle says of where it comes from. */
export interface BundleSource {
  readonly hub: string;
  readonly now: Date;
}

/**
 * The whole database as it is at one moment, line by line: a cursor in a read-only snapshot, so that neither memory nor
 * anybody's work depends on how much there is. The client is used for nothing else meanwhile.
 */
export async function* bundleLines(
  client: pg.ClientBase,
  { hub, now }: BundleSource,
): AsyncGenerator<BundleLine, void> {
  await client.query("begin isolation level repeatable read read only");
  try {
    // Moments and numbers are written the same way whatever the server is set to.
    await client.query(
      `set local timezone to 'UTC'; set local datestyle to 'ISO'; set local statement_timeout to 0;
       set local idle_in_transaction_session_timeout to '${PATIENCE}'`,
    );
    const all = createHash("sha256");
    const written = (line: BundleLine): BundleLine => {
      all.update(JSON.stringify(line)).update("\n");
      return line;
    };
    yield written(await manifestOf(client, hub, now));
    let rows = 0;
    for (const table of await inOrder(client)) {
      const digest = createHash("sha256");
      const columns = await columnsOf(client, table);
      let count = 0;
      const ofTable = (line: BundleLine): BundleLine => {
        digest.update(JSON.stringify(line)).update("\n");
        return written(line);
      };
      yield ofTable({ table, columns });
      for await (const row of rowsOf(client, table, columns)) {
        count += 1;
        yield ofTable(row);
      }
      yield written({ endOf: table, rows: count, digest: digest.digest("hex") });
      rows += count;
    }
    yield { end: true, tables: KEPT.length, rows, digest: all.digest("hex") };
  } finally {
    await client.query("rollback");
  }
}

async function manifestOf(client: pg.ClientBase, hub: string, now: Date): Promise<BundleManifest> {
  const { rows: migrations } = await client.query<{ id: string }>("select id from migration order by id");
  const { rows: firms } = await client.query<{ name: string; is_demo: boolean }>("select name, is_demo from firm");
  return {
    bundle: "caretaker",
    format: 1,
    hub,
    migrations: migrations.map(({ id }) => id),
    madeAt: now.toISOString(),
    firm: firms[0]?.name ?? null,
    isDemo: firms[0]?.is_demo ?? false,
  };
}

/** Each table after those that its rows point at, so that they can be written in this order again. */
async function inOrder(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ table: string; needs: string }>(
    `select conrelid::regclass::text as table, confrelid::regclass::text as needs from pg_constraint
     where contype = 'f' and conrelid <> confrelid and connamespace = current_schema()::regnamespace`,
  );
  const left = new Set(KEPT);
  const ordered: string[] = [];
  while (left.size > 0) {
    const free = [...left].filter((table) =>
      rows.every((row) => row.table.replaceAll('"', "") !== table || !left.has(row.needs.replaceAll('"', ""))),
    );
    if (free.length === 0) throw new Error(`These tables point at each other: ${[...left].join(", ")}`);
    for (const table of free) left.delete(table);
    ordered.push(...free);
  }
  return ordered;
}

async function columnsOf(client: pg.ClientBase, table: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select attname as name from pg_attribute
     where attrelid = to_regclass(quote_ident($1)) and attnum > 0 and not attisdropped and attgenerated = '' order by attnum`,
    [table],
  );
  return rows.map(({ name }) => name);
}

async function* rowsOf(
  client: pg.ClientBase,
  table: string,
  columns: readonly string[],
): AsyncGenerator<(string | null)[], void> {
  const texts = columns.map((column) => `${quote(column)}::text`).join(", ");
  await client.query(`declare bundle no scroll cursor for select ${texts} from ${quote(table)}`);
  for (;;) {
    const { rows } = await client.query<(string | null)[]>({
      text: `fetch ${ROWS_AT_ONCE} from bundle`,
      rowMode: "array",
    });
    yield* rows;
    if (rows.length < ROWS_AT_ONCE) break;
  }
  await client.query("close bundle");
}

export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
