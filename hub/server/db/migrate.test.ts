import { type Kysely, sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "./database.ts";
import { silentLog } from "./log.ts";
import { migrate, pendingMigrations } from "./migrate.ts";
import { emptyDatabase, type TestDatabase } from "./test-database.ts";

const first = { id: "0001-first", up: (trx: Kysely<unknown>) => run(trx, "create table first (id integer)") };
const second = { id: "0002-second", up: (trx: Kysely<unknown>) => run(trx, "create table second (id integer)") };
const broken = { id: "0003-broken", up: (trx: Kysely<unknown>) => run(trx, "create tabel third (id integer)") };

async function run(trx: Kysely<unknown>, statement: string): Promise<void> {
  await sql.raw(statement).execute(trx);
}

describe("migrating", () => {
  let test: TestDatabase;
  beforeEach(async () => {
    test = await emptyDatabase();
  });
  afterEach(() => test?.drop());

  it("applies what is missing, in order, and remembers it with its time", async () => {
    expect(await migrate(test.db, [first])).toEqual({ applied: ["0001-first"], total: 1 });
    expect(await pendingMigrations(test.db, [first, second])).toEqual(["0002-second"]);

    expect(await migrate(test.db, [first, second])).toEqual({ applied: ["0002-second"], total: 2 });

    const { rows } = await sql<{ id: string; appliedAt: string }>`select * from migration order by id`.execute(test.db);
    expect(rows.map(({ id }) => id)).toEqual(["0001-first", "0002-second"]);
    expect(Date.now() - Date.parse(rows[1]?.appliedAt ?? "")).toBeLessThan(60_000);
    expect(await pendingMigrations(test.db, [first, second])).toEqual([]);
  });

  it("knows that an empty database lacks everything", async () => {
    expect(await pendingMigrations(test.db, [first, second])).toEqual(["0001-first", "0002-second"]);
  });

  it("leaves the database as it was when one fails", async () => {
    await expect(migrate(test.db, [first, second, broken])).rejects.toThrow(/tabel/);

    const { rows } = await sql<{ name: string | null }>`select to_regclass('first')::text as name`.execute(test.db);
    expect(rows[0]?.name).toBeNull();
  });

  it("refuses a database that a newer hub has used", async () => {
    await migrate(test.db, [first, second]);

    await expect(migrate(test.db, [first])).rejects.toMatchObject({
      code: "database_newer",
      message: expect.stringContaining("0002-second"),
    });
  });

  it("lets hubs that start at the same moment migrate one after another", async () => {
    const other = openDatabase({ url: test.url, log: silentLog });

    const reports = await Promise.all([migrate(test.db, [first, second]), migrate(other, [first, second])]);
    await other.destroy();

    expect(reports.flatMap(({ applied }) => applied)).toEqual(["0001-first", "0002-second"]);
  });

  it("refuses a list that is out of order or has a name twice", async () => {
    await expect(migrate(test.db, [second, first])).rejects.toThrow("their order");
    await expect(migrate(test.db, [first, first])).rejects.toThrow("ids of their own");
  });

  it("applies our own, all of them", async () => {
    const { applied, total } = await migrate(test.db);

    expect(applied.length).toBe(total);
    expect(total).toBeGreaterThan(0);
  });
});
