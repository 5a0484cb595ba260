import { setTimeout as pass } from "node:timers/promises";
import { CaretakerError } from "@caretaker/protocol";
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
import { STUCK, WAITING } from "./test-runbooks.ts";

const LIBRARY = testLibrary([runbookOf("stuck", STUCK), runbookOf("waiting", WAITING)]);

let database: TestDatabase;
let test: TestRuns;
let home: TestHome;

beforeAll(async () => {
  database = await testDatabase();
});

afterAll(() => database.drop());

beforeEach(async () => {
  test = createTestRuns(database.db, LIBRARY);
  home = await buildHome(database.db, { standing: ["fix"] });
  test.house.setBridge("wedged");
});

afterEach(() => test.close());

const started = (runbook: string) =>
  test.start(home, runbook, { inputs: { service: home.integration, bridge: home.bridge } });

describe("the clock", () => {
  const jump = (milliseconds: number): void => {
    Object.assign(test.deps, { now: async () => new Date(test.clock.now().getTime() + milliseconds) });
  };

  it("jumping a day ahead ends a wait by one more look, and not by its deadline alone", async () => {
    const runId = await started("waiting");
    await test.forward("1m");
    test.house.setBridge("well");

    jump(86_400_000);
    for (let seconds = 0; seconds < 8; seconds += 1) {
      await test.clock.forward("6s");
      await test.runs.engine.settle();
    }

    expect(await test.run(runId)).toMatchObject({ outcome: "healthy" });
    await expectLogFolds(test, runId);
  });

  it("jumping back an hour fires nothing early and nothing twice", async () => {
    const runId = await started("stuck");
    await test.runs.engine.settle();
    const acts = test.house.acts.length;

    jump(-3_600_000);
    await test.clock.forward("10s");
    await test.runs.engine.settle();
    expect(await test.run(runId)).toMatchObject({ status: "waiting_for_timer" });
    for (let minutes = 0; minutes < 62; minutes += 1) {
      await test.clock.forward("1m");
      await test.runs.engine.settle();
    }

    expect(await test.run(runId)).toMatchObject({ outcome: "fixed" });
    expect(test.house.acts).toHaveLength(acts);
    await expectLogFolds(test, runId);
  });
});

describe("a database that goes away", () => {
  it("for a moment loses no run and does nothing twice", async () => {
    const gone = new CaretakerError("database_unavailable", "The database does not answer.");
    const { now } = test.deps;
    let calls = 0;
    let gap = 1;
    Object.assign(test.deps, {
      log: { info() {}, warn() {}, error() {} },
      now: async (db: typeof test.db) => {
        calls += 1;
        // Away for one question at many different moments, ever later in the turns of the run.
        if (calls === gap) {
          calls = 0;
          gap += 1;
          throw gone;
        }
        return now(db);
      },
    });
    const runId = await started("stuck").catch(() => started("stuck"));

    for (let seconds = 0; seconds < 60; seconds += 1) {
      // It may itself be waiting for the clock, to write down what became of an act.
      await Promise.race([test.runs.engine.settle().catch(() => {}), pass(100)]);
      await test.clock.forward("6s");
    }

    expect(await test.run(runId)).toMatchObject({ outcome: expect.stringMatching(/^(fixed|unclear)$/) });
    const sent = test.house.acts.map(({ attemptId }) => attemptId);
    expect(new Set(sent).size).toBe(sent.length);
    expect(sent.length).toBeLessThanOrEqual(1);
    await expectLogFolds(test, runId);
  });
});
