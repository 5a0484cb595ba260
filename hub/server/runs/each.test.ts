import { CaretakerError } from "@caretaker/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "../db/new-id.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
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

const LIST = `
  - check: list
    read: integration.list
    expect: { ill: { exists: true } }`;
const EACH = `
    each: { of: $list.integrations, as: one, max: 3 }`;
const STATE = "read: integration.state, with: { integration: $one.key }";

const LIBRARY = testLibrary([
  runbookOf(
    "checks",
    `${LIST}
  - check: all${EACH}
    read: integration.state
    with: { integration: $one.key }
    expect: { unavailable: 0 }
    next: { pass: { end: healthy } }
  - end: found`,
    "1h",
  ),
  ...["fixed", "undone"].map((outcome) =>
    runbookOf(
      outcome,
      `${LIST}
  - fix: all${EACH}
    do: integration.reload
    with: { integration: $one.key }
    verify: { ${STATE}, expect: { unavailable: 0 }, within: 10s }
    undo: { do: integration.reload, with: { integration: $one.key }, verify: { ${STATE}, expect: { entities: 7 } } }
    next: { failed: { end: not_fixed } }
  - end: ${outcome}`,
      "1h",
    ),
  ),
]);

let database: TestDatabase;
let test: TestRuns;
let home: TestHome;
/** Those that do not answer, and those that no reload helps. */
let ill: Set<string>;
let lost: Set<string>;

beforeAll(async () => {
  database = await testDatabase();
});

afterAll(() => database.drop());

beforeEach(async () => {
  test = createTestRuns(database.db, LIBRARY);
  home = await buildHome(database.db, { standing: ["fix"] });
  await database.db
    .insertInto("integration")
    .values(
      ["sonos", "knx"].map((key) => ({ id: newId<string>(), gatewayId: home.gatewayId, key, name: key, domain: key })),
    )
    .execute();
  ill = new Set(["hue", "sonos", "knx"]);
  lost = new Set();
  listed("hue", "sonos", "knx");
  test.house.reads.set("integration.state", ({ integration }) => ({
    ...CONDITION,
    unavailable: unavailable(integration),
  }));
  test.house.effects.set("integration.reload", ({ integration }) => {
    if (!lost.has(String(integration))) ill.delete(String(integration));
  });
});

afterEach(() => test.close());

const CONDITION = { state: "loaded", reason: null, needsSignIn: false, unavailable: 0, entities: 7 };
const unavailable = (key: unknown) => (ill.has(String(key)) ? 7 : 0);

function listed(...keys: string[]): void {
  const integrations = keys.map((key) => ({
    ...CONDITION,
    key,
    name: key.toUpperCase(),
    domain: key,
    disabled: false,
  }));
  test.house.reads.set("integration.list", { integrations, ill: keys.length });
}

async function ran(runbook: string) {
  const runId = await test.start(home, runbook, {});
  await test.forward("5m");
  await expectLogFolds(test, runId);
  return { run: await test.run(runId), events: await test.events(runId), runId };
}

const reloaded = () => test.house.acts.map(({ input }) => (input as { integration: string }).integration);

describe("a check that goes through several things", () => {
  it("is good when all are good, and says of each how it was", async () => {
    ill.clear();

    const { run, events } = await ran("checks");

    expect(run.outcome).toBe("healthy");
    expect(dataOf(events, "step.item_ended")).toMatchObject([
      { step: "all", item: { number: 1, of: 3, name: "HUE" }, result: "pass" },
      { item: { number: 2, name: "SONOS" } },
      { item: { number: 3, name: "KNX" } },
    ]);
  });

  it("is bad when any is bad, and still looks at the others", async () => {
    ill = new Set(["sonos"]);

    const { run, events } = await ran("checks");

    expect(run.outcome).toBe("found");
    expect(dataOf(events, "step.item_ended")).toMatchObject([
      { result: "pass" },
      { result: "fail" },
      { result: "pass" },
    ]);
  });

  it("is unknown before the first where there are more than it may go through", async () => {
    listed("hue", "sonos", "knx", "zwave");

    const { run, events } = await ran("checks");

    expect(run.outcome).toBe("unclear");
    expect(test.house.readsMade).toEqual(["integration.list"]);
    expect(dataOf(events, "step.decided")).toMatchObject([{ because: expect.stringContaining("more than 3") }]);
  });

  it("is good where there is nothing to go through", async () => {
    listed();

    expect((await ran("checks")).run.outcome).toBe("healthy");
  });
});

describe("a fix that goes through several things", () => {
  it("does one after the other, each with its own attempt, proof and permission", async () => {
    const { run, runId } = await ran("fixed");

    expect(run.outcome).toBe("fixed");
    expect(reloaded()).toEqual(["hue", "sonos", "knx"]);
    const attempts = await database.db
      .selectFrom("attempt")
      .select(["step", "item", "number", "target"])
      .where("runId", "=", runId)
      .orderBy("item")
      .execute();
    expect(attempts).toMatchObject([
      { step: "all", item: 1, number: 1, target: expect.stringContaining("/integration/hue") },
      { item: 2, number: 1, target: expect.stringContaining("/integration/sonos") },
      { item: 3, number: 1, target: expect.stringContaining("/integration/knx") },
    ]);
  });

  it("leaves alone what is well already, and fails when any of them fails", async () => {
    ill.delete("hue");
    lost.add("sonos");

    const { run } = await ran("fixed");

    expect(run.outcome).toBe("not_fixed");
    expect(reloaded()).toEqual(["sonos", "knx"]);
  });

  it("begins no other where it cannot be told of one", async () => {
    const before = test.house.reads.get("integration.state") as (input: Readonly<Record<string, unknown>>) => object;
    test.house.reads.set("integration.state", (input) => {
      if (input.integration === "sonos") throw new CaretakerError("gateway_timeout", "No answer.");
      return before(input);
    });

    const { run } = await ran("fixed");

    expect(run.outcome).toBe("unclear");
    expect(reloaded()).toEqual(["hue"]);
  });

  it("takes them back newest first", async () => {
    const { run } = await ran("undone");

    expect(run.outcome).toBe("undone");
    expect(reloaded()).toEqual(["hue", "sonos", "knx", "knx", "sonos", "hue"]);
  });

  it("asks once for all of them by name, and an answer for these permits no other", async () => {
    home = await buildHome(database.db, { standing: ["diagnose"] });
    listed("hue");
    const runId = await test.start(home, "fixed", {});
    await test.forward("10s");
    expect(await test.run(runId)).toMatchObject({ status: "waiting_for_consent", step: "all" });
    const { proposal } = await database.db
      .selectFrom("consentRequest")
      .select("proposal")
      .where("runId", "=", runId)
      .executeTakeFirstOrThrow();
    expect(proposal.acts).toMatchObject([
      { step: "all", item: 1, target: expect.stringContaining("/integration/hue") },
    ]);

    await test.answer("allow");
    await test.forward("3m");

    expect(await test.run(runId)).toMatchObject({ outcome: "fixed" });
    expect(reloaded()).toEqual(["hue"]);
  });
});
