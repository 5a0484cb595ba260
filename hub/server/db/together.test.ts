import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { builtOnce, oneBuiltOnce } from "./built-once.ts";
import { transaction } from "./database.ts";
import { type TestDatabase, testDatabase } from "./test-database.ts";
import { together } from "./together.ts";

const CHANGED_AT = new Date("2026-03-01T00:00:00.000Z");
const keep = builtOnce((db, { key }: { key: string }) =>
  db.insertInto("hubMemory").values({ key, value: "{}", changedAt: CHANGED_AT }),
);
const find = oneBuiltOnce((db, { key }: { key: string }) =>
  db.selectFrom("hubMemory").select("key").where("key", "=", key),
);
const fail = builtOnce((db, _: object) => ({ compile: () => sql`select 1 / 0`.compile(db) }));
const waitAWhile = builtOnce((db, _: object) => ({ compile: () => sql`select pg_sleep(0.2)`.compile(db) }));

describe("several questions to one transaction", () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await testDatabase();
  });
  afterAll(() => test?.drop());

  it("are answered in their order, each with its own answer", async () => {
    const answers = await transaction(test.db, (trx) =>
      together(find(trx, { key: "a" }), keep(trx, { key: "a" }), find(trx, { key: "a" }), "no question"),
    );

    expect(answers).toEqual([undefined, [], { key: "a" }, "no question"]);
    expect(await find(test.db, { key: "a" })).toEqual({ key: "a" });
  });

  it("are under way at once: nobody waits for an answer before the next is asked", async () => {
    const order: string[] = [];
    await transaction(test.db, async (trx) => {
      const slow = waitAWhile(trx, {}).then(() => order.push("slow is answered"));
      const next = find(trx, { key: "b" }).then(() => order.push("the next is answered"));
      order.push("both are asked");
      await together(slow, next);
    });

    expect(order).toEqual(["both are asked", "slow is answered", "the next is answered"]);
  });

  it("fail as the first that failed, once all have ended, and leave nothing behind", async () => {
    let ended = 0;
    const undone = transaction(test.db, (trx) =>
      together(
        keep(trx, { key: "c" }),
        fail(trx, {}),
        // Asked behind the failure it fails too, and what it would ask next is still in this transaction.
        find(trx, { key: "c" }).catch(() => find(trx, { key: "c" }).finally(() => (ended += 1))),
      ).finally(() => expect(ended).toBe(1)),
    );

    await expect(undone).rejects.toThrow("division by zero");
    expect(await find(test.db, { key: "c" })).toBeUndefined();
  });

  it("may be mixed with queries that are built each time", async () => {
    const [, built] = await transaction(test.db, (trx) =>
      together(
        keep(trx, { key: "d" }),
        trx.selectFrom("hubMemory").select("changedAt").where("key", "=", "d").executeTakeFirst(),
      ),
    );

    expect(built).toEqual({ changedAt: "2026-03-01T00:00:00.000Z" });
  });
});
