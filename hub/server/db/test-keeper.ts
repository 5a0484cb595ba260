import { readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { isAlive, isServerOf, readPostmaster, stopPostmaster, withClient } from "./embedded/postmaster.ts";
import { startEmbeddedPostgres } from "./embedded-postgres.ts";
import { silentLog } from "./log.ts";
import { abandonedRuns, databasePrefix, TestRun, tell } from "./test-server.ts";

// Keeps the server of one test run: `node test-keeper.ts <folder of the run>`.
const folder = process.argv[2] ?? "";
const run = TestRun.parse(JSON.parse(await readFile(join(folder, "run.json"), "utf8")));

/** Nothing here outlives the run, so nothing is waited for. Many tests connect at once. */
const HASTE = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  max_connections: "300",
  autovacuum: "off",
  wal_level: "minimal",
  max_wal_senders: "0",
};

async function main(): Promise<void> {
  const server = await open();
  await tell(folder, { url: server.url });
  await sweep(server.url);
  while (isAlive(run.pid)) await delay(200);
  await server.close();
  await rm(folder, { recursive: true, force: true });
}

async function open(): Promise<{ url: string; close(): Promise<void> }> {
  const { databaseUrl } = run;
  if (databaseUrl) {
    await withClient({ connectionString: databaseUrl }, async (client) => client.query("select 1"));
    return { url: databaseUrl, close: () => dropDatabases(databaseUrl, run.pid) };
  }
  const server = await startEmbeddedPostgres({ dataDir: folder, log: silentLog, settings: HASTE });
  return { url: server.url, close: () => server.stop() };
}

/** Ends what other runs on this machine left behind. */
async function sweep(url: string): Promise<void> {
  for (const abandoned of await abandonedRuns(dirname(folder))) {
    if (await hasKeeper(abandoned.folder)) continue;
    const cluster = join(abandoned.folder, "postgres");
    const postmaster = await readPostmaster(cluster).catch(() => null);
    if (postmaster && (await isServerOf(cluster, postmaster))) await stopPostmaster(postmaster.pid, 5);
    if (run.databaseUrl) await dropDatabases(url, abandoned.pid);
    await rm(abandoned.folder, { recursive: true, force: true });
  }
}

async function hasKeeper(other: string): Promise<boolean> {
  const pid = Number(await readFile(join(other, "keeper.pid"), "utf8").catch(() => "0"));
  return pid > 0 && isAlive(pid);
}

async function dropDatabases(url: string, pid: number): Promise<void> {
  await withClient({ connectionString: url }, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      "select datname as name from pg_database where starts_with(datname, $1)",
      [databasePrefix(pid)],
    );
    for (const { name } of rows)
      await client.query(`drop database if exists ${pg.escapeIdentifier(name)} with (force)`);
  });
}

await writeFile(join(folder, "keeper.pid"), String(process.pid));
await main().catch(async (error: unknown) => {
  await tell(folder, { error: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
});
