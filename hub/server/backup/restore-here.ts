import { CaretakerError } from "@caretaker/protocol";
import { sql } from "kysely";
import { openStorage } from "../boot/storage.ts";
import type { Config } from "../config/load-config.ts";
import { type Database, openDatabase } from "../db/database.ts";
import type { DatabaseLog } from "../db/log.ts";
import { bundleFileLines } from "./bundle-file.ts";
import type { BundleContents } from "./read-bundle.ts";
import { restoreBundle } from "./restore.ts";

export interface RestoreHere {
  readonly config: Pick<Config, "data" | "databaseUrl">;
  readonly file: string;
  readonly isReplaced: boolean;
  readonly log: DatabaseLog;
  /** One line for the person who waits. */
  readonly say: (line: string) => void;
}

/** Restores a file into the database that the hub with these settings would use, in the hub's place. */
export async function restoreHere({ config, file, isReplaced, log, say }: RestoreHere): Promise<BundleContents> {
  const storage = await openStorage({ dataDir: config.data, databaseUrl: config.databaseUrl, log, onProgress: say });
  try {
    const db = openDatabase({ url: storage.url, log, maxConnections: 2 });
    try {
      await refuseBesideHub(db);
      say(`Restoring ${file}…`);
      return await restoreBundle({ db, lines: () => bundleFileLines(file), isReplaced });
    } finally {
      await db.destroy();
    }
  } finally {
    await storage.close();
  }
}

/** A hub on another machine may use the same database; on this one, the data directory is claimed already. */
async function refuseBesideHub(db: Database): Promise<void> {
  const { rows } = await sql<{ others: number }>`
    select count(*) as others from pg_stat_activity
    where datname = current_database() and application_name = 'caretaker' and pid <> pg_backend_pid()`.execute(db);
  if (Number(rows[0]?.others) === 0) return;
  throw new CaretakerError(
    "conflict",
    "A hub still uses this database. Stop every hub on it, then restore: what it writes meanwhile would be lost.",
  );
}
