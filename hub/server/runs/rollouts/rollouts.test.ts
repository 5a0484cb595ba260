import type { Actor, ApprovalId, PersonId, RolloutId, RunId, SiteId } from "@caretaker/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { giveApproval } from "../../approvals/answer.ts";
import type { CarriesOut } from "../../approvals/types.ts";
import { transaction } from "../../db/database.ts";
import { type TestDatabase, testDatabase } from "../../db/test-database.ts";
import { addPerson } from "../../people/people.ts";
import { allowMoreHomes } from "../homes-at-once.ts";
import {
  buildHome,
  createTestRuns,
  runbookOf,
  SAM,
  type TestHome,
  type TestRuns,
  testLibrary,
} from "../test-helpers.ts";
import { STUCK } from "../test-runbooks.ts";
import { startRollout } from "./begin.ts";
import { previewRollout } from "./candidates.ts";
import type { RolloutsDeps } from "./deps.ts";
import { beginApprovedWave, beginWave, stopRollout } from "./next.ts";
import { moveRollouts } from "./pump.ts";
import { readRollout } from "./rows.ts";

const LIBRARY = testLibrary([
  runbookOf("stuck", STUCK),
  runbookOf(
    "look",
    `
  - check: alive
    read: integration.state
    with: { integration: $service }
    expect: { state: loaded }
  - end: healthy`,
  ),
]);

type Person = Extract<Actor, { kind: "person" }>;

let database: TestDatabase;
let test: TestRuns;
let deps: RolloutsDeps;
let sam: Person;
let people = 0;
const mended = new Set<string>();

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  test = createTestRuns(database.db, LIBRARY);
  Object.assign(test.deps, { homesAtOnce: 5 });
  deps = { ...test.deps, runs: test.runs, queueMessage: async () => {} };
  sam = await person("technician");
  everyHomeIsIllUntilItIsMended();
});
afterEach(() => test.close());

function everyHomeIsIllUntilItIsMended(): void {
  const { read, act } = test.house;
  test.house.read = async (gatewayId, capability, input) => {
    test.house.setBridge(mended.has(gatewayId) ? "well" : "wedged");
    return read(gatewayId, capability, input);
  };
  test.house.act = async (gatewayId, request) => {
    if (!stubborn.has(gatewayId)) mended.add(gatewayId);
    return act(gatewayId, request);
  };
}
/** Homes that no fix helps. */
const stubborn = new Set<string>();

async function person(role: "technician" | "senior"): Promise<Person> {
  people += 1;
  const given = { name: `P${people}`, email: `p${people}@example.com`, role, password: "long enough" };
  const id = await transaction(database.db, (trx) => addPerson(trx, given));
  return { ...(SAM as Person), id: id as PersonId, name: given.name, role };
}

async function homesWith(count: number): Promise<TestHome[]> {
  const homes: TestHome[] = [];
  for (let made = 0; made < count; made += 1) homes.push(await buildHome(database.db, { standing: ["fix"] }));
  await database.db.updateTable("site").set({ quietFrom: "00:00", quietTo: "00:00" }).execute();
  return homes;
}

const stuckIn = (homes: readonly TestHome[]) =>
  homes.map(({ siteId, integration, bridge }) => ({
    siteId: siteId as SiteId,
    inputs: { service: integration, bridge },
  }));

const start = (homes: readonly TestHome[], more: object = {}) =>
  startRollout(deps, {
    runbook: "stuck" as never,
    homes: stuckIn(homes),
    reason: "A fault of this version",
    haltAfter: 2,
    goesOn: false,
    actor: sam,
    ...more,
  });

/** Moves time on, and rollouts with it. */
async function forward(duration = "2m"): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) {
    await moveRollouts(deps);
    await test.forward(duration);
  }
  await moveRollouts(deps);
}

const next = (rolloutId: RolloutId, wave: number, actor: Actor = sam) =>
  beginWave(deps, { rolloutId, wave, reason: "It went well", actor });

