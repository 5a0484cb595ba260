import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { affectedBy, objection } from "./protect.ts";
import {
  buildHome,
  createTestRuns,
  dataOf,
  runbookOf,
  type TestHome,
  type TestRuns,
  testLibrary,
} from "./test-helpers.ts";
import { ALIVE, TRIES } from "./test-runbooks.ts";
import { loadThing } from "./things.ts";

const LIBRARY = testLibrary([runbookOf("tries", TRIES)]);

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

const started = (runbook: string) =>
  test.start(home, runbook, { inputs: { service: home.integration, bridge: home.bridge } });

async function attempts(): Promise<unknown[]> {
  return database.db
    .selectFrom("attempt")
    .innerJoin("run", "run.id", "attempt.runId")
    .select("attempt.id")
    .where("run.siteId", "=", home.siteId)
    .execute();
}

describe("the gate", () => {
  const power = `  - fix: power
    do: power.cycle
    with: { switch: $bridge.poweredBy, off: 10s }
    verify: { again: alive, within: 20s }
    undo: { do: power.on, with: { switch: $bridge.poweredBy } }
    next: { failed: { end: not_fixed } }
  - end: fixed`;
  const library = testLibrary([runbookOf("cycling", `${ALIVE}\n${power}`)]);

  async function refusedWith(): Promise<{ acts: number; message: string }> {
    const runs = createTestRuns(database.db, library);
    runs.house.setBridge("wedged");
    const runId = await runs.start(home, "cycling", { inputs: { service: home.integration, bridge: home.bridge } });
    await runs.forward("5s");
    const [refused] = dataOf(await runs.events(runId), "fix.refused");
    expect(await runs.run(runId)).toMatchObject({ outcome: "not_fixed" });
    await runs.close();
    return { acts: runs.house.acts.length, message: refused?.kind === "fix.refused" ? refused.message : "" };
  }

  it("never switches off what carries the gateway", async () => {
    await database.db.updateTable("device").set({ carriesGateway: true }).where("id", "=", home.bridge).execute();

    expect(await refusedWith()).toEqual({ acts: 0, message: expect.stringContaining("carries the gateway") });
  });

  it("never switches off the path to the gateway, however long", async () => {
    const [network, box] = [crypto.randomUUID(), crypto.randomUUID()];
    await database.db
      .insertInto("device")
      .values([
        {
          id: network,
          gatewayId: home.gatewayId,
          key: "switch",
          name: "Network switch",
          kind: "network",
          upstreamId: home.bridge,
        },
        {
          id: box,
          gatewayId: home.gatewayId,
          key: "box",
          name: "Box",
          kind: "controller",
          upstreamId: network,
          carriesGateway: true,
        },
      ])
      .execute();

    expect(await refusedWith()).toEqual({
      acts: 0,
      message: expect.stringContaining("Box, which carries the gateway"),
    });
  });

  it("never switches off what feeds a switch that feeds the gateway", async () => {
    const inner = crypto.randomUUID();
    await database.db
      .insertInto("entity")
      .values({
        id: inner,
        gatewayId: home.gatewayId,
        key: "inner",
        label: "switch.inner",
        name: "Inner",
        kind: "switch",
        deviceId: home.bridge,
      })
      .execute();
    await database.db
      .insertInto("device")
      .values({
        id: crypto.randomUUID(),
        gatewayId: home.gatewayId,
        key: "box",
        name: "Box",
        kind: "controller",
        poweredBy: inner,
        carriesGateway: true,
      })
      .execute();

    expect(await refusedWith()).toEqual({
      acts: 0,
      message: expect.stringContaining("Box, which carries the gateway"),
    });
  });

  it("touches nothing that a person said not to touch, nor what goes dark with it", async () => {
    await database.db
      .insertInto("device")
      .values({
        id: crypto.randomUUID(),
        gatewayId: home.gatewayId,
        key: "pump",
        name: "Medical pump",
        kind: "appliance",
        poweredBy: home.plug,
        doNotTouch: true,
      })
      .execute();

    expect(await refusedWith()).toEqual({ acts: 0, message: expect.stringContaining("Medical pump") });
  });

  it("runs no macro of a gateway that has something not to be touched, since nobody knows what it reaches", async () => {
    const mark = (doNotTouch: boolean) =>
      database.db.updateTable("device").set({ doNotTouch }).where("id", "=", home.bridge).execute();
    const thing = await loadThing(database.db, "entity", home.plug);
    const why = async () =>
      objection("macro.run", thing, await affectedBy(database.db, home.siteId, "macro.run", thing));
    expect(await why()).toBeNull();

    await mark(true);

    expect(await why()).toMatch(/is marked "do not touch", and nobody here knows/);
    await mark(false);
  });

  it.each([
    ["firm", () => "firm"],
    ["site", () => home.siteId],
    ["connector", () => "home-assistant"],
    ["runbook", () => "tries"],
    ["person", () => "019aa000-0000-7000-8000-0000000000aa"],
  ])("acts on nothing while the %s is frozen, and reads on", async (kind, subject) => {
    await database.db
      .insertInto("freeze")
      .values({
        kind,
        subject: subject(),
        reason: "Something is wrong",
        frozenBy: "person:1 Ada",
        frozenAt: new Date(),
      })
      .execute();
    const runId = await started("tries");

    await test.forward("1m");

    await database.db.deleteFrom("freeze").execute();
    expect(test.house.acts).toEqual([]);
    expect(test.house.readsMade.length).toBeGreaterThan(0);
    expect(await test.run(runId)).toMatchObject({ outcome: "not_fixed", note: expect.stringContaining("frozen") });
    expect(await attempts()).toEqual([]);
  });

  it("does nothing when it cannot write it down", async () => {
    await database.db.schema.alterTable("ledgerEntry").renameTo("ledger_entry_away").execute();
    const runId = await test.start(home, "tries", { inputs: { service: home.integration } }).catch(() => null);
    await database.db.schema.alterTable("ledgerEntryAway").renameTo("ledger_entry").execute();
    expect(runId).toBeNull();
    const accepted = await started("tries");
    await test.deps.db.transaction().execute(async () => {});
    const original = test.deps.consent.permit;
    Object.assign(test.deps.consent, {
      permit: async (...question: Parameters<typeof original>) => {
        const verdict = await original(...question);
        await question[0].schema.dropTable("ledgerPayload").execute();
        return verdict;
      },
    });
    Object.assign(test.deps, { log: { info() {}, warn() {}, error() {} } });

    await test.forward("10s");

    expect(test.house.acts).toEqual([]);
    expect(await attempts()).toEqual([]);
    expect(await test.run(accepted)).toMatchObject({ status: "running" });
  });
});
