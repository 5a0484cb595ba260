import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { verifyChain } from "../ledger/read.ts";
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

const POWER = runbookOf(
  "cycling",
  `
  - check: alive
    read: integration.state
    with: { integration: $service }
    expect: { unavailable: 0 }
    next: { pass: { end: healthy } }
  - fix: power
    do: power.cycle
    with: { switch: $bridge.poweredBy, off: 10s }
    verify: { again: alive, within: 60s, holds: 5s }
    undo: { do: power.on, with: { switch: $bridge.poweredBy } }
    next: { failed: continue }
  - fix: reload
    if: { $power: failed }
    do: integration.reload
    with: { integration: $service }
    irreversible: A reload keeps no earlier state.
    verify: { again: alive, within: 60s }
    next: { failed: { end: not_fixed } }
  - end: fixed`,
);

let database: TestDatabase;
let test: TestRuns;
let home: TestHome;

beforeAll(async () => {
  database = await testDatabase();
});

afterAll(() => database.drop());

beforeEach(async () => {
  test = createTestRuns(database.db, testLibrary([POWER]));
  home = await buildHome(database.db);
  test.house.setBridge("wedged");
});

afterEach(() => test.close());

async function asked(homeownerAsked = false) {
  const inputs = { service: home.integration, bridge: home.bridge };
  const runId = await test.start(home, "cycling", { inputs, homeownerAsked });
  await test.forward("10s");
  return runId;
}

const events = async () =>
  (
    await database.db
      .selectFrom("ledgerEntry")
      .select("event")
      .where("chain", "=", home.siteId)
      .orderBy("number")
      .execute()
  ).map(({ event }) => event);

describe("a fix that needs more than the standing consent", () => {
  it("asks by itself, for all that can come, and waits without a worker", async () => {
    const runId = await asked();

    const run = await test.run(runId);
    expect(run).toMatchObject({ status: "waiting_for_consent", claimedBy: null, step: "power" });
    expect(run.waitingUntil).toBe(run.wakeAt);
    expect(test.house.acts).toEqual([]);
    const request = await database.db
      .selectFrom("consentRequest")
      .selectAll()
      .where("runId", "=", runId)
      .executeTakeFirstOrThrow();
    expect(request.proposal).toMatchObject({
      runbook: "cycling",
      scope: "disruptive",
      acts: [
        {
          step: "power",
          capability: "power.cycle",
          target: `${home.gatewayId}/entity/plug`,
          targetName: "Plug",
          input: { switch: "plug", off: 10 },
          tries: 1,
          felt: { en: expect.stringContaining("loses its power") },
          undo: { capability: "power.on", input: { switch: "plug" } },
          irreversible: null,
        },
        { step: "reload", capability: "integration.reload", input: { integration: "hue" }, undo: null },
      ],
    });
    await expectLogFolds(test, runId);
  });

  it("goes on after a yes, does what was allowed, and asks no second time for what was part of it", async () => {
    const runId = await asked();
    test.house.effects.set("power.cycle", () => {});

    await test.answer("allow");
    await test.forward("3m");

    expect(await test.run(runId)).toMatchObject({ outcome: "fixed" });
    expect(test.house.acts.map(({ capability }) => capability)).toEqual(["power.cycle", "integration.reload"]);
    expect(test.messages).toHaveLength(1);
    const intended = dataOf(await test.events(runId), "fix.intended");
    expect(intended).toMatchObject(
      [{ consent: /^asked: / }, { consent: /^asked: / }].map(() => ({ consent: expect.stringMatching(/^asked: /) })),
    );
    await expectLogFolds(test, runId);
    expect(await verifyChain(database.db, home.siteId)).toMatchObject({ whole: true });
  });

  it.each([
    ["no", "refused"],
    ["another_time", "refused"],
  ] as const)("does nothing after %s", async (answer, outcome) => {
    const runId = await asked();

    await test.answer(answer);
    await test.forward("1h");

    expect(await test.run(runId)).toMatchObject({ status: "finished", outcome, wakeAt: null });
    expect(test.house.acts).toEqual([]);
    await expectLogFolds(test, runId);
  });

  it("takes silence for a no: after four hours, or a quarter of one when the homeowner asked for help", async () => {
    const runId = await asked();
    await test.forward("3h");
    expect(await test.run(runId)).toMatchObject({ status: "waiting_for_consent" });
    await test.forward("61m");

    expect(await test.run(runId)).toMatchObject({ outcome: "no_answer" });
    expect(test.house.acts).toEqual([]);
    expect(await events()).toEqual(["run.started", "consent.asked", "consent.expired", "run.finished"]);
    await expectLogFolds(test, runId);
  });

  it("waits fifteen minutes only when the homeowner asked for help", async () => {
    const runId = await asked(true);

    await test.forward("16m");

    expect(await test.run(runId)).toMatchObject({ outcome: "no_answer" });
  });

  it("says so when there is nobody who could be asked", async () => {
    home = await buildHome(database.db, { contacts: false });
    const runId = await asked();

    expect(await test.run(runId)).toMatchObject({
      outcome: "needs_homeowner",
      note: expect.stringContaining("Nobody could be asked"),
    });
    expect(await database.db.selectFrom("siteLock").where("siteId", "=", home.siteId).selectAll().execute()).toEqual(
      [],
    );
  });

  it("does nothing when it works again by the time the homeowner says yes", async () => {
    const runId = await asked();
    await test.forward("1h");
    test.house.setBridge("well");

    await test.answer("allow");
    await test.forward("1m");

    expect(await test.run(runId)).toMatchObject({ outcome: "fixed" });
    expect(test.house.acts).toEqual([]);
  });

  it("survives a restart and a day of the hub being away, but not longer than the question was good for", async () => {
    const runId = await asked();
    await test.runs.close();
    await test.clock.forward("1d");

    const later = test.another();
    await test.forward("1m", later);

    expect(await test.run(runId)).toMatchObject({ outcome: "no_answer" });
    expect(test.house.acts).toEqual([]);
    await later.runs.close();
  });
});

