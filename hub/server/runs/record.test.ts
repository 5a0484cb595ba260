import type { RunId } from "@caretaker/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { claimDue } from "./claim.ts";
import { type RunRow, recordIfUnchanged } from "./record.ts";
import {
  buildHome,
  createTestRuns,
  expectLogFolds,
  runbookOf,
  SAM,
  type TestRuns,
  testLibrary,
} from "./test-helpers.ts";

const LIBRARY = testLibrary([
  runbookOf(
    "look",
    "\n  - check: alive\n    read: gateway.info\n    expect: { version: { exists: true } }\n  - end: healthy",
  ),
]);

describe("what is written without a lock", () => {
  let database: TestDatabase;
  let test: TestRuns;
  let runId: RunId;
  let row: RunRow;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    test = createTestRuns(database.db, LIBRARY);
    runId = await test.start(await buildHome(database.db, { standing: ["view"] }), "look");
    const claimed = await claimDue(test.deps);
    if (claimed === undefined) throw new Error("The run is not due.");
    row = claimed.run;
  });
  afterEach(() => test.close());

  const begin = () => recordIfUnchanged(test.db, row, test.clock.now(), { events: [{ kind: "run.started" }] });

  it("is the row and its events, at once", async () => {
    const written = await begin();

    expect(written?.row.status).toBe("running");
    expect(written?.announcements).toMatchObject([{ type: "run.stepped", run: { status: "running" } }]);
    expect(await test.kinds(runId)).toEqual(["run.queued", "run.started"]);
    await expectLogFolds(test, runId);
  });

  it("is nothing when somebody else has written to the run meanwhile", async () => {
    await test.runs.cancel({ runId, reason: "A mistake", actor: SAM });

    expect(await begin()).toBeNull();
    expect(await test.kinds(runId)).toEqual(["run.queued", "run.stop_requested"]);
    await expectLogFolds(test, runId);
  });

  it("is nothing when another hub has taken the run over", async () => {
    const due = { claimedUntil: null, wakeAt: test.clock.now() };
    await test.db.updateTable("run").set(due).where("id", "=", runId).execute();
    await claimDue(test.another().deps);

    expect(await begin()).toBeNull();
    expect(await test.kinds(runId)).toEqual(["run.queued"]);
  });

  it("is never the end of a run, which goes into the ledger", async () => {
    const end = recordIfUnchanged(test.db, row, test.clock.now(), {
      events: [{ kind: "run.started" }, { kind: "run.finished", outcome: "healthy" }],
    });

    await expect(end).rejects.toThrow("needs a transaction");
  });
});
