import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "../db/new-id.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { verifyChain } from "../ledger/read.ts";
import type { CrashPoint } from "./deps.ts";
import {
  buildHome,
  createTestRuns,
  dataOf,
  expectLogFolds,
  runbookOf,
  type TestHome,
  type TestHub,
  type TestRuns,
  testLibrary,
} from "./test-helpers.ts";

/** Twelve steps with every kind of act: tries, a failed verify, an undo. */
const LONG = runbookOf(
  "long",
  `
  - check: alive
    read: integration.state
    with: { integration: $service }
    expect: { unavailable: 0 }
    next: { pass: { end: healthy } }
  - choose: cause
    cases: [ { when: { $alive.needsSignIn: true }, then: { end: needs_homeowner } } ]
    else: continue
  - check: box
    read: device.state
    with: { device: $bridge }
    expect: { availability: online }
  - wait: moment
    read: gateway.info
    expect: { state: running }
    within: 1m
    next: { fail: { end: not_fixed } }
  - fix: reload
    do: integration.reload
    with: { integration: $service }
    irreversible: A reload keeps no earlier state.
    verify: { again: alive, within: 10s }
    tries: { times: 2, every: 10s }
    next: { failed: continue }
  - check: still
    again: alive
  - fix: power
    do: power.cycle
    with: { switch: $bridge.poweredBy, off: 10s }
    verify: { again: alive, within: 20s, holds: 5s }
    undo: { do: power.on, with: { switch: $bridge.poweredBy } }
    next: { failed: { end: undone } }
  - wait: settled
    again: alive
    within: 1m
    next: { fail: { end: not_fixed } }
  - check: proven
    again: alive
  - end: fixed`,
);

const STATE = "read: integration.state, with: { integration: $one.key }, expect: { unavailable: 0 }";

/** What goes into another runbook, asks early, and goes through several things and takes them back. */
const NESTED = runbookOf(
  "nested",
  `
  - check: list
    read: integration.list
    expect: { ill: { exists: true } }
  - consent: agree
    tell: The lights will not answer for a moment.
  - use: mend
    runbook: mending
    with: { service: $service }
  - fix: all
    each: { of: $list.integrations, as: one, max: 5 }
    do: integration.reload
    with: { integration: $one.key }
    verify: { ${STATE}, within: 10s }
    undo: { do: integration.reload, with: { integration: $one.key }, verify: { ${STATE}, within: 10s } }
    next: { failed: { end: undone } }
  - end: fixed`,
  "1h",
);
const MENDING = runbookOf(
  "mending",
  `
  - check: alive
    read: integration.state
    with: { integration: $service }
    expect: { unavailable: 0 }
  - fix: reload
    do: integration.reload
    with: { integration: $service }
    irreversible: A reload keeps no earlier state.
    verify: { again: alive, within: 10s }
    next: { failed: continue }
  - end: not_fixed`,
);

let database: TestDatabase;
const LIBRARY = testLibrary([LONG, MENDING, NESTED]);

beforeAll(async () => {
  database = await testDatabase();
});

afterAll(() => database.drop());

async function begin(): Promise<{ test: TestRuns; home: TestHome }> {
  const test = createTestRuns(database.db, LIBRARY);
  const home = await buildHome(database.db, { standing: ["fix"] });
  test.house.setBridge("wedged");
  test.house.reads.set("gateway.info", {
    name: "Home",
    version: "1",
    state: "running",
    timeZone: null,
    isAdmin: true,
    recording: true,
  });
  test.house.reads.set("integration.list", { integrations: ["hue", "sonos"].map(listed), ill: 2 });
  await database.db
    .insertInto("integration")
    .values({ id: newId<string>(), gatewayId: home.gatewayId, key: "sonos", name: "Sonos", domain: "sonos" })
    .execute();
  test.house.effects.set("integration.reload", () => {});
  test.house.capabilities["power.cycle"] = { ...test.house.capabilities["power.cycle"]!, scope: "fix" };
  return { test, home };
}

function listed(key: string) {
  return { key, name: key, domain: key, disabled: false, ...CONDITION };
}

const CONDITION = { state: "loaded", reason: null, needsSignIn: false, unavailable: 7, entities: 7 };

/** Drives a run to its end with a hub that dies at a point of a step, and another that takes over. */
async function driveThroughDeath(point: CrashPoint, step: string, times = 1, runbook = "long") {
  const { test, home } = await begin();
  const runId = await test.start(home, runbook, { inputs: { service: home.integration, bridge: home.bridge } });
  let hub: TestHub = test;
  let deaths = 0;
  for (let number = 0; number <= times; number += 1) {
    if (number < times) hub.dieAt(point, step);
    await until(test, hub, runId);
    if (!hub.isDead) break;
    deaths += 1;
    hub = test.another();
  }
  const run = await test.run(runId);
  return { test, home, runId, run, deaths };
}

