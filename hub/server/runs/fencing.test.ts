import { setTimeout as pass } from "node:timers/promises";
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

const LIBRARY = testLibrary([
  runbookOf(
    "stuck",
    `
  - check: alive
    read: integration.state
    with: { integration: $service }
    expect: { unavailable: 0 }
    next: { pass: { end: healthy } }
  - fix: reload
    do: integration.reload
    with: { integration: $service }
    irreversible: A reload keeps no earlier state.
    verify: { again: alive, within: 10s }
    next: { failed: { end: not_fixed } }
  - end: fixed`,
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
  home = await buildHome(database.db, { standing: ["fix"] });
  test.house.setBridge("wedged");
});

afterEach(() => test.close());

const started = (at = home) => test.start(at, "stuck", { inputs: { service: at.integration } });

describe("two hubs on one database", () => {
  it("never do the same step twice, whichever of them is quicker", async () => {
    // They share one house, so none may mend it for another.
    test.house.effects.set("integration.reload", () => {});
    const homes = await Promise.all(Array.from({ length: 8 }, () => buildHome(database.db, { standing: ["fix"] })));
    const runIds = await Promise.all(homes.map(started));
    const hubs = [test, test.another(), test.another()];

    for (let seconds = 0; seconds < 20; seconds += 1) {
      await Promise.all(hubs.map((hub) => hub.runs.engine.settle()));
      await test.clock.forward("1s");
    }

    for (const runId of runIds) {
      expect(await test.run(runId)).toMatchObject({ outcome: "not_fixed" });
      await expectLogFolds(test, runId);
    }
    const attempts = await database.db.selectFrom("attempt").select("id").where("runId", "in", runIds).execute();
    expect(test.house.acts).toHaveLength(attempts.length);
    expect(new Set(test.house.acts.map(({ attemptId }) => attemptId)).size).toBe(attempts.length);
    for (const hub of hubs.slice(1)) await hub.runs.close();
  });

  it.each([
    ["another hub", () => test.another()],
    ["the same hub once more", () => test],
  ])("refuse what was held up, once %s has taken over", async (_, takeOver) => {
    let letGo = (): void => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    test.house.effects.set("integration.reload", async () => {
      await held;
      test.house.setBridge("well");
    });
    const runId = await started();
    const slow = test.runs.engine.settle();
    await expect.poll(() => test.house.acts.length, { timeout: 5000 }).toBe(1);
    // Held up as a stopped process is: it does not renew its claim.
    const past = test.clock.now();
    await database.db.updateTable("run").set({ claimedUntil: past, wakeAt: past }).where("id", "=", runId).execute();

    const other = takeOver();
    const taken = other.runs.engine.settle();
    await expect.poll(async () => (await test.kinds(runId)).includes("fix.uncertain"), { timeout: 5000 }).toBe(true);
    letGo();
    await Promise.all([slow, taken]);
    await test.forward("1m", other);

    expect((await test.run(runId)).fencing).toBeGreaterThan(1);
    expect(test.house.acts).toHaveLength(1);
    const attempts = await database.db.selectFrom("attempt").selectAll().where("runId", "=", runId).execute();
    expect(attempts).toMatchObject([{ status: "uncertain" }]);
    expect(await test.kinds(runId)).not.toContain("fix.sent");
    expect(await test.run(runId)).toMatchObject({ outcome: "fixed" });
    await expectLogFolds(test, runId);
    if (other !== test) await other.runs.close();
  });

  it("send what comes after a read that took longer than a claim lasts, since the claim was kept meanwhile", async () => {
    const read = test.house.read;
    let reads = 0;
    test.house.read = async (...request) => {
      reads += 1;
      for (let seconds = 0; reads === 2 && seconds < 40; seconds += 5) {
        await test.clock.forward("5s");
        await pass(20);
      }
      return read(...request);
    };
    const runId = await started();

    await test.forward("1m");

    expect(await test.run(runId)).toMatchObject({ outcome: "fixed" });
    expect(test.house.acts).toHaveLength(1);
  });

  it("do not send what was intended when the claim ran out before it could be sent", async () => {
    const runId = await started();
    Object.assign(test.deps, {
      crash: async (point: string) => {
        // Stopped between the intent and the sending for longer than a claim lasts, with nobody to renew it.
        if (point === "act.after_intent") await test.clock.forward("31s");
      },
    });
    const renewals = test.deps.clock.after;
    Object.assign(test.deps, { clock: { ...test.deps.clock, after: () => () => {} } });

    await test.runs.engine.settle();
    Object.assign(test.deps, { clock: { ...test.deps.clock, after: renewals } });

    expect(test.house.acts).toEqual([]);
    await expectLogFolds(test, runId);
  });
});

describe("an engine that runs by itself", () => {
  it("finds what is due without being told, and wakes when the time comes", async () => {
    const runId = await started();
    test.runs.engine.start();

    await expect
      .poll(
        async () => {
          await test.clock.forward("1s");
          return (await test.run(runId)).status;
        },
        { timeout: 15_000 },
      )
      .toBe("finished");

    expect(await test.run(runId)).toMatchObject({ outcome: "fixed" });
  });

  it("gives back what it has when it is closed, and another goes on", async () => {
    const runId = await started();
    await test.runs.engine.settle();
    await test.runs.close();
    expect(await test.run(runId)).toMatchObject({ claimedBy: null });

    const other = test.another();
    await test.forward("1m", other);

    expect(await test.run(runId)).toMatchObject({ outcome: "fixed" });
    await other.runs.close();
  });

  it("tries again after an error of its own, and gives up visibly when it stays", async () => {
    const runId = await started();
    Object.assign(test.deps, { log: { info() {}, warn() {}, error() {} } });
    test.house.read = () => {
      throw new TypeError("A mistake of the hub");
    };

    await test.forward("1m");

    expect(await test.run(runId)).toMatchObject({
      outcome: "unclear",
      note: expect.stringContaining("an error of its own"),
    });
    await expectLogFolds(test, runId);
  });
});
