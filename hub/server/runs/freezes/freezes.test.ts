import type { Actor, ApprovalId } from "@caretaker/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { giveApproval } from "../../approvals/answer.ts";
import type { CarriesOut } from "../../approvals/types.ts";
import { transaction } from "../../db/database.ts";
import { type TestDatabase, testDatabase } from "../../db/test-database.ts";
import { addPerson } from "../../people/people.ts";
import {
  buildHome,
  createTestRuns,
  runbookOf,
  SAM,
  type TestHome,
  type TestRuns,
  testLibrary,
} from "../test-helpers.ts";
import { ALIVE, RELOAD, TRIES } from "../test-runbooks.ts";
import { askToLift, type FreezesDeps, liftFreeze, listFreezes, setFreeze } from "./freezes.ts";

const LIBRARY = testLibrary([
  runbookOf("tries", TRIES),
  runbookOf("looks", `${ALIVE}\n  - end: found`),
  runbookOf(
    "asks",
    `${ALIVE}${RELOAD}\n    scope: disruptive\n    verify: { again: alive, within: 60s }\n    next: { failed: { end: not_fixed } }\n  - end: fixed`,
  ),
]);

let database: TestDatabase;
let test: TestRuns;
let home: TestHome;
let deps: FreezesDeps;

beforeAll(async () => {
  database = await testDatabase();
});

afterAll(() => database.drop());

beforeEach(async () => {
  test = createTestRuns(database.db, LIBRARY);
  home = await buildHome(database.db, { standing: ["fix"] });
  test.house.setBridge("wedged");
  await database.db.deleteFrom("freeze").execute();
  await database.db.deleteFrom("approval").execute();
  await database.db.deleteFrom("person").execute();
  const { db, now, announcements } = test.deps;
  deps = { db, now, announcements, library: LIBRARY, queueMessage: async () => {} };
});

afterEach(() => test.close());

const inputs = () => ({ service: home.integration, bridge: home.bridge });
const site = () => ({ kind: "site" as const, subject: home.siteId, reason: "The bridge smells burnt", actor: SAM });

async function person(name: string): Promise<Actor> {
  const given = { name, email: `${name}@example.com`, role: "senior" as const, password: "long enough" };
  const id = await transaction(database.db, (trx) => addPerson(trx, given));
  return { ...(SAM as Extract<Actor, { kind: "person" }>), id, name, role: "senior" };
}

describe("a freeze", () => {
  it("stops a run that waits for the homeowner at once, and says why in its log", async () => {
    const runId = await test.start(home, "asks", { inputs: inputs() });
    await test.forward("5s");
    expect(await test.run(runId)).toMatchObject({ status: "waiting_for_consent" });

    await setFreeze(deps, site());
    await test.runs.engine.settle();

    expect(await test.run(runId)).toMatchObject({
      status: "cancelled",
      note: expect.stringContaining("The bridge smells burnt"),
    });
    expect(test.house.acts).toEqual([]);
  });

  it("sends no further try, and lets what was sent be proven", async () => {
    test.house.effects.delete("integration.reload");
    const runId = await test.start(home, "tries", { inputs: inputs() });
    await test.forward("5s");
    expect(test.house.acts).toHaveLength(1);

    await setFreeze(deps, site());
    await test.forward("5m");

    expect(test.house.acts).toHaveLength(1);
    expect(await test.run(runId)).toMatchObject({
      finishedAt: expect.any(String),
      stopReason: expect.stringContaining("Frozen"),
    });
  });

  it("lets checks go on, since that is when one has to look", async () => {
    const runId = await test.start(home, "looks", { inputs: inputs() });

    await setFreeze(deps, site());
    await test.forward("5s");

    expect(await test.run(runId)).toMatchObject({ outcome: "found" });
  });

  it("holds on another hub too, as it does after a restart", async () => {
    await setFreeze(deps, site());
    const hub = test.another();
    const runId = await test.start(home, "tries", { inputs: inputs() });

    await test.forward("5s", hub);

    expect(test.house.acts).toEqual([]);
    expect(await test.run(runId)).toMatchObject({
      outcome: "not_fixed",
      note: expect.stringContaining("Sam Jansen since"),
    });
    await hub.runs.close();
  });

  it("sends nothing more when the hub was held up for a second between intent and sending", async () => {
    const { monotonic } = test.clock;
    let jump = 0;
    Object.assign(test.clock, { monotonic: () => monotonic.call(test.clock) + jump });
    const crash = test.deps.crash;
    Object.assign(test.deps, {
      crash: async (...at: Parameters<NonNullable<typeof crash>>) => {
        if (at[0] === "act.after_intent") jump += 1000;
        await crash?.(...at);
      },
    });

    const runId = await test.start(home, "tries", { inputs: inputs() });
    await test.forward("5m");

    expect(test.house.acts).toEqual([]);
    expect(await test.kinds(runId)).toContain("fix.failed");
  });

  it("is refused for what does not exist, so that nobody believes to have frozen something", async () => {
    await expect(setFreeze(deps, { ...site(), kind: "runbook", subject: "tires" })).rejects.toMatchObject({
      code: "invalid_input",
    });
    expect(await listFreezes(deps)).toEqual([]);
  });

  it("maintenance as an untimed boolean: it says since when, by whom and why, and has no end of its own", async () => {
    await setFreeze(deps, site());
    await expect(setFreeze(deps, site())).rejects.toMatchObject({ code: "already_done" });
    await test.clock.forward("400d");

    expect(await listFreezes(deps)).toEqual([
      expect.objectContaining({
        name: "Canal house",
        reason: "The bridge smells burnt",
        frozenBy: "Sam Jansen",
        frozenAt: expect.any(String),
      }),
    ]);
  });
});

describe("lifting a freeze", () => {
  const carriesOut = { "freeze.lift": liftFreeze } as CarriesOut;

  it("needs another person, starts nothing, and lets the next run act", async () => {
    const [ann, bob] = [await person("Ann"), await person("Bob")];
    await setFreeze(deps, site());
    const { id, digest } = await askToLift(deps, { ...site(), reason: "It was the kettle", actor: ann });
    const give = (actor: Actor) => giveApproval(deps, carriesOut, { approvalId: id as ApprovalId, digest, actor });

    await expect(give(ann)).rejects.toMatchObject({ code: "not_allowed" });
    expect(await listFreezes(deps)).toHaveLength(1);
    await give(bob);

    expect(await listFreezes(deps)).toEqual([]);
    await test.start(home, "tries", { inputs: inputs() });
    await test.forward("5s");
    expect(test.house.acts).toHaveLength(1);
  });

  it("lifts that freeze only, not one that was set since", async () => {
    const [ann, bob] = [await person("Ann"), await person("Bob")];
    await setFreeze(deps, site());
    const { id, digest } = await askToLift(deps, { ...site(), actor: ann });
    await database.db
      .updateTable("freeze")
      .set({ frozenAt: new Date(0) })
      .execute();

    await expect(
      giveApproval(deps, carriesOut, { approvalId: id as ApprovalId, digest, actor: bob }),
    ).rejects.toMatchObject({ code: "conflict" });
    expect(await listFreezes(deps)).toHaveLength(1);
  });
});
