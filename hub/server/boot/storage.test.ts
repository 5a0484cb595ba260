import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Secret } from "@caretaker/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { silentLog } from "../db/log.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { openStorage } from "./storage.ts";

describe("a Postgres of one's own", () => {
  let dataDir: string;
  let test: TestDatabase;
  beforeEach(async () => {
    dataDir = join(await mkdtemp(join(tmpdir(), "storage-")), "data");
    test = await testDatabase();
  });
  afterEach(async () => {
    await test?.drop();
    await rm(join(dataDir, ".."), { recursive: true, force: true });
  });

  const open = (databaseUrl: string) =>
    openStorage({ dataDir, databaseUrl: new Secret(databaseUrl), log: silentLog, onProgress() {} });

  it("is used as it is, and the data directory is this hub's alone meanwhile", async () => {
    const storage = await open(test.url);
    const second = await open(test.url).catch((error: unknown) => error);
    await storage.close();
    const third = await open(test.url);
    await third.close();

    expect(storage.url).toBe(test.url);
    expect(second).toMatchObject({ message: expect.stringContaining("Another hub already runs") });
  });

  it("is refused when it has no database of that name, and lets the data directory go", async () => {
    const url = new URL(test.url);
    url.pathname = "/nothing";
    url.password = "hunter2";

    const error = await open(url.href).catch((reason: unknown) => reason);

    expect(error).toMatchObject({
      code: "configuration_invalid",
      message: expect.stringMatching(/has no database of that name.*DATABASE_URL/),
    });
    expect(String(error)).not.toContain("hunter2");
    await (await open(test.url)).close();
  });

  it("is refused when its host has no address", async () => {
    await expect(open("postgres://u:p@nowhere.invalid/care")).rejects.toMatchObject({
      message: expect.stringContaining("nowhere.invalid/care has no address"),
    });
  });
});
