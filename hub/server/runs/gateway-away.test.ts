import { CaretakerError, type GatewayState, type RunbookId } from "@caretaker/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
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

const LIBRARY = testLibrary([
  runbookOf(
    "restarting",
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
    verify: { again: alive, within: 30s, holds: 5s }
    next: { failed: { end: not_fixed } }
  - end: fixed`,
    "5m",
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
});

afterEach(() => test.close());

const started = () => test.start(home, "restarting", { inputs: { service: home.integration } });

describe("a gateway that restarts under a run", () => {
  it("is waited for, and the run goes on where it was", async () => {
    test.house.state = "restarting";
    const runId = await started();
    await test.forward("2m");
    expect(await test.run(runId)).toMatchObject({ status: "waiting_for_gateway", claimedBy: null });

    test.house.state = "online";
    await test.forward("1m");

    expect(await test.run(runId)).toMatchObject({ outcome: "fixed" });
    expect(test.house.acts).toHaveLength(1);
    await expectLogFolds(test, runId);
  });

  it("does not use up the limit of the run, nor the time that a verify has", async () => {
    const runId = await started();
    test.house.effects.set("integration.reload", () => {
      test.house.state = "restarting";
      throw new CaretakerError("gateway_lost", "The line was cut.");
    });
    await test.forward("6m");
    expect(await test.run(runId)).toMatchObject({ status: "waiting_for_gateway", hasUncertainStep: true });
    test.house.state = "online";
    await test.forward("15s");
    test.house.setBridge("well");
    await test.forward("1m");

    expect(await test.run(runId)).toMatchObject({ outcome: "fixed", hasUncertainStep: false });
    expect(test.house.acts).toHaveLength(1);
    await expectLogFolds(test, runId);
  });

  it("is waited for ten minutes in all, and then the step is unknown", async () => {
    test.house.state = "unreachable";
    const runId = await started();

    await test.forward("9m");
    expect(await test.run(runId)).toMatchObject({ status: "waiting_for_gateway" });
    await test.forward("2m");

    expect(await test.run(runId)).toMatchObject({ outcome: "unclear" });
    expect(dataOf(await test.events(runId), "step.read")).toMatchObject([
      { result: "unknown", error: expect.any(String) },
    ]);
    await expectLogFolds(test, runId);
  });

  it("that comes and goes is waited for ten minutes in all, not each time anew", async () => {
    test.house.state = "unreachable";
    const runId = await started();
    const read = test.house.read;
    test.house.read = async (...request) => {
      test.house.state = "unreachable";
      return read(...request);
    };

    for (let times = 0; times < 7; times += 1) {
      await test.forward("2m");
      if ((await test.run(runId)).status === "finished") break;
      expect(await test.run(runId)).toMatchObject({ status: "waiting_for_gateway" });
      test.house.state = "online";
    }

    expect(await test.run(runId)).toMatchObject({ outcome: "unclear" });
    expect(test.clock.now().getTime() - Date.parse((await test.run(runId)).createdAt)).toBeLessThan(13 * 60_000);
    await expectLogFolds(test, runId);
  });

  it("of another gateway than the run's own is waited for by itself", async () => {
    const second = crypto.randomUUID();
    await database.db
      .insertInto("gateway")
      .values({
        id: second,
        siteId: home.siteId,
        connector: "home-assistant",
        name: "Garden house",
        config: "{}",
        address: "http://192.168.1.21:8123",
        reason: JSON.stringify({ code: "new" }),
        since: new Date(),
        createdAt: new Date(),
      })
      .execute();
    const { id } = await test.runs.start({
      siteId: home.siteId,
      gatewayId: home.gatewayId,
      runbook: "restarting" as RunbookId,
      inputs: { service: home.integration },
      reason: "Look at it",
      homeownerAsked: false,
      actor: SAM,
    });
    await database.db
      .updateTable("integration")
      .set({ gatewayId: second })
      .where("id", "=", home.integration)
      .execute();
    let state: GatewayState = "restarting";
    test.house.status = (gatewayId) => ({ state: gatewayId === second ? state : "online", name: "Home Assistant" });

    await test.forward("1m");
    expect(await test.run(id)).toMatchObject({ status: "waiting_for_gateway" });
    const waits = dataOf(await test.events(id), "run.waiting").length;
    state = "online";
    await test.forward("1m");

    expect(waits).toBe(1);
    expect(await test.run(id)).toMatchObject({ outcome: "fixed" });
  });

  it.each(["credentials_refused", "access_withdrawn", "unsupported"] as const)(
    "is not waited for when it is %s",
    async (state) => {
      test.house.state = state;
      const runId = await started();

      await test.forward("1s");

      expect(await test.run(runId)).toMatchObject({ outcome: "unclear" });
    },
  );

  it("can be cancelled while it is waited for", async () => {
    test.house.state = "unreachable";
    const runId = await started();
    await test.forward("1m");

    await test.runs.stopRequested(database.db as never, { runId, by: "hub", reason: "Enough", now: test.clock.now() });
    await test.forward("1s");

    expect(await test.run(runId)).toMatchObject({ status: "cancelled" });
  });
});
