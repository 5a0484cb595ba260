import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
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
import { RELOAD, STUCK, WAITING } from "./test-runbooks.ts";

const use = (name: string, runbook: string, next = ""): string => `
  - use: ${name}
    runbook: ${runbook}
    with: { service: $service, bridge: $bridge }${next === "" ? "" : `\n    next: ${next}`}`;
const end = (outcome: string): string => `
  - end: ${outcome}`;

/** Switches the bridge off and on, and takes that back where it did not help. */
const CUT = `
  - check: alive
    read: integration.state
    with: { integration: $service }
    expect: { unavailable: 0 }
    next: { pass: { end: healthy } }
  - fix: power
    do: power.cycle
    with: { switch: $bridge.poweredBy, off: 10s }
    verify: { again: alive, within: 20s }
    undo: { do: power.on, with: { switch: $bridge.poweredBy } }
    next: { failed: { end: undone } }
  - end: fixed`;

/** Outcomes that end the one that uses it alike, where it does not say where they lead. */
const LIKE = ["refused", "no_answer", "unclear"] as const;

/** Ends one way where the bridge is wedged, and otherwise another. */
const ENDS = (outcome: string): string => `
  - check: alive
    read: integration.state
    with: { integration: $service }
    expect: { unavailable: 0 }
    next: { fail: { end: ${outcome} } }
  - end: healthy`;

const RUNBOOKS = [
  runbookOf("stuck", STUCK),
  runbookOf("middle", `${use("inner", "stuck", "{ not_fixed: { end: not_fixed } }")}${end("fixed")}`),
  runbookOf("outer", `${use("middle", "middle", "{ fixed: { end: found } }")}${end("not_fixed")}`),
  ...LIKE.flatMap((outcome, index) => [
    runbookOf(`ends-${index}`, ENDS(outcome)),
    runbookOf(`uses-${index}`, `${use("it", `ends-${index}`)}${end("fixed")}`),
    runbookOf(`names-${index}`, `${use("it", `ends-${index}`, `{ ${outcome}: { end: found } }`)}${end("fixed")}`),
  ]),
  runbookOf("cut", CUT),
  runbookOf(
    "cut-later",
    `
  - check: alive
    read: integration.state
    with: { integration: $service }
    expect: { unavailable: 0 }${RELOAD}
    verify: { again: alive, within: 10s }
    next: { failed: continue }${use("it", "cut")}${end("not_fixed")}`,
  ),
  runbookOf("cut-back", `${use("it", "cut", "{ fixed: { end: undone } }")}${end("not_fixed")}`),
  runbookOf("waiting", WAITING),
  runbookOf("uses-waiting", `${use("it", "waiting", "{ healthy: { end: healthy } }")}${end("not_fixed")}`),
];

let database: TestDatabase;
let test: TestRuns;
let home: TestHome;

beforeAll(async () => {
  database = await testDatabase();
});

afterAll(() => database.drop());

beforeEach(async () => {
  test = createTestRuns(database.db, testLibrary(RUNBOOKS));
  test.house.capabilities["power.cycle"] = { ...test.house.capabilities["power.cycle"]!, scope: "fix" };
  home = await buildHome(database.db, { standing: ["fix"] });
  test.house.setBridge("wedged");
});

afterEach(() => test.close());

const inputs = () => ({ service: home.integration, bridge: home.bridge });

async function ran(runbook: string) {
  const runId = await test.start(home, runbook, { inputs: inputs() });
  await test.forward("5m");
  await expectLogFolds(test, runId);
  return { runId, run: await test.run(runId), events: await test.events(runId) };
}

const acts = () => test.house.acts.map(({ capability }) => capability);

describe("a runbook that uses another", () => {
  it("runs its steps under its own name before theirs, and goes on with its outcome, however deep", async () => {
    const { run, events } = await ran("outer");

    expect(run.outcome).toBe("found");
    expect(test.house.acts).toMatchObject([{ capability: "integration.reload", input: { integration: "hue" } }]);
    expect(dataOf(events, "step.ended")).toMatchObject([
      { step: "middle/inner/alive", result: "fail", to: "middle/inner/reload" },
      { step: "middle/inner/reload", result: "fixed", to: "middle/inner/end.fixed" },
      { step: "middle/inner/end.fixed", result: "fixed" },
      { step: "middle/inner", result: "fixed", to: "middle/end.fixed" },
      { step: "middle/end.fixed", result: "fixed" },
      { step: "middle", result: "fixed", to: expect.stringContaining("end.found") },
      { result: "found" },
    ]);
  });

  it.each(LIKE.map((outcome, index) => ({ outcome, index })))(
    "ends $outcome like the one that it uses, unless it names that; after any other outcome it flows on",
    async ({ outcome, index }) => {
      expect((await ran(`uses-${index}`)).run).toMatchObject({ status: "finished", outcome });
      expect((await ran(`names-${index}`)).run.outcome).toBe("found");
      test.house.setBridge("well");
      expect((await ran(`uses-${index}`)).run.outcome).toBe("fixed");
    },
  );

  it("lets the one that it uses take back its own fixes, and nothing that was done before it", async () => {
    test.house.effects.set("integration.reload", () => {});
    test.house.effects.set("power.cycle", () => {});

    const { run, events } = await ran("cut-later");

    expect(acts()).toEqual(["integration.reload", "power.cycle", "power.on"]);
    expect(dataOf(events, "step.ended")).toContainEqual(expect.objectContaining({ step: "it", result: "undone" }));
    expect(run).toMatchObject({ outcome: "not_fixed" });
  });

  it("takes back at its own end what the one that it uses has done", async () => {
    const { run } = await ran("cut-back");

    expect(acts()).toEqual(["power.cycle", "power.on"]);
    expect(run).toMatchObject({ outcome: "undone" });
  });

  it("goes on after a restart with the version that it began with, whatever the library has by then", async () => {
    const runId = await test.start(home, "uses-waiting", { inputs: inputs() });
    await test.forward("20s");
    expect(await test.run(runId)).toMatchObject({ status: "waiting_for_timer", step: "it/back" });
    await test.runs.close();

    const changed = RUNBOOKS.map((text) => (/^id: waiting$/m.test(text) ? runbookOf("waiting", ENDS("found")) : text));
    const next = createTestRuns(database.db, testLibrary(changed));
    next.house.setBridge("well");
    await next.forward("2m");

    expect(await next.run(runId)).toMatchObject({ status: "finished", outcome: "healthy" });
    await next.close();
  });
});
