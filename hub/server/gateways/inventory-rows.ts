import type { GatewayId } from "@caretaker/protocol";
import type { Insertable } from "kysely";
import type { Trx } from "../db/database.ts";
import type { Tables } from "../db/tables.ts";

export type Kind = "room" | "integration" | "device" | "entity";

/** A row of any of the four tables: what this file looks at, and the columns that a report sets. */
export interface StoredRow extends Readonly<Record<string, unknown>> {
  readonly id: string;
  readonly key: string;
  readonly marks?: readonly string[];
  readonly goneAt: string | null;
}

/** The four tables are treated alike; their columns are typed where the rows are made. */
type AnyTable = "entity";
type AnyInsert = Insertable<Tables[AnyTable]>;

export async function loadRows(trx: Trx, table: Kind, gatewayId: GatewayId): Promise<StoredRow[]> {
  const rows = await trx
    .selectFrom(table as AnyTable)
    .selectAll()
    .where("gatewayId", "=", gatewayId)
    .execute();
  return rows as unknown as StoredRow[];
}

const ROWS_PER_STATEMENT = 500;

/** Writes the rows that differ from what is stored, and marks as gone what has no row any more. */
export async function writeRows(
  trx: Trx,
  table: Kind,
  stored: readonly StoredRow[],
  rows: readonly StoredRow[],
  now: Date,
): Promise<void> {
  const before = new Map(stored.map((row) => [row.id, row]));
  const changed = rows.filter((row) => differs(before.get(row.id), row));
  for (const part of inParts(changed)) await upsert(trx, table, part);
  const kept = new Set(rows.map((row) => row.id));
  const gone = stored.filter((row) => row.goneAt === null && !kept.has(row.id));
  for (const part of inParts(gone.map((row) => row.id)))
    await trx
      .updateTable(table as AnyTable)
      .set({ goneAt: now })
      .where("id", "in", part)
      .execute();
}

function differs(before: StoredRow | undefined, row: StoredRow): boolean {
  if (before === undefined) return true;
  return Object.entries(row).some(([field, value]) =>
    Array.isArray(value) ? String(before[field]) !== String(value) : before[field] !== value,
  );
}

/** Sets only the columns that a gateway reports: what people said of a device is not among them. */
async function upsert(trx: Trx, table: Kind, rows: readonly StoredRow[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {}).filter((column) => column !== "id" && column !== "gatewayId");
  await trx
    .insertInto(table as AnyTable)
    .values(rows as unknown as AnyInsert[])
    .onConflict((conflict) =>
      conflict
        .column("id")
        .doUpdateSet((eb) =>
          Object.fromEntries(columns.map((column) => [column, eb.ref(`excluded.${column}` as "excluded.key")])),
        ),
    )
    .execute();
}

function* inParts<T>(list: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < list.length; from += ROWS_PER_STATEMENT) yield list.slice(from, from + ROWS_PER_STATEMENT);
}