const carriesOut: CarriesOut = {
  "consent.emergency": async () => [],
  "freeze.lift": async () => [],
  "homes.more": allowMoreHomes,
  "rollout.wave": beginApprovedWave,
  "runbook.publish": async () => [],
};
async function approve(approvalId: ApprovalId): Promise<void> {
  const { digest } = await database.db
    .selectFrom("approval")
    .select("digest")
    .where("id", "=", approvalId)
    .executeTakeFirstOrThrow();
  const senior = { ...(await person("senior")), factorAt: test.clock.now().toISOString() };
  await giveApproval(deps, carriesOut, { approvalId, digest, actor: senior });
}

describe("a rollout", () => {
  it("begins with one home, waits for a person, goes on with five, and ends when all had their turn", async () => {
    const { id, waves } = await start(await homesWith(5));
    expect(waves).toEqual([1, 4]);
    await forward();
    expect(await readRollout(deps, id)).toMatchObject({
      status: "paused",
      wave: 1,
      counts: { planned: 4, open: 0, well: 1, ill: 0, notDone: 0 },
    });

    await next(id, 2);
    await forward();

    const ended = await readRollout(deps, id);
    expect(ended).toMatchObject({ status: "finished", counts: { planned: 0, well: 5 } });
    expect(ended.homes.map(({ run }) => run?.outcome)).toEqual(Array.from({ length: 5 }, () => "fixed"));
    const entries = await test.db
      .selectFrom("ledgerEntry")
      .select("event")
      .where("chain", "=", "firm")
      .where("event", "in", ["rollout.started", "rollout.wave", "rollout.finished"])
      .orderBy("number")
      .execute();
    expect(entries.map(({ event }) => event).slice(-3)).toEqual([
      "rollout.started",
      "rollout.wave",
      "rollout.finished",
    ]);
  });

  it("goes on by itself when that was said and every home ended well, but never past what one person may do alone", async () => {
    const { id, waves } = await start(await homesWith(8), { goesOn: true });
    expect(waves).toEqual([1, 5, 2]);

    await forward();

    // One and five are six: that many need a second person.
    expect(await readRollout(deps, id)).toMatchObject({
      status: "paused",
      wave: 1,
      counts: { well: 1, planned: 7 },
    });
    const looking = await startRollout(deps, {
      runbook: "look" as never,
      homes: stuckIn(await homesWith(8)),
      reason: "To look",
      haltAfter: 2,
      goesOn: true,
      actor: sam,
    });
    await forward();
    expect(await readRollout(deps, looking.id)).toMatchObject({ status: "finished", counts: { well: 8 } });
  });

  it("asks a second person for more homes than one may act in alone; then its homes need not wait for the hour", async () => {
    const { id } = await start(await homesWith(7));
    await forward();

    const { approval, rollout } = await next(id, 2);

    expect(rollout).toMatchObject({ status: "paused", wave: 1, approvalId: approval?.id, nextNeedsSecondPerson: true });
    expect(approval).toMatchObject({ kind: "rollout.wave", title: expect.stringContaining("in 5 homes") });
    await forward();
    expect((await readRollout(deps, id)).counts).toMatchObject({ planned: 6 });
    await expect(
      giveApproval(deps, carriesOut, { approvalId: approval?.id as never, digest: approval?.digest ?? "", actor: sam }),
    ).rejects.toThrow();
    await approve(approval?.id as ApprovalId);
    await forward();
    expect(await readRollout(deps, id)).toMatchObject({
      status: "paused",
      wave: 2,
      counts: { well: 6, planned: 1 },
    });
  });

  it("is not begun with other homes than the second person read", async () => {
    const [first, ...rest] = await homesWith(7);
    const { id } = await start([first as TestHome, ...rest]);
    await forward();
    const { approval } = await next(id, 2);
    await database.db
      .updateTable("rolloutHome")
      .set({ inputs: JSON.stringify({ service: "another" }) })
      .where("rolloutId", "=", id)
      .where("wave", "=", 2)
      .execute();

    await expect(approve(approval?.id as ApprovalId)).rejects.toMatchObject({ code: "changed_meanwhile" });
    expect((await readRollout(deps, id)).wave).toBe(1);
  });

  it("halts by itself at the second home that did not end well, and begins no further one", async () => {
    const homes = await homesWith(5);
    for (const { gatewayId } of homes.slice(1, 3)) stubborn.add(gatewayId);
    const { id } = await start(homes);
    await forward();
    await next(id, 2);
    await forward();

    const halted = await readRollout(deps, id);
    expect(halted).toMatchObject({ status: "halted", counts: { ill: 2 } });
    expect(halted.why).toContain("2 of its homes did not end well");
    await expect(next(id, 2)).rejects.toMatchObject({ code: "changed_meanwhile" });
  });

  it("passes over a home that is busy, and says which run is there", async () => {
    const homes = await homesWith(2);
    const { id } = await start(homes);
    const [, second] = homes;
    if (second === undefined) throw new Error("There are two homes.");
    await forward();
    // It became busy between the preview and its turn.
    const busy = await test.start({ siteId: second.siteId } as never, "stuck", {
      inputs: { service: second.integration, bridge: second.bridge },
    });
    await next(id, 2);
    await moveRollouts(deps);

    const { homes: now } = await readRollout(deps, id);
    expect(now[1]).toMatchObject({
      status: "skipped",
      why: expect.stringContaining("works at this site now"),
      run: null,
    });
    const left = await test.db.selectFrom("run").select("id").where("siteId", "=", second.siteId).execute();
    expect(left).toEqual([{ id: busy }]);
  });

  it("keeps a home that cannot take part with why, and is refused where none can", async () => {
    const [one, gone] = await homesWith(2);
    if (one === undefined || gone === undefined) throw new Error("There are two homes.");
    await database.db.updateTable("site").set({ removedAt: test.clock.now() }).where("id", "=", gone.siteId).execute();

    const { homes } = await start([gone, one]);

    expect(homes).toMatchObject([
      { siteId: one.siteId, status: "planned" },
      { siteId: gone.siteId, status: "skipped", why: expect.stringContaining("no such site") },
    ]);
    await expect(start([gone])).rejects.toMatchObject({ code: "invalid_input" });
    await expect(start([one, one])).rejects.toMatchObject({ fields: [{ path: "homes.1.siteId" }] });
  });

  it("stopped by a person begins no further home, and stops what still waits if that was said", async () => {
    const homes = await homesWith(3);
    await database.db.updateTable("standingConsent").set({ scope: "view" }).where("scope", "=", "fix").execute();
    const { id } = await start(homes);
    await moveRollouts(deps);
    await test.forward("2m");
    const [first] = (await readRollout(deps, id)).homes;
    expect(first?.run?.status).toBe("waiting_for_consent");

    const stopped = await stopRollout(deps, { rolloutId: id, alsoRuns: true, reason: "A better way", actor: sam });
    await forward();

    expect(stopped).toMatchObject({ status: "stopped", why: "A better way", counts: { planned: 0 } });
    expect(await test.run(first?.run?.id as RunId)).toMatchObject({ status: "cancelled" });
    expect((await readRollout(deps, id)).homes.filter(({ run }) => run !== null)).toHaveLength(1);
  });

  it("does not begin the rest of a wave in the name of somebody who was shut out", async () => {
    const { id } = await start(await homesWith(3));
    await forward();
    await next(id, 2);
    await database.db.updateTable("person").set({ disabledAt: test.clock.now() }).where("id", "=", sam.id).execute();

    await forward();

    expect(await readRollout(deps, id)).toMatchObject({
      status: "paused",
      why: expect.stringContaining("may not start runs any more"),
      counts: { planned: 2 },
    });
  });

  it("begins each home once, however many hubs move it on at the same moment", async () => {
    const { id } = await start(await homesWith(5));
    await forward();
    await next(id, 2);

    await Promise.all(Array.from({ length: 6 }, () => moveRollouts(deps)));

    const runs = await database.db
      .selectFrom("run")
      .innerJoin("rolloutHome", "rolloutHome.siteId", "run.siteId")
      .select("run.id")
      .where("rolloutHome.rolloutId", "=", id)
      .execute();
    expect(runs).toHaveLength(5);
  });

  it("of a runbook that was published anew does not go on with another one than was begun", async () => {
    const { id } = await start(await homesWith(2));
    await database.db
      .updateTable("rollout")
      .set({ digest: "0".repeat(64) })
      .where("id", "=", id)
      .execute();

    await forward();

    const { homes } = await readRollout(deps, id);
    expect(homes[0]).toMatchObject({ status: "skipped", why: expect.stringContaining("published anew") });
  });
});

