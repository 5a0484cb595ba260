import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { inject } from "vitest";
import { type Database, openDatabase } from "./database.ts";
import { withClient } from "./embedded/postmaster.ts";
import { silentLog } from "./log.ts";
import { migrate } from "./migrate.ts";
import { databasePrefix, type TestRun, testServer } from "./test-server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Given by vitest.config.ts. */
    testRun: TestRun;
  }
}

export interface TestDatabase {
  readonly db: Database;
  /** For a second connection, or a hub of its own. */
  readonly url: string;
  /** Closes `db` and drops the database, whoever else is still connected. */
  drop(): Promise<void>;
}

/**
 * A migrated database of its own for one test or one file, on the server that this test run shares. `DATABASE_URL` names
 * another server (Postgres 15 or newer, where databases may be created).
 */
export async function testDatabase(): Promise<TestDatabase> {
  const run = inject("testRun");
  const server = await testServer(run);
  template ??= makeTemplate(server, run);
  return create(server, run, await template);
}

/** One without our tables, for tests of what makes them. */
export async function emptyDatabase(): Promise<TestDatabase> {
  const run = inject("testRun");
  return create(await testServer(run), run, "template1");
}

async function create(server: string, run: TestRun, from: string): Promise<TestDatabase> {
  const name = `${databasePrefix(run.pid)}${randomUUID().slice(0, 8)}`;
  await administer(server, `create database ${quote(name)} template ${quote(from)} strategy file_copy`);
  const url = urlOf(server, name);
  const db = openDatabase({ url, log: silentLog, maxConnections: 10 });
  return {
    db,
    url,
    async drop() {
      await db.destroy();
      await administer(server, `drop database if exists ${quote(name)} with (force)`);
    },
  };
}

let template: Promise<string> | undefined;

/** Named by what the migrations say, so that a watched run which changes them makes another. */
async function makeTemplate(server: string, run: TestRun): Promise<string> {
  const name = `${databasePrefix(run.pid)}template_${await hashMigrations()}`;
  await withClient({ connectionString: server }, async (client) => {
    // Processes of the run come here together: one makes it, the others wait and find it.
    await client.query("select pg_advisory_lock(hashtext($1))", [name]);
    const found = await client.query("select 1 from pg_database where datname = $1", [name]);
    if (found.rowCount !== 0) return;
    const draft = `${name}_draft`;
    await client.query(`drop database if exists ${quote(draft)}`);
    await client.query(`create database ${quote(draft)} encoding 'UTF8' template template0`);
    const db = openDatabase({ url: urlOf(server, draft), log: silentLog, maxConnections: 2 });
    await migrate(db).finally(() => db.destroy());
    await client.query(`alter database ${quote(draft)} rename to ${quote(name)}`);
  });
  return name;
}

async function hashMigrations(): Promise<string> {
  const folder = fileURLToPath(new URL("./migrations/", import.meta.url));
  const hash = createHash("sha256");
  for (const file of (await readdir(folder)).sort()) hash.update(file).update(await readFile(join(folder, file)));
  return hash.digest("hex").slice(0, 12);
}

async function administer(server: string, statement: string): Promise<void> {
  await withClient({ connectionString: server }, (client) => client.query(statement));
}

function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

const quote = pg.escapeIdentifier;
