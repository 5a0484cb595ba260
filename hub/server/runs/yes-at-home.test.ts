import { CaretakerError, type ConsentRequestId, type RunId } from "@caretaker/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openQuestions } from "../agents/questions.ts";
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

const RELOAD = runbookOf(
  "reloading",
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
    verify: { again: alive, within: 60s }
    next: { failed: { end: not_fixed } }
  - end: fixed`,
);

/** The agent's lock, as the gate meets it: it takes no yes but its own. */
class Lock {
  isOpen = false;
  code: "consent_missing" | "consent_expired" = "consent_missing";
  refused = 0;
  passed = 0;

  pass(): void {
    if (this.isOpen) {
      this.passed += 1;
      return;
    }
    this.refused += 1;
    throw new CaretakerError(this.code, "In this home somebody has to allow this on the agent's page first.", {
      meta: { isSent: false, by: "agent" },
    });
  }
}

let database: TestDatabase;
let test: TestRuns;
let home: TestHome;
let lock: Lock;

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

beforeEach(async () => {
  test = createTestRuns(database.db, testLibrary([RELOAD]));
  home = await buildHome(database.db, { standing: ["view", "diagnose"] });
  test.house.setBridge("wedged");
  lock = new Lock();
  test.house.effects.set("integration.reload", () => {
    lock.pass();
    test.house.setBridge("well");
  });
});
afterEach(() => test.close());

const requestOf = (runId: RunId) =>
  database.db.selectFrom("consentRequest").selectAll().where("runId", "=", runId).executeTakeFirstOrThrow();

async function allowedByMail(): Promise<RunId> {
  const runId = await test.start(home, "reloading", { inputs: { service: home.integration } });
  await test.forward("10s");
  await test.answer("allow");
  await test.forward("10s");
  return runId;
}

async function sayAtHome(runId: RunId, answer: "allow" | "no" | "stop", digest?: string) {
  const request = await requestOf(runId);
  return test.sayAtHome({
    siteId: home.siteId,
    requestId: request.id as ConsentRequestId,
    digest: digest ?? request.digest,
    answer,
    way: "agent_page",
    agentId: "agent",
    fingerprint: "ABCD-EFGH-JKMN",
  });
}

const attempts = (runId: RunId) =>
  database.db
    .selectFrom("attempt")
    .select(["number", "status"])
    .where("runId", "=", runId)
    .orderBy("intendedAt")
    .orderBy("id")
    .execute();

const shownAtHome = async () => (await openQuestions(database.db, [home.siteId], test.clock.now())).length;

describe("a yes that came by mail, in a home whose agent wants its own", () => {
  it("waits for that one, and says so to the technician, the homeowner and the agent", async () => {
    const runId = await allowedByMail();

    expect(await test.run(runId)).toMatchObject({ status: "waiting_for_consent", step: "reload", outcome: null });
    expect(lock).toMatchObject({ refused: 1, passed: 0 });
    expect(await attempts(runId)).toEqual([{ number: 1, status: "refused" }]);
    const events = await test.events(runId);
    expect(dataOf(events, "fix.refused")).toMatchObject([{ code: "wants_yes_at_home" }]);
    expect(dataOf(events, "run.waiting").at(-1)).toMatchObject({ why: expect.stringContaining("yes of its own") });
    expect(dataOf(events, "fix.failed")).toEqual([]);
    expect(dataOf(events, "fix.uncertain")).toEqual([]);
    const page = await test.link.view(test.token());
    expect(page.progress.steps.at(-1)?.words).toContain("The box in your home wants your yes as well");
    expect(page).toMatchObject({ status: "allowed", canStop: true });
    expect(await shownAtHome()).toBe(1);
    await expectLogFolds(test, runId);
  });

  it("does it once with that one, and has lost no try by the refusal", async () => {
    const runId = await allowedByMail();
    lock.isOpen = true;

    expect(await sayAtHome(runId, "allow")).toBe("taken");
    await test.forward("2m");

    expect(await test.run(runId)).toMatchObject({ status: "finished", outcome: "fixed" });
    expect(lock).toMatchObject({ refused: 1, passed: 1 });
    expect(await attempts(runId)).toEqual([
      { number: 1, status: "refused" },
      { number: 1, status: "done" },
    ]);
    expect(await requestOf(runId)).toMatchObject({ status: "allowed", grade: "H" });
    expect(test.messages).toHaveLength(1);
    expect(await shownAtHome()).toBe(0);
    expect(await verifyChain(database.db, home.siteId)).toMatchObject({ whole: true });
    await expectLogFolds(test, runId);
  });

  it("counts the time of waiting neither against the runbook's limit nor against the time for the work", async () => {
    const runId = await allowedByMail();
    await test.forward("100m");
    lock.isOpen = true;

    await sayAtHome(runId, "allow");
    await test.forward("2m");

    expect(await test.run(runId)).toMatchObject({ outcome: "fixed" });
  });

  it.each(["no", "stop"] as const)("ends with nothing done when the home says %s", async (answer) => {
    const runId = await allowedByMail();
    lock.isOpen = true;

    await sayAtHome(runId, answer);
    await test.forward("2m");

    expect(await test.run(runId)).toMatchObject({ status: "finished", outcome: "refused" });
    expect(lock.passed).toBe(0);
    expect(await requestOf(runId)).toMatchObject({ status: "withdrawn" });
    await expectLogFolds(test, runId);
  });

  it("takes silence of the home for a no", async () => {
    const runId = await allowedByMail();
    lock.isOpen = true;

    await test.forward("5h");

    expect(await test.run(runId)).toMatchObject({ status: "finished", outcome: "no_answer" });
    expect(lock.passed).toBe(0);
    expect(await sayAtHome(runId, "allow")).toBe("refused");
    await expectLogFolds(test, runId);
  });

  it("can be stopped from the mail while it waits", async () => {
    const runId = await allowedByMail();

    await test.link.stop(test.token());
    await test.forward("1m");

    expect(await test.run(runId)).toMatchObject({ status: "finished", outcome: "refused" });
  });

  it("does not take a yes of the home to something else", async () => {
    const runId = await allowedByMail();

    expect(await sayAtHome(runId, "allow", "0".repeat(64))).toBe("unknown");

    expect(await test.run(runId)).toMatchObject({ status: "waiting_for_consent" });
  });

  it("ends where the agent refuses its own yes too, and does not ask for ever", async () => {
    const runId = await allowedByMail();
    lock.code = "consent_expired";

    await sayAtHome(runId, "allow");
    await test.forward("2m");

    expect(await test.run(runId)).toMatchObject({ status: "finished", outcome: "not_fixed" });
    expect(lock).toMatchObject({ refused: 2, passed: 0 });
    await expectLogFolds(test, runId);
  });
});

it("asks where nobody was asked, when the agent does not take what stands in the contract", async () => {
  home = await buildHome(database.db, { standing: ["view", "diagnose", "fix"] });
  const runId = await test.start(home, "reloading", { inputs: { service: home.integration } });
  await test.forward("10s");
  expect(await test.run(runId)).toMatchObject({ status: "waiting_for_consent" });
  expect(lock.refused).toBe(1);
  lock.isOpen = true;

  await sayAtHome(runId, "allow");
  await test.forward("2m");

  expect(await test.run(runId)).toMatchObject({ outcome: "fixed" });
});
