import { CaretakerError } from "@caretaker/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { verifyChain } from "../ledger/read.ts";
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
import { STUCK, WAITING } from "./test-runbooks.ts";

const LIBRARY = testLibrary([
  runbookOf("stuck", STUCK),
  runbookOf(
    "patient",
    `
  - check: alive
    read: integration.state
    with: { integration: $service }
    expect: { unavailable: 0 }
    tries: { times: 3, every: 20s }
    next: { pass: { end: healthy } }
  - end: found`,
  ),
  runbookOf("waiting", WAITING),
  runbookOf(
    "choosing",
    `
  - check: alive
    read: integration.state
    with: { integration: $service }
    expect: { state: loaded, unavailable: 0 }
    next: { unknown: continue }
  - choose: cause
    cases:
      - when: { $alive.needsSignIn: true }
        then: { end: needs_homeowner }
      - when: { $bridge.poweredBy: { exists: false } }
        then: { end: needs_visit }
      - when: { any: [ { $alive: pass }, { $alive.reason: nobody } ] }
        then: { end: healthy }
    else: { end: found }`,
  ),
  runbookOf(
    "skipping",
    `
  - check: alive
    read: integration.state
    with: { integration: $service }
    expect: { unavailable: 0 }
  - check: box
    if: { $alive: fail }
    read: device.state
    with: { device: $bridge }
    expect: { availability: online }
    next: { fail: { end: found } }
  - end: healthy`,
  ),
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
});

afterEach(async () => {
  await test.close();
});

const started = (runbook: string) =>
  test.start(home, runbook, { inputs: { service: home.integration, bridge: home.bridge } });