describe("what was allowed", () => {
  it.each([
    ["what the switch feeds was named anew", { poweredBy: "other" }],
    ["the switch has another key", { key: "plug-2" }],
  ])("does not cover it any more when %s", async (_, change) => {
    const runId = await asked();
    if ("key" in change) {
      await database.db
        .updateTable("entity")
        .set({ key: change.key ?? "" })
        .where("id", "=", home.plug)
        .execute();
    } else {
      const other = crypto.randomUUID();
      await database.db
        .insertInto("entity")
        .values({
          id: other,
          gatewayId: home.gatewayId,
          key: "other",
          label: "switch.other",
          name: "Other",
          kind: "switch",
        })
        .execute();
      await database.db.updateTable("device").set({ poweredBy: other }).where("id", "=", home.bridge).execute();
    }

    await test.answer("allow");
    await test.forward("1m");

    expect(await test.run(runId)).toMatchObject({
      status: "finished",
      outcome: "not_fixed",
      note: expect.stringContaining("not what the homeowner allowed"),
    });
    expect(test.house.acts).toEqual([]);
    expect(test.messages).toHaveLength(1);
  });

  it("is over when it was not begun in time", async () => {
    const runId = await asked();
    test.house.state = "unreachable";
    await test.answer("allow");
    await database.db
      .updateTable("consentRequest")
      .set({ startBy: test.clock.now() })
      .where("runId", "=", runId)
      .execute();
    await test.forward("5s");
    test.house.state = "online";

    await test.forward("1m");

    expect(await test.run(runId)).toMatchObject({
      outcome: "not_fixed",
      note: expect.stringContaining("not begun in time"),
    });
    expect(test.house.acts).toEqual([]);
  });

  it("taken back before anything was done: refused", async () => {
    const runId = await asked();
    await test.answer("allow");

    await test.link.stop(test.token());
    await test.forward("1m");

    expect(await test.run(runId)).toMatchObject({
      outcome: "refused",
      note: expect.stringContaining("Nothing was done"),
    });
    expect(test.house.acts).toEqual([]);
    await expectLogFolds(test, runId);
  });

  it("taken back while the fix is proven: it is put back as it was", async () => {
    const runId = await asked();
    test.house.effects.set("power.cycle", () => {});
    await test.answer("allow");
    await test.forward("10s");
    expect(await test.run(runId)).toMatchObject({ status: "waiting_for_timer", step: "power" });

    await test.link.stop(test.token());
    await test.forward("1m");

    expect(await test.run(runId)).toMatchObject({ outcome: "undone", isWithdrawn: true });
    expect(test.house.acts.map(({ capability }) => capability)).toEqual(["power.cycle", "power.on"]);
    expect((await test.run(runId)).note).toContain("power was put back as it was");
    await expectLogFolds(test, runId);
    expect(await verifyChain(database.db, home.siteId)).toMatchObject({ whole: true });
  });

  it("taken back while something runs that cannot be undone: it is finished, and nothing new begins", async () => {
    const runId = await asked();
    test.house.effects.set("power.cycle", () => {});
    test.house.effects.set("integration.reload", () => {});
    await test.answer("allow");
    await test.forward("80s");
    expect(await test.run(runId)).toMatchObject({ step: "reload" });

    await test.link.stop(test.token());
    await test.forward("2m");

    expect(test.house.acts.map(({ capability }) => capability)).toEqual(["power.cycle", "integration.reload"]);
    expect(await test.run(runId)).toMatchObject({
      status: "cancelled",
      note: expect.stringContaining("Done before: power, reload"),
    });
    await expectLogFolds(test, runId);
  });
});

describe("cancelling", () => {
  const cancel = (runId: Parameters<TestRuns["run"]>[0]) =>
    test.runs.cancel({ runId, reason: "Wrong home", actor: SAM });

  it("ends a run that waits for the homeowner at once, and a yes that comes later changes nothing", async () => {
    const runId = await asked();

    await cancel(runId);
    await test.forward("1s");

    expect(await test.run(runId)).toMatchObject({
      status: "cancelled",
      outcome: null,
      note: expect.stringContaining("at power (Wrong home)"),
    });
    await expect(test.answer("allow")).rejects.toThrow();
    expect(await events()).toEqual(["run.started", "consent.asked", "run.cancelled"]);
    await expectLogFolds(test, runId);
  });

  it("puts back the fix that runs, where that can be done, and begins nothing more", async () => {
    const runId = await asked();
    test.house.effects.set("power.cycle", () => {});
    await test.answer("allow");
    await test.forward("10s");

    await cancel(runId);
    await test.forward("2m");

    expect(await test.run(runId)).toMatchObject({
      outcome: "undone",
      note: "Stopped (Wrong home). power was put back as it was.",
    });
    expect(test.house.acts.map(({ capability }) => capability)).toEqual(["power.cycle", "power.on"]);
  });

  it("is refused for a run that has ended", async () => {
    const runId = await asked();
    await test.answer("no");

    await expect(cancel(runId)).rejects.toMatchObject({ code: "already_done" });
  });
});
