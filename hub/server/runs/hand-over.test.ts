import type { AgentId, RunId } from "@caretaker/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "../db/new-id.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import {
  buildHome,
  createTestRuns,
  expectLogFolds,
  runbookOf,
  type TestHome,
  type TestHub,
  type TestRuns,
  testLibrary,
} from "./test-helpers.ts";

const LIBRARY = testLibrary([
  runbookOf(
    "stuck",
    `
  - check: alive
    read: integration.state
    with: { integration: $service }
    expect: { unavailable: 0 }
    next: { pass: { end: healthy }, fail: { end: found } }`,
  ),
]);

let database: TestDatabase;
let test: TestRuns;
let other: TestHub;
let home: TestHome;
let agentId: AgentId;
/** What `test`, the hub without the line, handed over to `other`. */
let handed: RunId[];

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

beforeEach(async () => {
  test = createTestRuns(database.db, LIBRARY);
  other = test.another();
  home = await buildHome(database.db, { standing: ["diagnose"] });
  agentId = newId<AgentId>();
  const { siteId } = home;
  const pairedAt = test.clock.now();
  const row = { id: agentId, siteId, publicKey: agentId, fingerprint: "ABCD", status: "paired", pairedAt } as const;
  await database.db
    .insertInto("agent")
    .values({ ...row, pairedBy: "test" })
    .execute();
  handed = [];
  test.deps.announcements.on("run.handed", ({ runId, hubId }) => {
    expect(hubId).toBe(other.deps.hubId);
    handed.push(runId);
  });
  // Both know the home; one of them reaches it.
  const away = { agentWithoutLine: () => agentId, status: () => ({ name: "Home", state: "unreachable" }) };
  Object.assign(test.deps, { gateways: Object.assign(Object.create(test.house), away) });
});
afterEach(async () => {
  await other.runs.close();
  await test.close();
});

/** What a hub says of the line that it holds; null where none does. */
async function lineAt(hubId: string | null): Promise<void> {
  const lineUntil = new Date(test.clock.now().getTime() + 75_000);
  await database.db.updateTable("agent").set({ lineHub: hubId, lineUntil }).where("id", "=", agentId).execute();
}
const started = () => test.start(home, "stuck", { inputs: { service: home.integration } });

describe("a run in a home behind an agent", () => {
  it("is done at once at the hub that holds the agent's line, whichever of them took it up", async () => {
    await lineAt(other.deps.hubId);
    const runId = await started();

    await test.runs.engine.settle();
    expect(handed).toEqual([runId]);
    expect(await test.run(runId)).toMatchObject({ status: "queued", claimedBy: null });
    await other.runs.engine.take(runId);
    await other.runs.engine.settle();

    expect(await test.run(runId)).toMatchObject({ status: "finished", outcome: "healthy" });
    expect(await test.kinds(runId)).not.toContain("run.waiting");
    await expectLogFolds(test, runId);
  });

  it("is nobody else's for a moment, so that two hubs do not take it in turns", async () => {
    await lineAt(other.deps.hubId);
    const runId = await started();
    await test.runs.engine.settle();

    await test.clock.forward("1s");
    await test.runs.engine.settle();

    expect(handed).toEqual([runId]);
    expect((await test.run(runId)).fencing).toBe(1);
  });

  it("waits as ever where the hub that held the line is gone, and is offered to it with each look", async () => {
    await lineAt(other.deps.hubId);
    const runId = await started();
    await test.runs.engine.settle();

    await test.forward("3s");

    expect(await test.run(runId)).toMatchObject({ status: "waiting_for_gateway" });
    await test.forward("5s");
    expect(handed.length).toBeGreaterThan(1);
    // The agent is at the next hub, which says so and takes what it is offered.
    await other.runs.engine.take(runId);
    await other.runs.engine.settle();
    expect(await test.run(runId)).toMatchObject({ outcome: "healthy" });
    await expectLogFolds(test, runId);
  });

  it.each([
    ["no hub says that it holds the line", async () => lineAt(null)],
    ["the hub that last said so has not said it again", () => lineAt("gone").then(late)],
  ])("is worked on where it was taken up when %s", async (_, prepare) => {
    await prepare();
    const runId = await started();

    await test.runs.engine.settle();

    expect(handed).toEqual([]);
    expect(await test.run(runId)).toMatchObject({ status: "waiting_for_gateway" });
  });

  it("is not taken from a hub that works on it, whoever was told to take it", async () => {
    const runId = await started();
    await database.db
      .updateTable("run")
      .set({ claimedBy: "third", claimedUntil: new Date(test.clock.now().getTime() + 30_000), fencing: 7 })
      .where("id", "=", runId)
      .execute();

    await other.runs.engine.take(runId);
    await other.runs.engine.settle();

    expect(await test.run(runId)).toMatchObject({ claimedBy: "third", fencing: 7 });
  });
});

async function late(): Promise<void> {
  await test.clock.forward("80s");
}