describe("a run", () => {
  it("that finds all well ends healthy and does nothing", async () => {
    const runId = await started("stuck");

    await test.forward("1m");

    expect(await test.run(runId)).toMatchObject({ status: "finished", outcome: "healthy" });
    expect(test.house.acts).toEqual([]);
    await expectLogFolds(test, runId);
  });

  it("fixes once, proves it, and writes down what was measured before and after", async () => {
    test.house.setBridge("wedged");
    const runId = await started("stuck");

    await test.forward("2m");

    expect(await test.run(runId)).toMatchObject({
      status: "finished",
      outcome: "fixed",
      wakeAt: null,
      claimedBy: null,
    });
    expect(test.house.acts).toMatchObject([{ capability: "integration.reload", input: { integration: "hue" } }]);
    expect(dataOf(await test.events(runId), "step.read")).toMatchObject([
      { purpose: "check", result: "fail", input: { integration: "Hue" } },
      {
        purpose: "before",
        result: "fail",
        measurements: [{ field: "unavailable", value: 7, expected: "0", met: false }],
      },
      { purpose: "verify", result: "pass" },
      { purpose: "verify", result: "pass", measurements: [{ field: "unavailable", value: 0, met: true }] },
    ]);
    await expectLogFolds(test, runId);
  });

  it("leaves a ledger that holds: started, intended, done, finished", async () => {
    test.house.setBridge("wedged");
    await started("stuck");

    await test.forward("2m");

    const entries = await database.db
      .selectFrom("ledgerEntry")
      .select(["event", "actor"])
      .where("chain", "=", home.siteId)
      .orderBy("number")
      .execute();
    expect(entries.map(({ event }) => event)).toEqual(["run.started", "act.intended", "act.done", "run.finished"]);
    expect(entries[1]?.actor).toMatch(/^person:\S+$/);
    expect(await verifyChain(database.db, home.siteId)).toMatchObject({ whole: true });
  });

  it("goes where a failed verify leads, with its note", async () => {
    test.house.setBridge("wedged");
    test.house.effects.set("integration.reload", () => {});
    const runId = await started("stuck");

    await test.forward("3m");

    expect(await test.run(runId)).toMatchObject({ outcome: "not_fixed", note: "Bring a new one." });
    expect(test.house.acts).toHaveLength(1);
    await expectLogFolds(test, runId);
  });

  it("ends unclear when what it reads is not available here", async () => {
    test.house.reads.delete("integration.state");
    const runId = await started("stuck");

    await test.forward("1m");

    expect(await test.run(runId)).toMatchObject({ outcome: "unclear" });
    expect(test.house.acts).toEqual([]);
  });

  it("whose kept runbook cannot be read ends, and says so", async () => {
    const runId = await started("stuck");
    const digest = `of a newer hub ${runId}`;
    await database.db
      .insertInto("runbookVersion")
      .values({
        digest,
        id: "stuck",
        version: 2,
        document: JSON.stringify({ id: "stuck" }),
        source: "",
        keptAt: new Date(),
      })
      .execute();
    await database.db.updateTable("run").set({ digest }).where("id", "=", runId).execute();
    Object.assign(test.deps, { log: { info() {}, warn() {}, error() {} } });

    await test.forward("1m");

    expect(await test.run(runId)).toMatchObject({
      outcome: "unclear",
      note: expect.stringContaining("cannot be read by this hub"),
    });
    await expectLogFolds(test, runId);
  });

  it("whose kept runbook does or reads what this hub does not know ends, sends nothing, and says so", async () => {
    for (const field of ["do", "read"]) {
      test.house.setBridge("wedged");
      const runId = await started("stuck");
      const { digest } = await test.run(runId);
      const { document } = await database.db
        .selectFrom("runbookVersion")
        .select("document")
        .where("digest", "=", digest)
        .executeTakeFirstOrThrow();
      const newer = JSON.parse(JSON.stringify(document)) as { steps: Record<string, unknown>[] };
      for (const step of newer.steps) if (field in step) step[field] = "lock.unlock";
      await database.db
        .insertInto("runbookVersion")
        .values({
          digest: runId,
          id: "stuck",
          version: 2,
          document: JSON.stringify(newer),
          source: "",
          keptAt: new Date(),
        })
        .execute();
      await database.db.updateTable("run").set({ digest: runId }).where("id", "=", runId).execute();

      await test.forward("1m");

      expect(await test.run(runId)).toMatchObject({ outcome: "unclear" });
      expect(JSON.stringify(await test.events(runId))).toContain("this hub knows no lock.unlock");
      expect(test.house.acts).toEqual([]);
    }
  });

  it("reads nothing where the homeowner took back that anybody may look", async () => {
    await database.db.deleteFrom("standingConsent").where("scope", "!=", "reach").execute();
    const runId = await started("stuck");

    await test.forward("1m");

    expect(await test.run(runId)).toMatchObject({ outcome: "unclear" });
    expect(test.house.readsMade).toEqual([]);
    const [read] = dataOf(await test.events(runId), "step.read");
    expect(read).toMatchObject({ result: "unknown", error: expect.stringContaining("does not allow") });
  });

  it("reads nothing from the moment on at which what was agreed has ended", async () => {
    const now = test.clock.now().getTime();
    const until = (moment: number) =>
      database.db
        .updateTable("standingConsent")
        .set({ until: new Date(moment) })
        .execute();
    await until(now + 60_000);
    await started("stuck");
    await test.forward("5s");
    expect(test.house.readsMade.length).toBeGreaterThan(0);
    test.house.readsMade.length = 0;

    await until(now);
    const runId = await started("stuck");
    await test.forward("1m");

    expect(await test.run(runId)).toMatchObject({ outcome: "unclear" });
    expect(test.house.readsMade).toEqual([]);
  });
});

describe("a check", () => {
  it("is tried again as often as it may be, and passes as soon as it passes", async () => {
    test.house.setBridge("wedged");
    const runId = await started("patient");

    await test.forward("10s");
    expect(await test.run(runId)).toMatchObject({ status: "waiting_for_timer" });
    test.house.setBridge("well");
    await test.forward("15s");

    expect(await test.run(runId)).toMatchObject({ outcome: "healthy" });
    await expectLogFolds(test, runId);
  });

  it("fails when it has failed as often as it may be tried", async () => {
    test.house.setBridge("wedged");
    const runId = await started("patient");

    await test.forward("1m");

    expect(await test.run(runId)).toMatchObject({ outcome: "found" });
    expect(test.house.readsMade).toHaveLength(3);
  });
});

