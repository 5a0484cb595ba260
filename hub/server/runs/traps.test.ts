import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import {
  buildHome,
  createTestRuns,
  dataOf,
  runbookOf,
  type TestHome,
  type TestRuns,
  testLibrary,
} from "./test-helpers.ts";
import { ALIVE, RELOAD, STUCK } from "./test-runbooks.ts";

const POWER = `${ALIVE}
  - fix: power
    do: power.cycle
    with: { switch: $bridge.poweredBy, off: 10s }
    verify: { again: alive, within: 60s }
    undo: { do: power.on, with: { switch: $bridge.poweredBy } }
    next: { failed: { end: not_fixed } }
  - end: fixed`;

const LIBRARY = testLibrary([
  runbookOf("stuck", STUCK),
  runbookOf("power", POWER),
  runbookOf(
    "waits",
    `
  - wait: back
    read: integration.state
    with: { integration: $service }
    expect: { unavailable: 0 }
    within: 2m
    next: { fail: { end: not_fixed } }${RELOAD}
    verify: { read: integration.state, with: { integration: $service }, expect: { unavailable: 0 }, within: 60s }
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
  home = await buildHome(database.db, { standing: ["diagnose"] });
  test.house.setBridge("wedged");
});
afterEach(() => test.close());

const started = (runbook: string) =>
  test.start(home, runbook, { inputs: { service: home.integration, bridge: home.bridge } });

/** What other systems fell into, from the list in the runbook language; those of consent stand with consent. */
describe("traps", () => {
  it("an answer racing the pause: the pause is committed with the question, so the quickest answer is taken", async () => {
    const runId = await started("stuck");
    await test.runs.engine.settle();

    // The message is in the homeowner's hands; no time has passed since.
    await test.answer("allow");
    await test.forward("30s");

    const log = await test.events(runId);
    const asked = log.findIndex(({ data }) => data.kind === "consent.asked");
    expect(log[asked + 1]?.data).toMatchObject({ kind: "run.waiting", for: "waiting_for_consent" });
    expect(log[asked + 1]?.at).toBe(log[asked]?.at);
    expect(await test.run(runId)).toMatchObject({ outcome: "fixed" });
  });

  it("an answer racing the pause: a hub that dies before the pause is committed has asked nobody", async () => {
    const runId = await started("stuck");
    test.dieAt("commit.before", "reload");
    await Promise.race([test.runs.engine.settle(), test.dead]);

    const asked = await database.db.selectFrom("consentRequest").select("id").where("runId", "=", runId).execute();
    expect(test.isDead).toBe(true);
    expect(asked).toEqual([]);
  });

  it("waits that continue on expiry: what did not come within the time ends as the runbook says, before any fix", async () => {
    const runId = await started("waits");

    await test.forward("5m");

    expect(await test.run(runId)).toMatchObject({ status: "finished", outcome: "not_fixed" });
    expect(test.house.acts).toEqual([]);
  });

  it("a fix fired by an expiry: silence is no answer, and nothing is done then or later", async () => {
    const runId = await started("stuck");

    await test.forward("30h");

    expect(await test.run(runId)).toMatchObject({ status: "finished", outcome: "no_answer" });
    expect(test.house.acts).toEqual([]);
  });

  it("a check that stays red after the repair: it is measured anew, and what was red before does not colour it", async () => {
    home = await buildHome(database.db, { standing: ["fix"] });
    const fixed = await started("stuck");
    await test.forward("1m");
    const again = await started("stuck");
    await test.forward("1m");

    const reads = dataOf(await test.events(fixed), "step.read");
    expect(reads.at(0)).toMatchObject({ step: "alive", measurements: [{ met: false }] });
    expect(reads.at(-1)).toMatchObject({ step: "reload", measurements: [{ met: true }] });
    expect(await test.run(fixed)).toMatchObject({ outcome: "fixed" });
    expect(await test.run(again)).toMatchObject({ outcome: "healthy" });
    expect(test.house.acts).toHaveLength(1);
  });

  it("a verify that was true before the fix: what is well already is not fixed, so nothing is proven by it", async () => {
    const runId = await started("stuck");
    await test.forward("10s");
    // While the homeowner thought about it, it came back by itself.
    test.house.setBridge("well");

    await test.answer("allow");
    await test.forward("1m");

    expect(test.house.acts).toEqual([]);
    expect((await test.run(runId)).status).toBe("finished");
  });

  it("power-cycling the switch you are connected through: also with the homeowner's yes it is never done", async () => {
    await database.db.updateTable("device").set({ carriesGateway: true }).where("id", "=", home.bridge).execute();
    const runId = await started("power");
    await test.forward("10s");
    if (test.messages.length > 0) await test.answer("allow").catch(() => {});
    await test.forward("5m");

    expect(test.house.acts).toEqual([]);
    expect((await test.run(runId)).outcome).not.toBe("fixed");
  });

  it("a session listed open after its link was lost: a run whose gateway left says that it waits for it", async () => {
    home = await buildHome(database.db, { standing: ["fix"] });
    test.house.state = "unreachable";

    const runId = await started("stuck");
    await test.forward("10s");

    expect(await test.run(runId)).toMatchObject({ status: "waiting_for_gateway" });
    expect(test.house.acts).toEqual([]);
  });
});
