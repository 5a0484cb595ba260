import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Database, transaction } from "./database.ts";
import { emptyDatabase, type TestDatabase } from "./test-database.ts";

interface Statement {
  readonly statement: string;
}

describe("statements that are asked again and again", () => {
  let test: TestDatabase;
  beforeEach(async () => {
    test = await emptyDatabase();
    await sql`create table tally (name text primary key, count integer not null)`.execute(test.db);
    await sql`insert into tally values ('left', 1)`.execute(test.db);
  });
  afterEach(() => test?.drop());

  it("are prepared, and those that are asked seldom are not", async () => {
    await onOneConnection(test.db, async (db) => {
      for (let asked = 0; asked < 12; asked += 1) await tally(db, "left");
      await sql`select count from tally where name = ${"left"} limit 1`.execute(db);

      const { rows } = await sql<Statement>`select statement from pg_prepared_statements`.execute(db);

      expect(rows).toEqual([{ statement: "select * from tally where name = $1" }]);
    });
  });

  it("are answered with what the table has now, when a newer hub has added a column", async () => {
    for (let asked = 0; asked < 12; asked += 1) await tally(test.db, "left");
    await sql`alter table tally add column colour text default 'red'`.execute(test.db);

    expect(await tally(test.db, "left")).toEqual([{ name: "left", count: 1, colour: "red" }]);
  });

  it("are done again from the beginning of their transaction, when a newer hub has added a column", async () => {
    for (let asked = 0; asked < 12; asked += 1) await tally(test.db, "left");
    await sql`alter table tally add column colour text default 'red'`.execute(test.db);
    let begun = 0;

    const found = await transaction(test.db, async (trx) => {
      begun += 1;
      await sql`update tally set count = count + 1`.execute(trx);
      return tally(trx, "left");
    });

    expect(found).toEqual([{ name: "left", count: 2, colour: "red" }]);
    expect(begun).toBe(2);
  });
});

async function tally(db: Database, name: string): Promise<unknown[]> {
  return (await sql`select * from tally where name = ${name}`.execute(db)).rows;
}

function onOneConnection(db: Database, work: (db: Database) => Promise<void>): Promise<void> {
  return db.connection().execute(work);
}
