import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "@caretaker/server/db/database.ts";
import { startEmbeddedPostgres } from "@caretaker/server/db/embedded-postgres.ts";
import { migrate } from "@caretaker/server/db/migrate.ts";

const silent = { info() {}, warn() {}, error() {} };

export interface BenchDatabase {
  readonly url: string;
  /** For key files and the like; gone afterwards. */
  readonly folder: string;
  close(): Promise<void>;
}

/** A real Postgres with the hub's tables, in a folder of its own. */
export async function openBenchDatabase(): Promise<BenchDatabase> {
  const folder = await mkdtemp(join(tmpdir(), "caretaker-bench-"));
  const postgres = await startEmbeddedPostgres({ dataDir: folder, log: silent });
  const db = openDatabase({ url: postgres.url, log: silent });
  await migrate(db).finally(() => db.destroy());
  return {
    url: postgres.url,
    folder,
    async close() {
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
