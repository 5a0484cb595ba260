import type { PersonId, RunId } from "@caretaker/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { voidGrants } from "../consent/void-grants.ts";
import { transaction } from "../db/database.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { endWorkOf } from "./shut-out.ts";
import {
  buildHome,
  createTestRuns,
  dataOf,
  expectLogFolds,
  runbookOf,
  type TestHome,
  type TestRuns,
  testLibrary,
} from "./test-helpers.ts";

/** Who starts the runs of these tests. */
const SAM_ID = "019aa000-0000-7000-8000-0000000000aa";

const LIBRARY = testLibrary([
  runbookOf(
    "reloading",
    `
  - fix: reload
    do: integration.reload
    with: { integration: $service }
    irreversible: A reload keeps no earlier state.
    verify: { read: integration.state, with: { integration: $service }, expect: { unavailable: 0 }, within: 60s }
    next: { failed: { end: not_fixed } }
  - end: fixed`,
  ),
]);

describe("somebody who is shut out", () => {
  let database: TestDatabase;
  let test: TestRuns;
  let home: TestHome;
  let runId: RunId;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    test = createTestRuns(database.db, LIBRARY);
    home = await buildHome(database.db, { standing: ["reach", "view", "diagnose"] });
    test.house.setBridge("wedged");
    runId = await test.start(home, "reloading", { inputs: { service: home.integration } });
    await test.forward("5s");
    expect(await test.run(runId)).toMatchObject({ status: "waiting_for_consent" });
  });
  afterEach(() => test.close());

  const shutOut = (personId: string) =>
    transaction(database.db, (trx) =>
      endWorkOf({ voidGrants }, trx, {
        personId: personId as PersonId,
        name: "Sam Jansen",
        by: "person:ann Ann",
        now: test.clock.now(),
      }),
    );
  const request = () =>
    database.db.selectFrom("consentRequest").select("status").where("runId", "=", runId).executeTakeFirstOrThrow();

  it("has nothing more done in his name: what was allowed for it has ended, and each ledger says why", async () => {
    await test.answer("allow");

    const announcements = await shutOut(SAM_ID);
    await test.forward("1m");

    expect(test.house.acts).toEqual([]);
    expect(await request()).toEqual({ status: "expired" });
    expect(await test.run(runId)).toMatchObject({
      status: "cancelled",
      stopReason: "Sam Jansen may no longer sign in.",
    });
    expect(announcements.map(({ type }) => type)).toContain("run.due");
    const entries = await database.db
      .selectFrom("ledgerEntry")
      .innerJoin("ledgerPayload", (join) =>
        join
          .onRef("ledgerPayload.chain", "=", "ledgerEntry.chain")
          .onRef("ledgerPayload.number", "=", "ledgerEntry.number"),
      )
      .select(["event", "payload"])
      .where("ledgerEntry.chain", "=", home.siteId)
      .where("event", "=", "consent.ended")
      .execute();
    expect(entries).toMatchObject([{ payload: expect.stringContaining("may no longer sign in") }]);
    await expectLogFolds(test, runId);
  });

  it("leaves the homeowner a page that says so, with what was done until then", async () => {
    test.house.acts.length = 0;
    test.house.setBridge("wedged");
    const token = test.token();
    await test.answer("allow");
    await shutOut(SAM_ID);
    await test.forward("1m");

    expect(await test.link.view(token)).toMatchObject({
      status: "over",
      canStop: false,
      ended: expect.stringMatching(/whoever asked for it may no longer work for us/),
      progress: { state: "done", outcome: expect.stringMatching(/stopped/), steps: [{}, {}] },
    });
  });

  it("has his question closed before anybody answers it", async () => {
    await shutOut(SAM_ID);
    await test.forward("1m");

    await expect(test.answer("allow")).rejects.toThrow();
    expect(test.house.acts).toEqual([]);
  });

  it("leaves the work of colleagues alone", async () => {
    await shutOut("019aa000-0000-7000-8000-0000000000bb");
    await test.answer("allow");
    await test.forward("1m");

    expect(dataOf(await test.events(runId), "fix.sent")).toHaveLength(1);
    expect(await test.run(runId)).toMatchObject({ outcome: "fixed" });
  });
});
