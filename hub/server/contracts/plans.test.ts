import type { Actor, Plan, PlanId, PlanRaise } from "@caretaker/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createAnnouncements } from "../announcements.ts";
import { newId } from "../db/new-id.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import {
  buildHome,
  createTestRuns,
  runbookOf,
  SAM,
  type TestHome,
  type TestRuns,
  testLibrary,
} from "../runs/test-helpers.ts";
import { raiseHandlers } from "../sites/raises.ts";
import { loadHiding } from "../state/hiding.ts";
import { planHandlers } from "./plans.ts";

const RELOADING = `
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
  - end: fixed`;

const RELOADS_ASK: PlanRaise = { capability: "integration.reload", scope: "disruptive", private: false };
const RESTARTS_ASK: PlanRaise = { capability: "gateway.restart", scope: "disruptive", private: false };

let database: TestDatabase;
let test: TestRuns;
let home: TestHome;
let names = 0;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  test = createTestRuns(database.db, testLibrary([runbookOf("reloading", RELOADING)]));
  // A reload stands for good here, so that it is done without asking.
  home = await buildHome(database.db, { standing: ["reach", "view", "diagnose", "fix"] });
  test.house.setBridge("wedged");
});
afterEach(() => test.close());

const call = (actor: Actor = SAM) => ({
  actor,
  now: test.clock.now(),
  requestId: "r",
  signal: new AbortController().signal,
});
const plans = () => planHandlers({ db: database.db });
const make = (raises: PlanRaise[], name = `Plan ${++names}`): Promise<Plan> =>
  plans()["plan.make"]({ name, raises, reason: "As it was sold" }, call());
const update = ({ id, version, name }: Plan, raises: PlanRaise[]): Promise<Plan> =>
  plans()["plan.update"]({ planId: id, version, name, raises, reason: "As it is sold now" }, call());
const lookAfterBy = (planId: PlanId | null) =>
  plans()["site.plan.set"]({ siteId: home.siteId, planId, reason: "Their contract says so" }, call());
const run = async () => {
  const runId = await test.start(home, "reloading", { inputs: { service: home.integration } });
  await test.forward("5s");
  return test.run(runId);
};
const eventsOf = async (chain: string): Promise<string[]> => {
  const rows = await database.db.selectFrom("ledgerEntry").select("event").where("chain", "=", chain).execute();
  return rows.map(({ event }) => event);
};

describe("a plan", () => {
  it("has what stands for good asked for in its homes, and in no other; both are on record", async () => {
    const plan = await make([RELOADS_ASK]);
    expect(await run()).toMatchObject({ outcome: "fixed" });

    await lookAfterBy(plan.id);
    test.house.setBridge("wedged");

    expect(await run()).toMatchObject({ status: "waiting_for_consent" });
    expect(await eventsOf(home.siteId)).toContain("site.plan_changed");
    expect(await eventsOf("firm")).toContain("plan.changed");
    expect((await plans()["plan.list"]({}, call())).items.find(({ id }) => id === plan.id)).toMatchObject({ homes: 1 });
  });

  it("leaves other kinds of acts alone, and hides nothing of a home", async () => {
    await lookAfterBy((await make([RESTARTS_ASK, { ...RELOADS_ASK, capability: "power.cycle", private: true }])).id);

    expect(await run()).toMatchObject({ outcome: "fixed" });
    expect((await loadHiding(database.db, home.siteId)).size).toBe(0);
  });

  it("may call a kind of act private, which is never allowed on the phone", async () => {
    await lookAfterBy((await make([{ capability: "integration.reload", scope: null, private: true }])).id);

    const { id } = await run();

    const asked = database.db.selectFrom("consentRequest").select("isPrivate").where("runId", "=", id);
    expect(await asked.execute()).toEqual([{ isPrivate: true }]);
  });

  it("never lowers what was raised in a home, and is listed beside it", async () => {
    const announcements = createAnnouncements(() => {});
    const { "raise.set": set, "raise.list": list } = raiseHandlers({ db: database.db, announcements });
    await set({ siteId: home.siteId, scope: "disruptive", private: false, reason: "A fish tank" }, call());
    const plan = await make([{ ...RELOADS_ASK, scope: "fix" }], "Premier");
    await lookAfterBy(plan.id);

    expect(await run()).toMatchObject({ status: "waiting_for_consent" });
    expect((await list({ siteId: home.siteId }, call())).items).toMatchObject([
      { planName: null, scope: "disruptive", capability: null },
      { planName: "Premier", scope: "fix", capability: "integration.reload", reason: "As it was sold" },
    ]);
  });

  it("that is changed between planning an act and its intent is seen by the gate: nothing is sent", async () => {
    const plan = await make([]);
    await lookAfterBy(plan.id);
    const deps = test.deps as { -readonly [K in "crash"]: typeof test.deps.crash };
    deps.crash = async (point) => {
      if (point !== "act.before_intent") return;
      deps.crash = async () => {};
      await update(plan, [RELOADS_ASK]);
    };

    expect(await run()).toMatchObject({ status: "waiting_for_consent" });
    expect(test.house.acts).toEqual([]);
  });

  it("asks for no more once its home is looked after by another, or by none", async () => {
    await lookAfterBy((await make([RELOADS_ASK])).id);
    await lookAfterBy(null);

    expect(await run()).toMatchObject({ outcome: "fixed" });
  });

  it("is not changed by two people at once, has a name of its own, and is known", async () => {
    const plan = await make([RELOADS_ASK], "Elite");
    await update(plan, []);

    await expect(update(plan, [RESTARTS_ASK])).rejects.toMatchObject({
      code: "changed_meanwhile",
      message: expect.stringContaining("Sam Jansen"),
    });
    await expect(make([], "Elite")).rejects.toMatchObject({
      code: "conflict",
      fields: [expect.objectContaining({ path: "name" })],
    });
    await expect(lookAfterBy(newId<PlanId>())).rejects.toMatchObject({ code: "not_found" });
  });
});
