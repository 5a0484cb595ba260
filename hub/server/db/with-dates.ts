import { CamelCasePlugin, type KyselyPlugin, type UnknownRow } from "kysely";
import type { Database } from "./database.ts";

/**
 * The same database, whose moments are read as `Date`: for a library that compares them with its own. That library also
 * looks at what becomes of a name in the tree of a query, to compare it with the database's tables, and refuses to work
 * where it finds ours instead: so here names are translated there.
 */
export function withDates(db: Database): Database {
  return db.withPlugin(datesForMoments);
}

const names = new CamelCasePlugin({ maintainNestedObjectKeys: true });

const datesForMoments: KyselyPlugin = {
  transformQuery: (args) => names.transformQuery(args),
  transformResult: async ({ result }) => ({ ...result, rows: result.rows.map(readDates) }),
};

/** Moments are those whose name says so; see the naming of columns. */
function readDates(row: UnknownRow): UnknownRow {
  const isMoment = (name: string, value: unknown): value is string => name.endsWith("At") && typeof value === "string";
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, isMoment(name, value) ? new Date(value) : value]),
  );
}