describe("a wait", () => {
  it("goes on once it has held long enough, and holds no worker meanwhile", async () => {
    test.house.setBridge("wedged");
    const runId = await started("waiting");

    await test.forward("2m");
    expect(await test.run(runId)).toMatchObject({ status: "waiting_for_timer", claimedBy: null });
    expect((await test.run(runId)).waitingWhy).toContain("unavailable is 7, expected 0");
    test.house.setBridge("well");
    await test.forward("25s");
    expect(await test.run(runId)).toMatchObject({ status: "waiting_for_timer" });
    await test.forward("25s");

    expect(await test.run(runId)).toMatchObject({ outcome: "healthy" });
    await expectLogFolds(test, runId);
  });

  it("begins to count anew when it does not hold for a moment", async () => {
    const runId = await started("waiting");

    await test.forward("20s");
    test.house.setBridge("wedged");
    await test.forward("11s");
    test.house.setBridge("well");
    await test.forward("20s");
    expect(await test.run(runId)).toMatchObject({ status: "waiting_for_timer" });
    await test.forward("30s");

    expect(await test.run(runId)).toMatchObject({ outcome: "healthy" });
  });

  it("fails when its time is over, and does not go on as if it had come true", async () => {
    test.house.setBridge("wedged");
    const runId = await started("waiting");

    await test.forward("11m");

    expect(await test.run(runId)).toMatchObject({ outcome: "needs_visit", note: "Bring a new one." });
    await expectLogFolds(test, runId);
  });

  it("survives a restart of the hub that lasts longer than it: one more look decides", async () => {
    test.house.setBridge("wedged");
    const runId = await started("waiting");
    await test.forward("1m");
    await test.runs.close();
    await test.clock.forward("3d");
    test.house.setBridge("well");

    const later = test.another();
    await test.forward("1m", later);

    expect(await test.run(runId)).toMatchObject({ outcome: "healthy" });
    await later.runs.close();
  });

  it("writes the same reading down once, however often it looks", async () => {
    test.house.setBridge("wedged");
    const runId = await started("waiting");

    await test.forward("11m");

    expect(test.house.readsMade.length).toBeGreaterThan(50);
    expect(dataOf(await test.events(runId), "step.read")).toHaveLength(2);
  });
});

describe("a choice", () => {
  it("takes the first case that is not false", async () => {
    test.house.setBridge("signed_out");
    const signedOut = await started("choosing");
    await test.forward("1s");
    test.house.setBridge("wedged");
    await database.db.updateTable("device").set({ poweredBy: null }).execute();
    const noSwitch = await started("choosing");
    await test.forward("1s");

    expect(await test.run(signedOut)).toMatchObject({ outcome: "needs_homeowner" });
    expect(await test.run(noSwitch)).toMatchObject({ outcome: "needs_visit" });
    expect(dataOf(await test.events(noSwitch), "step.decided")).toMatchObject([
      { branch: "case 2", because: "$bridge.poweredBy is absent, expected absent" },
    ]);
  });

  it("takes `else` only when every case is false", async () => {
    test.house.setBridge("wedged");
    test.house.reads.set("integration.state", {
      state: "loaded",
      reason: "dead",
      needsSignIn: false,
      unavailable: 7,
      entities: 7,
    });
    const runId = await started("choosing");

    await test.forward("1s");

    expect(await test.run(runId)).toMatchObject({ outcome: "found" });
  });

  it("does not choose when the first case that is not false cannot be told", async () => {
    test.house.reads.set("integration.state", new CaretakerError("gateway_timeout", "It did not answer."));
    const runId = await started("choosing");

    await test.forward("1s");

    expect(await test.run(runId)).toMatchObject({ outcome: "unclear" });
    expect(dataOf(await test.events(runId), "step.decided")).toMatchObject([{ branch: "unknown" }]);
  });
});

describe("an `if`", () => {
  it("that is false skips its step", async () => {
    const runId = await started("skipping");

    await test.forward("1s");

    expect(await test.run(runId)).toMatchObject({ outcome: "healthy" });
    expect(dataOf(await test.events(runId), "step.ended")).toMatchObject([
      { step: "alive" },
      { step: "box", status: "skipped" },
      { step: "end.healthy" },
    ]);
  });

  it("that is true lets it run", async () => {
    test.house.setBridge("wedged");
    const runId = await started("skipping");

    await test.forward("1s");

    expect(await test.run(runId)).toMatchObject({ outcome: "found" });
  });
});

describe("the limit", () => {
  it("ends a run that works longer than it may, and says so", async () => {
    test.house.setBridge("wedged");
    const runId = await started("waiting");
    await database.db
      .updateTable("run")
      .set({ startedAt: new Date(test.clock.now().getTime() - 3_600_000) })
      .where("id", "=", runId)
      .execute();
    await test.forward("1s");
    await database.db
      .updateTable("run")
      .set({ startedAt: new Date(test.clock.now().getTime() - 3_600_000) })
      .where("id", "=", runId)
      .execute();

    await test.forward("20s");

    expect(await test.run(runId)).toMatchObject({
      outcome: "unclear",
      note: "It took longer than its limit of 15 min.",
    });
  });
});