describe("a rehearsed rollout", () => {
  it("says in every home at once what would be done and who would be asked, and does nothing", async () => {
    const homes = await homesWith(7);
    const [well, , asked] = homes;
    if (well === undefined || asked === undefined) throw new Error("There are seven homes.");
    mended.add(well.gatewayId);
    await database.db
      .updateTable("standingConsent")
      .set({ scope: "view" })
      .where("siteId", "=", asked.siteId)
      .execute();

    const { id } = await start(homes, { rehearse: true, haltAfter: 1 });
    await forward();

    const ended = await readRollout(deps, id);
    expect(ended).toMatchObject({ status: "finished", isRehearsal: true, waves: [7], counts: { well: 7, planned: 0 } });
    expect(ended.homes[0]).toMatchObject({ run: { outcome: "healthy" }, would: [] });
    expect(ended.homes[1]?.would).toMatchObject([{ capability: "integration.reload", permission: "standing" }]);
    expect(ended.homes[2]?.would[0]?.permission).not.toBe("standing");
    expect(test.house.acts).toEqual([]);
    const of = homes.map(({ siteId }) => siteId);
    expect(await database.db.selectFrom("consentRequest").select("id").where("siteId", "in", of).execute()).toEqual([]);
  });

  it("does not halt at homes of which it can say nothing: nothing was done that could do harm", async () => {
    const homes = await homesWith(4);
    const of = homes.map(({ siteId }) => siteId);
    // Not even looking is allowed any more.
    await database.db.deleteFrom("standingConsent").where("siteId", "in", of).execute();

    const { id } = await start(homes, { rehearse: true, haltAfter: 1 });
    await forward();

    expect(await readRollout(deps, id)).toMatchObject({ status: "finished", counts: { planned: 0, open: 0, ill: 4 } });
  });
});