/** As far as the hub comes: to the end of the run, or to its own. */
async function until(test: TestRuns, hub: TestHub, runId: Parameters<TestRuns["run"]>[0]): Promise<void> {
  for (let minutes = 0; minutes < 20; minutes += 1) {
    await Promise.race([test.forward("30s", hub), hub.dead]);
    if (hub.isDead) {
      // The one that died renews its claim no more.
      await test.clock.forward("31s");
      return;
    }
    const { status } = await test.run(runId);
    if (status === "finished" || status === "cancelled") return;
  }
}

const UNDONE = "end.undone";
const STEPS = ["alive", "cause", "box", "moment", "reload", "still", "power", "settled", "proven", "end.fixed"];
const OF_EVERY_STEP: CrashPoint[] = ["turn.begun", "commit.before", "commit.after"];
const OF_ACTS: CrashPoint[] = ["act.before_intent", "act.after_intent", "act.after_send", "act.after_outcome"];
const NESTED_STEPS = ["list", "agree", "mend", "mend/alive", "mend/reload", "mend/end.not_fixed", "all"];
const CASES = [
  ...STEPS.flatMap((step) => OF_EVERY_STEP.map((point) => ({ step, point, runbook: "long" }))),
  ...["reload", "power"].flatMap((step) => OF_ACTS.map((point) => ({ step, point, runbook: "long" }))),
  ...NESTED_STEPS.flatMap((step) => OF_EVERY_STEP.map((point) => ({ step, point, runbook: "nested" }))),
  ...["mend/reload", "all", UNDONE].flatMap((step) => OF_ACTS.map((point) => ({ step, point, runbook: "nested" }))),
];

describe("a hub that dies", () => {
  it.each(CASES)("$point of $step loses no run and does nothing twice", async ({ step, point, runbook }) => {
    const { test, home, runId, run, deaths } = await driveThroughDeath(point, step, 1, runbook);

    expect(deaths).toBe(1);
    expect(["finished", "cancelled"]).toContain(run.status);
    const attempts = await database.db.selectFrom("attempt").selectAll().where("runId", "=", runId).execute();
    // Each attempt was sent at most once, and nothing was sent that is not written down.
    const sent = test.house.acts.map(({ attemptId }) => attemptId);
    expect(new Set(sent).size).toBe(sent.length);
    expect(attempts.map(({ id }) => id)).toEqual(expect.arrayContaining(sent));
    expect(attempts.filter(({ status }) => status === "intended")).toEqual([]);
    expect(sent.length).toBeLessThanOrEqual(attempts.length);
    expect(test.house.acts.filter(({ capability }) => capability === "power.cycle").length).toBeLessThanOrEqual(1);
    // Each step did each thing that it goes through at most as often as it may try.
    const made = attempts.map(({ step: by, item, purpose, number }) => [by, item, purpose, number].join(" "));
    expect(new Set(made).size).toBe(made.length);
    expect(await verifyChain(database.db, home.siteId)).toMatchObject({ whole: true });
    await expectLogFolds(test, runId);
    expect(await database.db.selectFrom("siteLock").selectAll().where("runId", "=", runId).execute()).toEqual([]);
    await test.close();
  });

  it("between intent and sending: nothing is sent, verify decides, and a settle leaves no home dark", async () => {
    const { test, runId, run } = await driveThroughDeath("act.after_intent", "power");

    // It was not sent, the bridge is still wedged, so the verify fails and the run takes back what can be taken back.
    expect(run).toMatchObject({ outcome: "unclear", note: "reload cannot be taken back.", hasUncertainStep: false });
    expect(test.house.acts.map(({ capability }) => capability)).toEqual([
      "integration.reload",
      "integration.reload",
      "power.on",
      "power.on",
    ]);
    expect(dataOf(await test.events(runId), "fix.uncertain")).toMatchObject([{ step: "power" }]);
    expect(dataOf(await test.events(runId), "fix.settled")).toMatchObject([{ step: "power", capability: "power.on" }]);
    await test.close();
  });

  it("between sending and outcome: it is not sent again, and its verify finds that it was done", async () => {
    const { test, run } = await driveThroughDeath("act.after_send", "power");

    expect(run).toMatchObject({ outcome: "fixed", hasUncertainStep: false });
    expect(test.house.acts.filter(({ capability }) => capability === "power.cycle")).toHaveLength(1);
    await test.close();
  });

  it("again and again at the same point still sends each attempt at most once", async () => {
    const { test, runId, run, deaths } = await driveThroughDeath("act.after_send", "power", 4);

    expect(deaths).toBeGreaterThan(1);
    expect(["finished", "cancelled"]).toContain(run.status);
    expect(test.house.acts.filter(({ capability }) => capability === "power.cycle")).toHaveLength(1);
    await expectLogFolds(test, runId);
    await test.close();
  });
});
