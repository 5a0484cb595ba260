import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, cp, mkdir, mkdtemp, readFile, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { openDatabase } from "./database.ts";
import { isAlive, readPostmaster, withClient } from "./embedded/postmaster.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded-postgres.ts";
import { silentLog } from "./log.ts";

describe("the embedded Postgres", () => {
  let made: string;
  let folder: string;
  let dataDir: string;
  const open: { stop(): Promise<void> }[] = [];

  beforeAll(async () => {
    made = await mkdtemp(join(tmpdir(), "embedded-made-"));
    await chmod(made, 0o755);
    await (await startEmbeddedPostgres({ dataDir: join(made, "data"), log: silentLog })).stop();
  });
  afterAll(() => rm(made, { recursive: true, force: true }));

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "embedded-"));
    await chmod(folder, 0o755);
    dataDir = join(folder, "data");
  });
  afterEach(async () => {
    for (const server of open.splice(0)) await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function start(at = dataDir, lines: string[] = []): Promise<EmbeddedPostgres> {
    const server = await startEmbeddedPostgres({ dataDir: at, log: silentLog, onProgress: (line) => lines.push(line) });
    open.push(server);
    return server;
  }

  /** A database that was made before costs a copy, a tenth of the time of making it. */
  const useMade = (at = dataDir) => cp(join(made, "data"), at, { recursive: true });

  const refusal = (at = dataDir) =>
    start(at).then(
      () => "it started",
      (error: unknown) => error,
    );

  const ask = (server: EmbeddedPostgres, statement: string) =>
    withClient({ connectionString: server.url }, async (client) => (await client.query(statement)).rows);

  /** Starts a hub in a process of its own and kills it, so that its server stays behind. */
  async function crashHub(): Promise<void> {
    const script = fileURLToPath(new URL("./embedded/crashing-hub.ts", import.meta.url));
    const hub = spawn(process.execPath, [script, dataDir], { stdio: ["ignore", "pipe", "inherit"] });
    await once(hub.stdout, "data");
    hub.kill("SIGKILL");
    await once(hub, "exit");
  }

  /** Another program of the server's own user, which Postgres would take for a server of the same data. */
  async function startStranger(cluster: string): Promise<ChildProcess> {
    const { uid } = await stat(cluster);
    const stranger = spawn("sleep", ["60"], {
      stdio: "ignore",
      cwd: "/",
      ...(process.getuid?.() === 0 ? { uid } : {}),
    });
    await once(stranger, "spawn");
    open.push({ stop: async () => void stranger.kill() });
    return stranger;
  }

  it("keeps what was saved over a stop and a start", async () => {
    const lines: string[] = [];
    const first = await start(dataDir, lines);
    await ask(first, "create table kept as select 'kept' as word");
    await first.stop();
    const pid = (await readPostmaster(join(dataDir, "postgres")))?.pid;

    const second = await start();

    expect(pid).toBeUndefined();
    expect(lines).toContain("Creating the database…");
    expect(await ask(second, "select word from kept")).toEqual([{ word: "kept" }]);
    expect(second).toMatchObject({ takenOver: false, uncleanStop: false });
  });

  it("can be met through its private socket only, and keeps its promises over a power cut", async () => {
    await useMade();
    const server = await start();
    const [settings] = await ask(
      server,
      `select current_setting('listen_addresses') as tcp, current_setting('fsync') as fsync,
        current_setting('synchronous_commit') as commit, current_setting('full_page_writes') as pages,
        current_setting('server_encoding') as encoding`,
    );

    expect(settings).toEqual({ tcp: "", fsync: "on", commit: "on", pages: "on", encoding: "UTF8" });
  });

  it.each([
    ["a path with a space", "my data"],
    ["a path longer than a socket's may be", `${"long-".repeat(20)}/${"long-".repeat(20)}`],
  ])("runs from %s", async (_title, name) => {
    await useMade(join(folder, name));
    const server = await start(join(folder, name));

    expect(await ask(server, "select 1 as one")).toEqual([{ one: 1 }]);
  });

  it("runs below a folder that only its owner may enter", async () => {
    const home = join(folder, "home");
    await mkdir(home, { mode: 0o700 });

    const server = await start(join(home, "data"));

    expect(await ask(server, "select 1 as one")).toEqual([{ one: 1 }]);
  });

  it("takes over the server of a hub that crashed", async () => {
    await useMade();
    await crashHub();
    const before = await readPostmaster(join(dataDir, "postgres"));

    const server = await start();
    const [row] = await ask(server, "select pg_postmaster_start_time() < now() as runs");
    await server.stop();

    expect(row).toEqual({ runs: true });
    expect(server).toMatchObject({ takenOver: true, uncleanStop: false });
    expect(isAlive(before?.pid ?? 0)).toBe(false);
  });

  it("recovers when hub and server were both cut short, even if the server's number is in use again", async () => {
    await useMade();
    await crashHub();
    const cluster = join(dataDir, "postgres");
    const { pid } = (await readPostmaster(cluster)) ?? { pid: 0 };
    process.kill(pid, "SIGKILL");
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 5000 });
    const file = join(cluster, "postmaster.pid");
    const stranger = await startStranger(cluster);
    await writeFile(file, (await readFile(file, "utf8")).replace(String(pid), String(stranger.pid)));

    const server = await start();

    expect(server).toMatchObject({ takenOver: false, uncleanStop: true });
    expect(await ask(server, "select 1 as one")).toEqual([{ one: 1 }]);
  });

  it("brings the server back when it dies under the hub", async () => {
    await useMade();
    const server = await start();
    const pid = (await readPostmaster(join(dataDir, "postgres")))?.pid ?? 0;
    const db = openDatabase({ url: server.url, log: silentLog });
    open.unshift({ stop: () => db.destroy() });
    const count = () => sql<{ one: number }>`select 1 as one`.execute(db);
    await count();

    process.kill(pid, "SIGKILL");

    const meanwhile: unknown[] = [];
    await vi.waitFor(
      async () => {
        const error = await count().then(
          () => null,
          (reason: unknown) => reason,
        );
        if (error !== null) meanwhile.push(error);
        expect(error).toBeNull();
        expect((await readPostmaster(join(dataDir, "postgres")))?.pid).not.toBe(pid);
      },
      { timeout: 15_000, interval: 20 },
    );
    expect(meanwhile.length).toBeGreaterThan(0);
    for (const error of meanwhile) expect(error).toMatchObject({ code: "database_unavailable" });
  });

  it("refuses a second hub on the same data and says who has it", async () => {
    await useMade();
    await start();

    expect(await refusal()).toMatchObject({
      code: "data_directory_unusable",
      message: expect.stringMatching(
        new RegExp(`Another hub already runs .*process ${process.pid} on .*CARETAKER_DATA`),
      ),
    });
  });

  it("refuses data on which a hub on another machine beats, and takes it over when that falls silent", async () => {
    await useMade();
    const lock = join(dataDir, "hub.lock");
    const elsewhere = { pid: 7, host: "other", place: "another boot", startedAt: "1", token: "other" };
    await writeFile(lock, JSON.stringify(elsewhere));
    const beat = setInterval(() => void utimes(lock, new Date(), new Date()), 300);

    const refused = await refusal();
    clearInterval(beat);
    const began = performance.now();
    await start();

    expect(refused).toMatchObject({ message: expect.stringContaining("process 7 on other") });
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it("does not touch data of another version of Postgres", async () => {
    await mkdir(join(dataDir, "postgres"), { recursive: true });
    await writeFile(join(dataDir, "postgres", "PG_VERSION"), "17\n");

    expect(await refusal()).toMatchObject({
      code: "data_directory_unusable",
      message: expect.stringMatching(/written by Postgres 17, and this hub brings Postgres 18/),
    });
  });

  it("does not write over a folder that is not a database", async () => {
    await mkdir(join(dataDir, "postgres"), { recursive: true });
    await writeFile(join(dataDir, "postgres", "holiday.jpg"), "");

    expect(await refusal()).toMatchObject({ message: expect.stringContaining("will not write over it") });
    expect(await readFile(join(dataDir, "postgres", "holiday.jpg"), "utf8")).toBe("");
  });

  it("says what is wrong with damaged data, and where its log is", async () => {
    await useMade();
    await truncate(join(dataDir, "postgres", "global", "pg_control"), 0);

    expect(await refusal()).toMatchObject({
      code: "database_unavailable",
      message: expect.stringMatching(/did not start: .*pg_control.*postgres\.log.*restore the last backup/),
    });
  });

  it("says what is in the way when the data directory is a file", async () => {
    await writeFile(dataDir, "");

    expect(await refusal()).toMatchObject({
      code: "data_directory_unusable",
      message: expect.stringContaining("is in the way"),
    });
  });
});
