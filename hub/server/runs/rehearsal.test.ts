import type { RunId, RunInputs } from "@caretaker/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import type { CrashPoint } from "./deps.ts";
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
import { ALIVE, RELOAD, STUCK, WAITING } from "./test-runbooks.ts";

const LIBRARY = testLibrary([
  runbookOf("stuck", STUCK),
  runbookOf(
    "two-fixes",
    `${ALIVE}
  - fix: power
    do: power.cycle
    with: { switch: $bridge.poweredBy, off: 10s }
    verify: { again: alive, within: 60s }
    undo: { do: power.on, with: { switch: $bridge.poweredBy } }
    next: { failed: { end: undone } }
  - wait: settled
    again: alive
    within: 10m
    next: { fail: { end: not_fixed } }
  - check: better
    again: alive
    next: { fail: { end: not_fixed } }${RELOAD}
    verify: { again: alive, within: 60s }
    next: { failed: { end: not_fixed } }
  - end: fixed`,
    "30m",
  ),
  runbookOf("waiting", `${ALIVE}${WAITING}`, "30m"),
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
  home = await buildHome(database.db, { standing: ["reach", "view", "diagnose", "fix"] });
  test.house.setBridge("wedged");
});

afterEach(() => test.close());

async function rehearse(runbook: string, inputs: RunInputs = things()): Promise<RunId> {
  const reason = "The lights in the hall do not react";
  const { siteId } = home;
  const request = { siteId, runbook: runbook as never, inputs, reason, homeownerAsked: false, actor: SAM };
  const { id, isRehearsal } = await test.runs.start({ ...request, rehearse: true });
  expect(isRehearsal).toBe(true);
  await test.runs.engine.settle();
  return id;
}

function things(): RunInputs {
  return { service: home.integration, bridge: home.bridge };
}

describe("a rehearsal", () => {
  it("makes the checks, says what each fix would do, and does nothing", async () => {
    const runId = await rehearse("stuck");

    expect(test.house.acts).toEqual([]);
    expect(test.messages).toEqual([]);
    expect(dataOf(await test.events(runId), "fix.rehearsed")).toMatchObject([
      {
        step: "reload",
        capability: "integration.reload",
        targetName: "Hue",
        scope: "fix",
        undo: null,
        irreversible: "A reload keeps no earlier state.",
        permission: "standing",
        permissionWords: "fix",
      },
    ]);
    expect(await test.run(runId)).toMatchObject({ status: "finished", outcome: "fixed", isRehearsal: true });
    expect(await database.db.selectFrom("attempt").selectAll().where("runId", "=", runId).execute()).toEqual([]);
    await expectLogFolds(test, runId);
  });

  it("goes on as if the fix had helped, takes what fails then as good, and waits for nothing", async () => {
    const runId = await rehearse("two-fixes");

    const said = await test.events(runId);
    expect(dataOf(said, "fix.rehearsed").map((data) => "step" in data && data.step)).toEqual(["power", "reload"]);
    expect(dataOf(said, "step.ended")).toMatchObject([
      { step: "alive", status: "failed" },
      { step: "power", status: "rehearsed", result: "fixed" },
      { step: "settled", status: "rehearsed", result: "pass" },
      { step: "better", status: "rehearsed", result: "pass" },
      { step: "reload", status: "rehearsed", result: "fixed" },
      { step: "end.fixed" },
    ]);
    expect(test.house.readsMade.filter((read) => read === "integration.state").length).toBeGreaterThanOrEqual(4);
    expect(test.house.acts).toEqual([]);
  });

  it("names whom it would ask, and asks nobody", async () => {
    home = await buildHome(database.db, { standing: ["reach", "view", "diagnose"] });

    const runId = await rehearse("stuck");

    expect(dataOf(await test.events(runId), "fix.rehearsed")).toMatchObject([
      { permission: "asked", permissionWords: expect.stringMatching(/^.+ <.+@.+>$/) },
    ]);
    expect(test.messages).toEqual([]);
    expect((await test.kinds(runId)).filter((kind) => kind.startsWith("consent."))).toEqual([]);
  });

  it("says what stands against a fix", async () => {
    await database.db
      .insertInto("freeze")
      .values({
        kind: "site",
        subject: home.siteId,
        reason: "Painters",
        frozenBy: "person:x Ann",
        frozenAt: new Date(0),
      })
      .execute();

    const runId = await rehearse("stuck");

    expect(dataOf(await test.events(runId), "fix.rehearsed")).toMatchObject([
      { permission: "refused", permissionWords: expect.stringContaining("Painters") },
    ]);
  });

  it("says until when a fix would wait that is not done at night", async () => {
    const night = { timeZone: "UTC", quietFrom: "00:00", quietTo: "23:59" };
    await database.db.updateTable("site").set(night).where("id", "=", home.siteId).execute();

    const runId = await rehearse("stuck");

    expect(dataOf(await test.events(runId), "fix.rehearsed")).toMatchObject([
      { permission: "later", permissionWords: expect.stringMatching(/T23:59:00.000Z$/) },
    ]);
    expect(test.house.acts).toEqual([]);
  });

  it("finds a home that is well as it is, and says nothing of fixes", async () => {
    test.house.setBridge("well");

    const runId = await rehearse("stuck");

    expect(await test.kinds(runId)).not.toContain("fix.rehearsed");
    expect(await test.run(runId)).toMatchObject({ outcome: "healthy" });
  });

  it("really waits where no fix was said before", async () => {
    const runId = await rehearse("waiting");

    expect(await test.run(runId)).toMatchObject({ status: "waiting_for_timer" });
    await test.forward("11m");
    expect(await test.run(runId)).toMatchObject({ status: "finished", outcome: "needs_visit" });
  });

  it("holds up no run, and is held up by none", async () => {
    const real = await test.start(home, "stuck", { inputs: things() });
    const rehearsed = await rehearse("stuck");

    await test.forward("10s");
    expect(await test.run(real)).toMatchObject({ outcome: "fixed" });
    expect(await test.run(rehearsed)).toMatchObject({ status: "finished" });
    expect(test.house.acts).toHaveLength(1);
  });

  it("leaves the gate shut, whatever the engine may try", async () => {
    const real = await test.start(home, "stuck", { inputs: things() });
    Object.assign(test.deps, {
      crash: async (point: CrashPoint) => {
        if (point !== "act.before_intent") return;
        await database.db.updateTable("run").set({ isRehearsal: true }).where("id", "=", real).execute();
      },
    });
    await test.runs.engine.settle();

    expect(await test.kinds(real)).toContain("fix.refused");
    expect(test.house.acts).toEqual([]);
  });
});
