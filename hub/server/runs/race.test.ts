import { setTimeout as pass } from "node:timers/promises";
import type { RunEvent, RunId } from "@caretaker/protocol";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { verifyChain } from "../ledger/read.ts";
import {
  buildHome,
  createTestRuns,
  expectLogFolds,
  runbookOf,
  SAM,
  type TestHome,
  type TestRuns,
  testLibrary,
} from "./test-helpers.ts";

const LIBRARY = testLibrary([
  runbookOf(
    "two-acts",
    `
  - check: alive
    read: integration.state
    with: { integration: $service }
    expect: { unavailable: 0 }
    next: { pass: { end: healthy } }
  - fix: power
    do: power.cycle
    with: { switch: $bridge.poweredBy, off: 10s }
    verify: { again: alive }
    undo: { do: power.on, with: { switch: $bridge.poweredBy } }
    next: { failed: continue }
  - fix: second
    do: power.cycle
    with: { switch: $bridge.poweredBy, off: 20s }
    verify: { again: alive }
    undo: { do: power.on, with: { switch: $bridge.poweredBy } }
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
  test.house.effects.set("power.cycle", () => {});
});

afterEach(() => test.close());

async function allowed(): Promise<RunId> {
  const runId = await test.start(home, "two-acts", { inputs: { service: home.integration, bridge: home.bridge } });
  await test.forward("1s");
  await test.answer("allow");
  return runId;
}

/** Forward acts that were intended after the homeowner's stop stood in the log. */
function begunAfterStop(events: readonly RunEvent[]): RunEvent[] {
  const stopped = events.find(({ data }) => data.kind === "consent.answered" && data.answer === "withdrawn");
  return events.filter(
    ({ number, data }) =>
      stopped !== undefined &&
      number > stopped.number &&
      data.kind === "fix.intended" &&
      data.capability === "power.cycle",
  );
}

describe("a stop that meets an act", () => {
  it("is either before it, and it is not done, or after it, and it is put back", async () => {
    const outcomes = new Set<string>();
    for (let race = 0; race < 12; race += 1) {
      const runId = await allowed();
      const sentBefore = test.house.acts.length;

      await Promise.all([test.forward("30s"), pass(race * 4).then(() => test.link.stop(test.token()))]);
      await test.forward("30s");

      const run = await test.run(runId);
      const events = await test.events(runId);
      expect(["finished", "cancelled"]).toContain(run.status);
      expect(begunAfterStop(events)).toEqual([]);
      const sent = test.house.acts.slice(sentBefore).map(({ capability }) => capability);
      // The page tells the truth: nothing was done, or it was put back, or what was done is named.
      if (run.outcome === "refused") expect(sent).toEqual([]);
      if (run.outcome === "undone") expect(sent.at(-1)).toBe("power.on");
      if (run.status === "cancelled") expect(run.note).toContain("Done before");
      await expectLogFolds(test, runId);
      outcomes.add(run.outcome ?? run.status);
    }
    expect(outcomes.size).toBeGreaterThan(1);
    expect(await verifyChain(database.db, home.siteId)).toMatchObject({ whole: true });
  }, 60_000);

  it("of a technician begins nothing new either", async () => {
    for (let race = 0; race < 4; race += 1) {
      const runId = await allowed();

      await Promise.all([
        test.forward("30s"),
        pass(race * 8).then(() => test.runs.cancel({ runId, reason: "Enough", actor: SAM }).catch(() => {})),
      ]);
      await test.forward("30s");

      const events = await test.events(runId);
      const stop = events.find(({ data }) => data.kind === "run.stop_requested")?.number ?? Number.POSITIVE_INFINITY;
      const begun = events.filter(
        ({ number, data }) => number > stop && data.kind === "fix.intended" && data.capability === "power.cycle",
      );
      expect(begun).toEqual([]);
      await expectLogFolds(test, runId);
    }
  }, 60_000);
});

describe("anything that changed between the yes and the act", () => {
  /** Edits of what the proposal said; each must stop the run before anything is done. */
  const EDITS: Readonly<Record<string, () => Promise<unknown>>> = {
    "the switch got another key": () =>
      database.db.updateTable("entity").set({ key: crypto.randomUUID() }).where("id", "=", home.plug).execute(),
    "another switch feeds it": async () => {
      const id = crypto.randomUUID();
      await database.db
        .insertInto("entity")
        .values({ id, gatewayId: home.gatewayId, key: id, label: "switch.x", name: "X", kind: "switch" })
        .execute();
      await database.db.updateTable("device").set({ poweredBy: id }).where("id", "=", home.bridge).execute();
    },
    "nothing feeds it": () =>
      database.db.updateTable("device").set({ poweredBy: null }).where("id", "=", home.bridge).execute(),
    "the switch became private": () =>
      database.db.updateTable("entity").set({ private: true }).where("id", "=", home.plug).execute(),
    "something private hangs on it": () =>
      database.db.updateTable("entity").set({ private: true }).where("id", "=", home.lamp).execute(),
    "it is not to be touched": () =>
      database.db.updateTable("device").set({ doNotTouch: true }).where("id", "=", home.bridge).execute(),
    "it carries the gateway": () =>
      database.db.updateTable("device").set({ carriesGateway: true }).where("id", "=", home.bridge).execute(),
    "the switch is gone": () =>
      database.db.updateTable("entity").set({ goneAt: new Date() }).where("id", "=", home.plug).execute(),
    "the proposal was rewritten": () =>
      database.db
        .updateTable("consentRequest")
        .set(({ fn, val }) => ({
          proposal: fn("jsonb_set", ["proposal", val("{limitSeconds}"), val("99999")]) as never,
        }))
        .where("siteId", "=", home.siteId)
        .execute(),
  };

  it("stops it, whichever of these it is", async () => {
    await fc.assert(
      fc.asyncProperty(fc.subarray(Object.keys(EDITS), { minLength: 1, maxLength: 3 }), async (edits) => {
        home = await buildHome(database.db, { standing: ["fix"] });
        const runId = await allowed();
        const sentBefore = test.house.acts.length;
        for (const edit of edits) await EDITS[edit]?.();

        await test.forward("30s");

        expect(test.house.acts.length).toBe(sentBefore);
        expect(["not_fixed", "unclear"]).toContain((await test.run(runId)).outcome);
      }),
      { numRuns: 10, examples: Object.keys(EDITS).map((edit) => [[edit]]) },
    );
  }, 90_000);
});
