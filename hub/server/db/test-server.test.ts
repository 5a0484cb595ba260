import { spawn } from "node:child_process";
import { once } from "node:events";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, inject, it, vi } from "vitest";
import { isAlive, readPostmaster, withClient } from "./embedded/postmaster.ts";
import { databasePrefix, folderOf, testServer } from "./test-server.ts";

describe("the server of a test run", () => {
  it("is one for all who ask, and ends with the run, however that ended", { timeout: 60_000 }, async () => {
    const { databaseUrl } = inject("testRun");
    const run = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    const testRun = { pid: run.pid ?? 0, databaseUrl };

    const [url, same] = await Promise.all([testServer(testRun), testServer(testRun)]);
    const name = `${databasePrefix(testRun.pid)}left`;
    await withClient({ connectionString: url }, (client) => client.query(`create database ${name}`));
    const server = await readPostmaster(join(folderOf(testRun), "postgres"));
    run.kill("SIGKILL");
    await once(run, "exit");

    expect(same).toBe(url);
    await vi.waitFor(
      () =>
        expect(access(folderOf(testRun)), "what it left in the folder for temporary files").rejects.toThrow("ENOENT"),
      { timeout: 20_000, interval: 100 },
    );
    if (server) expect(isAlive(server.pid)).toBe(false);
    if (databaseUrl) expect(await databasesNamed(databaseUrl, name)).toBe(0);
  });
});

async function databasesNamed(url: string, name: string): Promise<number | null> {
  const statement = "select 1 from pg_database where datname = $1";
  return withClient({ connectionString: url }, async (client) => (await client.query(statement, [name])).rowCount);
}
