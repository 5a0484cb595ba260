import { isRetryable } from "@caretaker/protocol";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isDuplicate, now, openDatabase, transaction } from "./database.ts";
import { silentLog } from "./log.ts";
import { type TestDatabase, testDatabase } from "./test-database.ts";
import { withDates } from "./with-dates.ts";

describe("the database", () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await testDatabase();
    await sql`create table tally (name text primary key, count integer not null)`.execute(test.db);
    await sql`insert into tally values ('left', 0), ('right', 0)`.execute(test.db);
  });
  afterAll(() => test?.drop());

  it("reads moments as ISO in UTC with milliseconds, and counts as numbers", async () => {
    const { rows } = await sql<Record<string, unknown>>`select
      timestamptz '2026-03-01 01:02:03.123456+02' as at, array[timestamptz '2026-03-01 00:00Z'] as many,
      timestamp '2026-03-01 01:02:03' as plain, date '2026-03-01' as day,
      count(*) as count, 9007199254740993::int8 as huge`.execute(test.db);

    expect(rows[0]).toEqual({
      at: "2026-02-28T23:02:03.123Z",
      many: ["2026-03-01T00:00:00.000Z"],
      plain: "2026-03-01T01:02:03.000Z",
      day: "2026-03-01",
      count: 1,
      huge: "9007199254740993",
    });
  });

  it("reads the same moment the same, in whatever zone the server counts", async () => {
    const moments = sql`timestamptz '2026-03-01 00:00:00Z' as whole, timestamptz '2026-03-01 23:59:59.9996Z' as late,
      timestamptz '2026-03-01 01:02:03.1Z' as short`;
    const read = (zone: string) =>
      transaction(test.db, async (trx) => {
        await sql`select set_config('timezone', ${zone}, true)`.execute(trx);
        return (await sql`select ${moments}`.execute(trx)).rows[0];
      });

    expect(await read("UTC")).toEqual({
      whole: "2026-03-01T00:00:00.000Z",
      late: "2026-03-01T23:59:59.999Z",
      short: "2026-03-01T01:02:03.100Z",
    });
    expect(await read("Asia/Kolkata")).toEqual(await read("UTC"));
  });

  it("begins a transaction with its first question, as it was asked to", async () => {
    const ofTransaction = sql<{ isolation: string; number: string }>`
      select current_setting('transaction_isolation') as isolation, pg_current_xact_id()::text as number`;
    const asked = await transaction(
      test.db,
      async (trx) => [(await ofTransaction.execute(trx)).rows[0], (await ofTransaction.execute(trx)).rows[0]],
      { isolation: "repeatable read" },
    );

    expect(asked[0]).toEqual({ isolation: "repeatable read", number: expect.any(String) });
    expect(asked[1]).toEqual(asked[0]);
    expect((await ofTransaction.execute(test.db)).rows[0]).toMatchObject({ isolation: "read committed" });
  });

  it("undoes what a transaction began with when its first question already fails, and asks nothing for an empty one", async () => {
    const failed = transaction(test.db, (trx) => sql`insert into tally values ('left', 9)`.execute(trx));
    await expect(failed).rejects.toThrow();

    await transaction(test.db, async () => {});
    await transaction(test.db, async (trx) => {
      await sql`insert into tally values ('after', 1)`.execute(trx);
    });
    const { rows } = await sql`select count from tally where name = 'after'`.execute(test.db);
    expect(rows).toEqual([{ count: 1 }]);
    await sql`delete from tally where name = 'after'`.execute(test.db);
  });

  it("reads Dates for a library that compares moments with its own", async () => {
    const { rows } = await sql`select timestamptz '2026-03-01 00:00Z' as "seenAt", '2026-03-01T00:00:00.000Z' as name,
      null::timestamptz as "goneAt"`.execute(withDates(test.db));

    expect(rows[0]).toEqual({
      seenAt: new Date("2026-03-01T00:00:00Z"),
      name: "2026-03-01T00:00:00.000Z",
      goneAt: null,
    });
  });

  it("speaks camelCase here and snake_case there, and leaves the inside of JSON alone", async () => {
    await test.db
      .insertInto("hubMemory")
      .values({ key: "a", value: JSON.stringify({ some_key: { inner_key: 1 } }), changedAt: new Date(0) })
      .execute();

    const row = await test.db.selectFrom("hubMemory").selectAll().executeTakeFirstOrThrow();

    expect(row).toEqual({ key: "a", value: { some_key: { inner_key: 1 } }, changedAt: "1970-01-01T00:00:00.000Z" });
  });

  it("does work that collided again from its beginning", async () => {
    const { promise: bothBegan, resolve: letBoth } = Promise.withResolvers<void>();
    let runs = 0;
    const add = () =>
      transaction(
        test.db,
        async (trx) => {
          const { rows } = await sql<{ count: number }>`select count from tally where name = 'left'`.execute(trx);
          runs += 1;
          if (runs === 2) letBoth();
          await bothBegan;
          await sql`update tally set count = ${(rows[0]?.count ?? 0) + 1} where name = 'left'`.execute(trx);
        },
        { isolation: "repeatable read" },
      );

    await Promise.all([add(), add()]);

    const { rows } = await sql<{ count: number }>`select count from tally where name = 'left'`.execute(test.db);
    expect(rows[0]?.count).toBe(2);
    expect(runs).toBe(3);
  });

  it("gives a deadlock another try", async () => {
    const { promise: bothHold, resolve: letBoth } = Promise.withResolvers<void>();
    let holding = 0;
    const take = (first: string, second: string) =>
      transaction(test.db, async (trx) => {
        await sql`update tally set count = count + 1 where name = ${first}`.execute(trx);
        holding += 1;
        if (holding === 2) letBoth();
        await bothHold;
        await sql`update tally set count = count + 1 where name = ${second}`.execute(trx);
      });

    await Promise.all([take("left", "right"), take("right", "left")]);

    expect(holding).toBe(3);
  });

  it("does not do other failures again, and takes back what was done", async () => {
    let runs = 0;
    const failing = transaction(test.db, async (trx) => {
      runs += 1;
      await sql`insert into tally values ('third', 0)`.execute(trx);
      await sql`insert into tally values ('left', 0)`.execute(trx);
    });

    const error = await failing.catch((reason: unknown) => reason);

    expect(isDuplicate(error, "tally_pkey")).toBe(true);
    expect(isDuplicate(error, "other")).toBe(false);
    expect(runs).toBe(1);
    expect((await sql`select 1 from tally where name = 'third'`.execute(test.db)).rows).toEqual([]);
  });

  it("joins the transaction it is given", async () => {
    const failing = transaction(test.db, async (outer) => {
      await transaction(outer, (inner) => sql`insert into tally values ('inner', 0)`.execute(inner));
      throw new Error("the outer work failed");
    });

    await expect(failing).rejects.toThrow("the outer work failed");
    expect((await sql`select 1 from tally where name = 'inner'`.execute(test.db)).rows).toEqual([]);
  });

  it("has a clock that goes on while a transaction waits", async () => {
    const [before, after] = await transaction(test.db, async (trx) => {
      const first = await now(trx);
      await sql`select pg_sleep(0.02)`.execute(trx);
      return [first, await now(trx)];
    });

    expect(after.getTime() - before.getTime()).toBeGreaterThanOrEqual(20);
  });

  it("says that it is away when its connection is cut, and answers the next query", async () => {
    const cut = transaction(test.db, async (trx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx);
      await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(test.db);
      await sql`select 1`.execute(trx);
    });

    const error = await cut.catch((reason: unknown) => reason);

    expect(error).toMatchObject({ code: "database_unavailable" });
    expect(isRetryable(error)).toBe(true);
    expect((await sql<{ one: number }>`select 1 as one`.execute(test.db)).rows).toEqual([{ one: 1 }]);
  });

  it("says that it is away when nobody listens there", async () => {
    const nowhere = openDatabase({ url: "postgres://nobody@127.0.0.1:1/nothing", log: silentLog });

    const error = await sql`select 1`.execute(nowhere).catch((reason: unknown) => reason);
    await nowhere.destroy();

    expect(error).toMatchObject({ code: "database_unavailable" });
  });
});
