import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import {
  buildHome,
  createTestRuns,
  expectLogFolds,
  runbookOf,
  type TestHome,
  type TestRuns,
  testLibrary,
} from "./test-helpers.ts";
import { STUCK } from "./test-runbooks.ts";

const LIBRARY = testLibrary([runbookOf("stuck", STUCK)]);

let database: TestDatabase;
let test: TestRuns;
let home: TestHome;

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  test = createTestRuns(database.db, LIBRARY);
  home = await buildHome(database.db, { standing: ["diagnose"] });
  test.house.setBridge("wedged");
});
afterEach(() => test.close());

async function agreed(): Promise<Awaited<ReturnType<typeof test.start>>> {
  const runId = await test.start(home, "stuck", { inputs: { service: home.integration, bridge: home.bridge } });
  await test.forward("10s");
  const token = test.token();
  const { proposalCode } = await test.link.view(token);
  const window = { from: "2026-11-24T09:00:00.000Z", to: "2026-11-24T11:00:00.000Z" };
  await test.link.answer({ token, answer: "another_time", proposalCode, window });
  await test.forward("10s");
  return runId;
}

describe("a run whose homeowner chose a time", () => {
  it("waits for it without a worker and without its locks, and begins when it comes", async () => {
    const runId = await agreed();

    expect(await test.run(runId)).toMatchObject({ status: "waiting_for_window", claimedBy: null });
    expect(await locksOf(runId)).toBe(0);
    await test.forward("38h");
    expect(test.house.acts).toEqual([]);
    await test.forward("2h");

    expect(test.house.acts).toHaveLength(1);
    expect(await test.run(runId)).toMatchObject({ status: "finished", outcome: "fixed" });
    await expectLogFolds(test, runId);
  });

  it("ends with the reason when the time was missed, and does nothing", async () => {
    const runId = await agreed();

    await test.clock.forward("42h");
    await test.forward("10s");

    expect(test.house.acts).toEqual([]);
    expect(await test.run(runId)).toMatchObject({
      outcome: "not_fixed",
      note: expect.stringContaining("The time that the homeowner chose passed"),
    });
  });

  it("ends at once when it is stopped while it waits", async () => {
    const runId = await agreed();

    await test.link.stop(test.token());
    await test.forward("10s");

    expect(await test.run(runId)).toMatchObject({ status: "finished", outcome: "refused" });
    expect(test.house.acts).toEqual([]);
  });
});

async function locksOf(runId: string): Promise<number> {
  return (await database.db.selectFrom("siteLock").select("lock").where("runId", "=", runId).execute()).length;
}