describe("a preview", () => {
  it("finds each home's own things by what they are like, and says why a home cannot take part", async () => {
    const [one] = await homesWith(1);
    if (one === undefined) throw new Error("There is a home.");
    const { domain } = await database.db
      .selectFrom("integration")
      .select("domain")
      .where("id", "=", one.integration)
      .executeTakeFirstOrThrow();
    await database.db
      .updateTable("device")
      .set({ make: "Signify", model: "BSB002" })
      .where("id", "=", one.bridge)
      .execute();

    const { homes, choices } = await previewRollout(deps, {
      runbook: "stuck" as never,
      inputs: {},
      things: { service: { domain }, bridge: { make: "Signify", model: "BSB002" } },
    });

    const mine = homes.find(({ siteId }) => siteId === one.siteId);
    expect(mine).toMatchObject({ why: null, inputs: { service: one.integration, bridge: one.bridge } });
    expect(homes.filter(({ siteId }) => siteId !== one.siteId).every(({ why }) => why !== null)).toBe(true);
    expect(choices.bridge).toContainEqual({
      like: { make: "Signify", model: "BSB002" },
      label: "Signify BSB002",
      homes: 1,
    });
    expect(await database.db.selectFrom("run").select("id").where("siteId", "=", one.siteId).execute()).toEqual([]);
  });
});
