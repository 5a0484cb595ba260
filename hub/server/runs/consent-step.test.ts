import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import {
  buildHome,
  createTestRuns,
  dataOf,
  expectLogFolds,
  runbookOf,
  SAM,
  type TestHome,
  type TestRuns,
  testLibrary,
} from "./test-helpers.ts";

const FIXES = `
  - check: alive
    read: integration.state
    with: { integration: $service }
    expect: { unavailable: 0 }
    next: { pass: { end: healthy } }
  - fix: power
    do: power.cycle
    with: { switch: $bridge.poweredBy, off: 10s }
    verify: { again: alive, within: 20s }
    undo: { do: power.on, with: { switch: $bridge.poweredBy } }
    next: { failed: continue }
  - fix: reload
    if: { $power: failed }
    do: integration.reload
    with: { integration: $service }
    irreversible: A reload keeps no earlier state.
    verify: { again: alive, within: 60s }
    next: { failed: { end: not_fixed } }
  - end: fixed`;
const consent = (more = ""): string => `
  - consent: first
    tell: The lights in the hall will not answer for a minute.${more}`;

const LIBRARY = testLibrary([
  runbookOf("asks-first", `${consent("\n    within: 2h")}${FIXES}`),
  runbookOf("names-no", `${consent("\n    next: { refused: { end: needs_homeowner } }")}${FIXES}`),
]);

let database: TestDatabase;
let test: TestRuns;
let home: TestHome;

beforeAll(async () => {
  database = await testDatabase();
});

afterAll(() => database.drop());

beforeEach(async () => {
  test = createTestRuns(database.db, LIBRARY);
  home = await buildHome(database.db);
  test.house.setBridge("wedged");
});

afterEach(() => test.close());

async function started(runbook = "asks-first") {
  const runId = await test.start(home, runbook, { inputs: { service: home.integration, bridge: home.bridge } });
  await test.forward("10s");
  return runId;
}

const ended = async (runId: Parameters<TestRuns["run"]>[0]) => dataOf(await test.events(runId), "step.ended")[0];

describe("a consent step", () => {
  it("asks before anything is looked at, for all fixes that can come, with what it tells", async () => {
    const runId = await started();

    expect(await test.run(runId)).toMatchObject({ status: "waiting_for_consent", step: "first", claimedBy: null });
    expect(test.house.readsMade).toEqual([]);
    const { proposal } = await database.db
      .selectFrom("consentRequest")
      .select("proposal")
      .where("runId", "=", runId)
      .executeTakeFirstOrThrow();
    expect(proposal.acts.map(({ step }) => step)).toEqual(["power", "reload"]);
    expect(test.messages[0]?.text).toContain("The lights in the hall will not answer for a minute.");
    await expectLogFolds(test, runId);
  });

  it("goes on after a yes, and no fix that was part of it asks again", async () => {
    const runId = await started();
    test.house.effects.set("power.cycle", () => {});

    await test.answer("allow");
    await test.forward("3m");

    expect(await ended(runId)).toMatchObject({ step: "first", status: "allowed", result: "allowed", to: "alive" });
    expect(await test.run(runId)).toMatchObject({ outcome: "fixed" });
    expect(test.house.acts.map(({ capability }) => capability)).toEqual(["power.cycle", "integration.reload"]);
    expect(test.messages).toHaveLength(1);
    await expectLogFolds(test, runId);
  });

  it("asks nobody where all of it is allowed already", async () => {
    test.house.capabilities["power.cycle"] = { ...test.house.capabilities["power.cycle"]!, scope: "fix" };
    home = await buildHome(database.db, { standing: ["fix"] });

    const runId = await started();

    expect(await ended(runId)).toMatchObject({ status: "allowed" });
    expect(await test.run(runId)).toMatchObject({ outcome: "fixed" });
    expect(test.messages).toEqual([]);
  });

  it.each(["no", "another_time"] as const)("ends refused after %s, and nothing is done", async (answer) => {
    const runId = await started();

    await test.answer(answer);
    await test.forward("1m");

    expect(await test.run(runId)).toMatchObject({ status: "finished", outcome: "refused" });
    expect(test.house.acts).toEqual([]);
    await expectLogFolds(test, runId);
  });

  it("goes where it says after a no that it names", async () => {
    const runId = await started("names-no");

    await test.answer("no");
    await test.forward("1m");

    expect(await test.run(runId)).toMatchObject({ outcome: "needs_homeowner" });
  });

  it("waits as long as it says and no longer: then nobody answered, and nothing is done", async () => {
    const runId = await started();

    await test.forward("119m");
    expect(await test.run(runId)).toMatchObject({ status: "waiting_for_consent" });
    await test.forward("1m");

    expect(await ended(runId)).toMatchObject({ status: "unanswered", result: "expired" });
    expect(await test.run(runId)).toMatchObject({ status: "finished", outcome: "no_answer" });
    expect(test.house.acts).toEqual([]);
    await expectLogFolds(test, runId);
  });

  it("ends at once where the run is stopped while it asks", async () => {
    const runId = await started();

    await test.runs.cancel({ runId, actor: SAM, reason: "Wrong home" });
    await test.forward("1m");

    expect(await test.run(runId)).toMatchObject({ status: "cancelled" });
  });
});
