import { CamelCasePlugin, type KyselyPlugin, type UnknownRow } from "kysely";
import type { Database } from "./database.ts";

/**
 * The same database for a library that compares moments with its own, so they are read as `Date`, and that looks into the
 * tree of a query for what the tables are called in the database, so they are called that there already.
 */
export function withDates(db: Database): Database {
  return db.withPlugin(datesForMoments);
}

const names = new CamelCasePlugin();

const datesForMoments: KyselyPlugin = {
  transformQuery: (query) => names.transformQuery(query),
  transformResult: async ({ result }) => ({ ...result, rows: result.rows.map(readDates) }),
};

/** Moments are those whose name says so; see the naming of columns. */
function readDates(row: UnknownRow): UnknownRow {
  const isMoment = (name: string, value: unknown): value is string => name.endsWith("At") && typeof value === "string";
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, isMoment(name, value) ? new Date(value) : value]),
  );
}
