import { systemClock } from "@caretaker/protocol";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { notify, transaction } from "./database.ts";
import { type Listener, openListener } from "./listener.ts";
import { silentLog } from "./log.ts";
import { type TestDatabase, testDatabase } from "./test-database.ts";

describe("a listener", () => {
  let test: TestDatabase;
  let listener: Listener;
  beforeEach(async () => {
    test = await testDatabase();
    listener = openListener({ url: test.url, log: silentLog, clock: systemClock });
  });
  afterEach(async () => {
    await listener?.close();
    await test?.drop();
  });

  const breakConnection = () =>
    sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'caretaker listener'`.execute(test.db);

  it("hears what a transaction said once it is committed, and nothing of one that failed", async () => {
    const heard: (string | null)[] = [];
    await listener.on("runs", (payload) => heard.push(payload));

    await transaction(test.db, async (trx) => {
      await notify(trx, "runs", "never");
      throw new Error("taken back");
    }).catch(() => {});
    await transaction(test.db, (trx) => notify(trx, "runs", "run 1"));

    await vi.waitFor(() => expect(heard).toEqual(["run 1"]), { timeout: 5000 });
  });

  it("hears again after its connection broke, and is told of the gap", async () => {
    const heard: (string | null)[] = [];
    await listener.on("runs", (payload) => heard.push(payload));

    await breakConnection();

    await vi.waitFor(() => expect(heard).toEqual([null]), { timeout: 5000 });
    await notify(test.db, "runs", "after");
    await vi.waitFor(() => expect(heard).toEqual([null, "after"]), { timeout: 5000 });
  });

  it("goes on when one of those that listen fails", async () => {
    const heard: (string | null)[] = [];
    await listener.on("runs", () => {
      throw new Error("a bug");
    });
    const stop = await listener.on("runs", (payload) => heard.push(payload));

    await notify(test.db, "runs", "one");
    await vi.waitFor(() => expect(heard).toEqual(["one"]), { timeout: 5000 });
    stop();
    await listener.on("runs", (payload) => heard.push(`other ${payload}`));
    await notify(test.db, "runs", "two");

    await vi.waitFor(() => expect(heard).toEqual(["one", "other two"]), { timeout: 5000 });
  });
});
