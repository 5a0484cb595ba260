import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type TestDatabase, testDatabase } from "./db/test-database.ts";

/** As `npm start` begins it. */
const main = ["--import", join(import.meta.dirname, "boot", "compile-cache.js"), join(import.meta.dirname, "main.ts")];
/** The first start in a clone builds the dashboard too. */
const STARTED = { timeout: 60_000, interval: 50 };

interface Hub {
  readonly process: ChildProcess;
  readonly ended: Promise<number | null>;
  output(): string;
}

describe("the hub as a process", { timeout: 120_000 }, () => {
  let folder: string;
  let test: TestDatabase;
  const hubs: Hub[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "hub-process-"));
    test = await testDatabase();
  });
  afterEach(async () => {
    for (const hub of hubs.splice(0)) {
      hub.process.kill("SIGTERM");
      await hub.ended;
    }
    await test?.drop();
    await rm(folder, { recursive: true, force: true });
  });

  function start(words: string[], env: Record<string, string> = { DATABASE_URL: test.url }): Hub {
    const child = spawn(process.execPath, [...main, ...words], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk));
    const ended = once(child, "exit").then(([code]) => code as number | null);
    const hub = { process: child, ended, output: () => output };
    hubs.push(hub);
    return hub;
  }
  const ready = (hub: Hub) =>
    vi.waitFor(() => {
      expect(hub.output(), `exit code ${hub.process.exitCode}`).toMatch(/ready at .*\n.*\n/);
      return /http:\/\/localhost:\d+/.exec(hub.output())?.[0] ?? "";
    }, STARTED);

  it("says where it is and how to set it up, answers there, and stops in good order when asked to", async () => {
    const hub = start(["serve", "--port", "0"]);
    const url = await ready(hub);

    const answer = await fetch(`${url}/readyz`);
    hub.process.kill("SIGTERM");

    expect(answer.status).toBe(200);
    expect(await hub.ended).toBe(0);
    expect(hub.output()).toMatch(new RegExp(`Set it up .*${url}/setup#token=[\\w-]{32}\n`));
    expect(JSON.parse(await readFile(join(folder, "data", "hub-mark.json"), "utf8"))).toMatchObject({
      state: "stopped",
    });
  });

  it("tells a second hub on the same data who has it", async () => {
    await ready(start(["serve", "--port", "0"]));

    const second = start(["serve", "--port", "0"]);

    expect(await second.ended).toBe(1);
    expect(second.output()).toMatch(/Another hub already runs on the data in .*data \(process \d+ on /);
  });

  it("comes back on its own database after it was killed", async () => {
    const first = start(["serve", "--port", "0"], {});
    const token = /token=(\S+)/;
    await ready(first);
    first.process.kill("SIGKILL");
    await first.ended;

    const second = start(["serve", "--port", "0"], {});
    const url = await ready(second);

    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    expect(second.output()).not.toContain("Creating the database");
    expect(token.exec(second.output())?.[1]).not.toBe(token.exec(first.output())?.[1]);
  });

  it("tells mistakes in its settings at once", async () => {
    const hub = start(["serve", "--prot", "1"], { CARETAKER_PUBLIC_URL: "care.example.com" });

    expect(await hub.ended).toBe(2);
    expect(hub.output()).toContain("--prot: is not a setting; did you mean --port?");
    expect(hub.output()).toContain("CARETAKER_PUBLIC_URL: publicUrl must be an address");
  });

  it("keeps a demo away from a real firm's data", async () => {
    const firm = { name: "Bright Homes", timeZone: "Europe/Amsterdam", country: "NL", language: "en" as const };
    await test.db
      .insertInto("firm")
      .values({ ...firm, phone: null, isDemo: false, createdAt: new Date() })
      .execute();

    const hub = start(["demo", "--port", "0"]);

    expect(await hub.ended).toBe(2);
    expect(hub.output()).toContain("a demo never mixes with that");
  });
});
