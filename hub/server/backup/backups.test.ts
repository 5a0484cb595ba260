import { readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTestClock, type TestClock } from "@caretaker/kit";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { SAM } from "../runs/test-helpers.ts";
import { buildHome } from "../runs/test-rows.ts";
import { type Backups, createBackups } from "./backups.ts";
import { bundleFileLines } from "./bundle-file.ts";
import { backupName, outOfDate } from "./folder.ts";
import { checkBundle } from "./read-bundle.ts";
import { testFolder } from "./test-bundles.ts";

let database: TestDatabase;
let folder: Awaited<ReturnType<typeof testFolder>>;
let clock: TestClock;
let backups: Backups;
const error = vi.fn();

beforeAll(async () => {
  database = await testDatabase();
  await buildHome(database.db);
});
afterAll(() => database.drop());

beforeEach(async () => {
  folder = await testFolder();
  clock = createTestClock();
  backups = makeBackups(join(folder.path, "backups"));
});
afterEach(async () => {
  await backups.close();
  await folder.remove();
  error.mockReset();
});

function makeBackups(path: string): Backups {
  const { db, url } = database;
  const now = async (): Promise<Date> => clock.now();
  const log = { info: () => {}, error };
  return createBackups({ db, databaseUrl: url, folder: path, version: "0.1.0", now, clock, log });
}

const pathOf = async (name: string): Promise<string> => join((await backups.list()).folder, name);

describe("backups", () => {
  it("are made once a day by the hub itself, and are whole", async () => {
    const first = await backups.makeIfDue();
    expect(await backups.makeIfDue()).toBeNull();
    await clock.forward(24 * 3_600_000);
    const second = await backups.makeIfDue();

    const { items, nextAt } = await backups.list();
    expect(items).toEqual([second, first]);
    expect(Date.parse(nextAt ?? "") - Date.parse(second?.madeAt ?? "")).toBe(24 * 3_600_000);
    const path = await pathOf(first?.name ?? "");
    expect(await checkBundle(bundleFileLines(path))).toMatchObject({
      manifest: { firm: "Bright Homes", hub: "0.1.0" },
    });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("are made when they are due while the hub runs, without anybody asking", async () => {
    backups.start();
    await clock.forward(10 * 60_000);

    await vi.waitFor(async () => expect((await backups.list()).items).toHaveLength(1));
  });

  it("are not made where there is nothing to lose: before a firm is set up, and in a demo", async () => {
    await database.db.updateTable("firm").set({ isDemo: true }).execute();
    expect(await backups.makeIfDue()).toBeNull();
    expect((await backups.list()).nextAt).toBeNull();
    await database.db.updateTable("firm").set({ isDemo: false }).execute();
  });

  it("that cannot be written leave no half file, say why, and are tried again", async () => {
    await writeFile(join(folder.path, "backups"), "a file where the folder should be");

    await expect(backups.make("asked")).rejects.toMatchObject({ code: "backup_failed" });

    expect(await readdir(folder.path)).toEqual(["backups"]);
    const elsewhere = makeBackups(join(folder.path, "elsewhere"));
    const made = await elsewhere.make("asked");
    expect((await elsewhere.list()).items).toEqual([made]);
    expect((await elsewhere.list()).trouble).toBeNull();
  });

  it("of two hubs at the same moment are one", async () => {
    const other = makeBackups(join(folder.path, "backups"));

    const made = await Promise.all([backups.makeIfDue(), other.makeIfDue()]);
    await other.close();

    expect(made.filter((backup) => backup !== null).length).toBeGreaterThan(0);
    expect((await backups.list()).items).toHaveLength(1);
  });

  it("that were cut off by a hub that died are cleared away, and what else lies there is left alone", async () => {
    const first = await backups.make("asked");
    const cut = `${backupName(new Date("2026-01-01T00:00:00Z"), "scheduled")}.part`;
    await writeFile(await pathOf(cut), "half");
    await writeFile(await pathOf("notes.txt"), "ours");
    await clock.forward(1000);

    const second = await backups.make("asked");

    expect((await readdir((await backups.list()).folder)).sort()).toEqual(
      [first.name, second.name, "notes.txt"].sort(),
    );
  });

  it("that are taken out are written into the firm's ledger before the first line leaves", async () => {
    const lines = backups.download(SAM);
    const first = await lines.next();

    const entry = await database.db
      .selectFrom("ledgerEntry")
      .select(["event", "actor"])
      .where("chain", "=", "firm")
      .orderBy("number", "desc")
      .executeTakeFirstOrThrow();
    await lines.return();

    expect(first.value).toMatchObject({ bundle: "caretaker" });
    expect(entry).toEqual({ event: "backup.taken", actor: expect.stringContaining("person:") });
  });
});

it("two newest and one of each of seven days are kept", () => {
  const hour = 3_600_000;
  const all = Array.from({ length: 12 * 6 }, (_, index) => {
    const at = new Date(Date.parse("2026-11-27T20:00:00Z") - index * 4 * hour);
    return { name: backupName(at, "scheduled"), why: "scheduled" as const, madeAt: at.toISOString(), bytes: 1 };
  });

  const gone = new Set(outOfDate(all));
  const kept = all.filter((backup) => !gone.has(backup)).map(({ madeAt }) => madeAt.slice(0, 13));

  expect(kept).toEqual([
    "2026-11-27T20",
    "2026-11-27T16",
    ...["26", "25", "24", "23", "22", "21"].map((day) => `2026-11-${day}T20`),
  ]);
});
