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
import { ALIVE, RELOAD, TRIES } from "./test-runbooks.ts";

const LIBRARY = testLibrary([
  runbookOf("tries", TRIES),
  runbookOf(
    "switched",
    `${ALIVE}
  - fix: power
    do: power.on
    with: { switch: $bridge.poweredBy }
    verify: { again: alive, within: 20s }
    undo: { do: power.on, with: { switch: $bridge.poweredBy } }
    next: { failed: { end: undone, note: It stays dead. } }
  - end: fixed`,
  ),
  runbookOf(
    "two-undone",
    `${ALIVE}
  - fix: first
    do: power.on
    with: { switch: $bridge.poweredBy }
    verify: { again: alive }
    undo: { do: power.on, with: { switch: $bridge.poweredBy }, verify: { read: entity.state, with: { entity: $bridge.poweredBy }, expect: { state: "on" } } }
    next: { failed: continue }
  - fix: second
    do: entity.refresh
    with: { entity: $bridge.poweredBy }
    verify: { again: alive }
    undo: { do: power.on, with: { switch: $bridge.poweredBy } }
    next: { failed: { end: undone } }
  - end: fixed`,
  ),
  runbookOf(
    "irreversible-undone",
    `${ALIVE}${RELOAD}
    verify: { again: alive }
    next: { failed: { end: undone } }
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
  home = await buildHome(database.db, { standing: ["reach", "view", "diagnose", "fix"] });
  test.house.setBridge("wedged");
});

afterEach(() => test.close());

const started = (runbook: string) =>
  test.start(home, runbook, { inputs: { service: home.integration, bridge: home.bridge } });

async function attempts(): Promise<unknown[]> {
  return database.db
    .selectFrom("attempt")
    .innerJoin("run", "run.id", "attempt.runId")
    .select(["attempt.step", "attempt.number", "attempt.purpose", "attempt.status"])
    .where("run.siteId", "=", home.siteId)
    .orderBy("attempt.intendedAt")
    .execute();
}

describe("a fix", () => {
  it("is tried again after a verify that failed, as often as it may, each as an attempt of its own", async () => {
    let reloads = 0;
    test.house.effects.set("integration.reload", () => {
      reloads += 1;
      if (reloads === 3) test.house.setBridge("well");
    });
    const runId = await started("tries");

    await test.forward("5m");

    expect(await test.run(runId)).toMatchObject({ outcome: "fixed" });
    expect(await attempts()).toMatchObject([1, 2, 3].map((number) => ({ number, status: "done", purpose: "do" })));
    await expectLogFolds(test, runId);
  });

  it("is not tried a fourth time where three were allowed", async () => {
    test.house.effects.set("integration.reload", () => {});
    const runId = await started("tries");

    await test.forward("10m");

    expect(await test.run(runId)).toMatchObject({ outcome: "not_fixed" });
    expect(test.house.acts).toHaveLength(3);
  });

  it("is not tried again when its verify cannot be told: that ends unclear", async () => {
    test.house.effects.set("integration.reload", () => {
      test.house.reads.set("integration.state", new CaretakerError("gateway_timeout", "It did not answer."));
    });
    const runId = await started("tries");

    await test.forward("10m");

    expect(await test.run(runId)).toMatchObject({ outcome: "unclear", hasUncertainStep: false });
    expect(test.house.acts).toHaveLength(1);
  });

  it("that was perhaps sent is uncertain, and its verify decides", async () => {
    test.house.effects.set("integration.reload", () => {
      test.house.setBridge("well");
      throw new CaretakerError("gateway_timeout", "It did not answer within 120 s.");
    });
    const runId = await started("tries");

    await test.forward("1m");

    expect(await test.run(runId)).toMatchObject({ outcome: "fixed", hasUncertainStep: false });
    expect(await attempts()).toMatchObject([{ status: "uncertain" }]);
    await expectLogFolds(test, runId);
  });

  it("of which nobody can tell what came stays visible as uncertain", async () => {
    test.house.effects.set("integration.reload", () => {
      test.house.reads.delete("integration.state");
      throw new CaretakerError("gateway_lost", "The line was cut.");
    });
    const runId = await started("tries");

    await test.forward("5m");

    expect(await test.run(runId)).toMatchObject({ outcome: "unclear", hasUncertainStep: true });
    expect(dataOf(await test.events(runId), "step.ended")).toMatchObject([{}, { step: "reload", status: "uncertain" }]);
    await expectLogFolds(test, runId);
  });

  it("that the gateway refused is not waited for", async () => {
    test.house.effects.set("integration.reload", () => {
      throw new CaretakerError("step_failed", "It said no.");
    });
    const runId = await started("tries");

    await test.forward("50s");

    expect(await test.run(runId)).toMatchObject({ outcome: "not_fixed" });
    expect(await attempts()).toMatchObject([{ status: "failed" }, { status: "failed" }, { status: "failed" }]);
    expect(await verifyChain(database.db, home.siteId)).toMatchObject({ whole: true });
  });

  it("is left out when what it would fix is well already: to act would prove nothing", async () => {
    const original = test.house.read;
    let reads = 0;
    test.house.read = (...request) => {
      reads += 1;
      if (reads === 2) test.house.setBridge("well");
      return original(...request);
    };
    const runId = await started("tries");

    await test.forward("1m");

    expect(await test.run(runId)).toMatchObject({ outcome: "fixed" });
    expect(test.house.acts).toEqual([]);
    expect(dataOf(await test.events(runId), "step.decided")).toMatchObject([
      { because: expect.stringContaining("well already") },
    ]);
  });

  it("whose target cannot be told is not sent", async () => {
    await database.db.updateTable("device").set({ poweredBy: null }).where("id", "=", home.bridge).execute();
    const runId = await started("switched");

    await test.forward("1m");

    expect(await test.run(runId)).toMatchObject({ outcome: "unclear" });
    expect(test.house.acts).toEqual([]);
    expect(dataOf(await test.events(runId), "step.decided")).toMatchObject([
      { because: "power.on was not sent: $bridge.poweredBy is not known." },
    ]);
  });
});

describe("`end: undone`", () => {
  it("takes back what was done, and verifies it by what the undo means where the runbook does not say", async () => {
    const runId = await started("switched");

    await test.forward("2m");

    expect(await test.run(runId)).toMatchObject({ outcome: "undone", note: "It stays dead." });
    expect(await attempts()).toMatchObject([
      { purpose: "do", status: "done" },
      { purpose: "undo", status: "done" },
    ]);
    expect(dataOf(await test.events(runId), "step.read").at(-1)).toMatchObject({
      purpose: "undo",
      capability: "entity.state",
    });
    await expectLogFolds(test, runId);
  });

  it("takes back the newest first", async () => {
    const runId = await started("two-undone");

    await test.forward("2m");

    const steps = dataOf(await test.events(runId), "fix.intended").map((data) => "step" in data && data.step);
    expect(steps).toEqual(["first", "second", "second", "first"]);
    expect(await test.run(runId)).toMatchObject({ outcome: "undone" });
  });

  it("ends unclear when it is not certain that it was taken back", async () => {
    test.house.reads.set("entity.state", {
      state: "off",
      availability: "online",
      since: "2026-01-01T00:00:00.000Z",
      attributes: {},
    });
    const runId = await started("switched");

    await test.forward("2m");

    expect(await test.run(runId)).toMatchObject({ outcome: "unclear", note: expect.stringContaining("not certain") });
  });

  it("ends unclear after something that cannot be taken back", async () => {
    test.house.effects.set("integration.reload", () => {});
    const runId = await started("irreversible-undone");

    await test.forward("2m");

    expect(await test.run(runId)).toMatchObject({
      outcome: "unclear",
      note: expect.stringContaining("cannot be taken back"),
    });
  });

  it("sends nothing where nothing was done", async () => {
    test.house.effects.set("power.on", () => {
      throw new CaretakerError("step_failed", "It said no.");
    });
    const runId = await started("switched");

    await test.forward("2m");

    expect(await test.run(runId)).toMatchObject({ outcome: "undone" });
    expect(await attempts()).toMatchObject([{ purpose: "do", status: "failed" }]);
  });
});
