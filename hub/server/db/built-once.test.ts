import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { builtOnce, oneBuiltOnce } from "./built-once.ts";
import { transaction } from "./database.ts";
import { type TestDatabase, testDatabase } from "./test-database.ts";

const CHANGED_AT = new Date("2026-03-01T00:00:00.000Z");

describe("a query that is built once", () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await testDatabase();
  });
  afterAll(() => test?.drop());

  it("asks with what is given each time, and is built by the first alone", async () => {
    let times = 0;
    const keep = oneBuiltOnce((db, { key, value }: { key: string; value: object }) => {
      times += 1;
      return db
        .insertInto("hubMemory")
        .values({ key, value: JSON.stringify({ fixed: true }), changedAt: CHANGED_AT })
        .onConflict((conflict) => conflict.column("key").doUpdateSet({ value: sql`${value}::jsonb` }))
        .returning(["key", "value", "changedAt"]);
    });

    expect(await keep(test.db, { key: "first", value: {} })).toEqual({
      key: "first",
      value: { fixed: true },
      changedAt: "2026-03-01T00:00:00.000Z",
    });
    expect(await keep(test.db, { key: "second", value: {} })).toMatchObject({ key: "second" });
    expect(await keep(test.db, { key: "first", value: { snake_case: 1 } })).toMatchObject({
      key: "first",
      value: { snake_case: 1 },
    });
    expect(times).toBe(1);
  });

  it("goes through the transaction that it is given", async () => {
    const keep = builtOnce((db, { key }: { key: string }) =>
      db.insertInto("hubMemory").values({ key, value: "{}", changedAt: CHANGED_AT }),
    );
    const find = oneBuiltOnce((db, { key }: { key: string }) =>
      db.selectFrom("hubMemory").select("key").where("key", "=", key),
    );

    const undone = transaction(test.db, async (trx) => {
      await keep(trx, { key: "undone" });
      expect(await find(trx, { key: "undone" })).toEqual({ key: "undone" });
      throw new Error("undone");
    });

    await expect(undone).rejects.toThrow("undone");
    expect(await find(test.db, { key: "undone" })).toBeUndefined();
  });

  it("refuses to be built from what has no fixed names, and to be asked without something it needs", async () => {
    const spread = builtOnce((db, given: { key: string }) =>
      db.insertInto("hubMemory").values({ value: "{}", changedAt: CHANGED_AT, ...given }),
    );
    const find = oneBuiltOnce((db, { key }: { key: string }) =>
      db.selectFrom("hubMemory").select("key").where("key", "=", key),
    );

    await expect(spread(test.db, { key: "a" })).rejects.toThrow("is named, and not spread");
    await expect(find(test.db, {} as { key: string })).rejects.toThrow("was not given its key");
  });
});
