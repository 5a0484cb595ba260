import { CaretakerError, type RunbookId } from "@caretaker/protocol";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { newId } from "../db/new-id.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { RunbookCase } from "../runbooks/case.ts";
import { readPlace } from "./place.ts";
import { CannotPlay, type Played, play } from "./play.ts";
import { answerQuestion } from "./question.ts";
import { buildHome, createTestRuns, dataOf, runbookOf, SAM, type TestRuns, testLibrary } from "./test-helpers.ts";

/** Switches the bridge off and on, asks first who is there, and takes it back where it did not help. */
const CUT = `
  - check: alive
    read: integration.state
    with: { integration: $service }
    expect: { unavailable: 0 }
    next: { pass: { end: healthy } }
  - ask: light
    say: Is the light on it lit?
    answers: [lit, dark]
    within: 10m
    next: { dark: { end: needs_visit } }
  - fix: power
    do: power.cycle
    with: { switch: $bridge.poweredBy, off: 10s }
    verify: { again: alive, within: 20s }
    undo: { do: power.on, with: { switch: $bridge.poweredBy } }
    next: { failed: { end: undone } }
  - end: fixed`;
const USES = `
  - use: it
    runbook: cut
    with: { service: $service, bridge: $bridge }
    next: { fixed: { end: fixed }, healthy: { end: healthy } }
  - check: after
    read: gateway.info
    expect: { state: running }
    if: { $it: undone }
    next: { pass: { end: needs_visit } }
  - end: not_fixed`;
const EACH = `
  - check: list
    read: integration.list
    expect: { ill: 0 }
    next: { pass: { end: healthy } }
  - fix: all
    each: { of: $list.integrations, as: one, max: 3 }
    do: integration.reload
    with: { integration: $one.key }
    verify: { read: integration.state, with: { integration: $one.key }, expect: { unavailable: 0 }, within: 10s }
    tries: { times: 2, every: 5s }
    undo:
      do: integration.reload
      with: { integration: $one.key }
      verify: { read: integration.state, with: { integration: $one.key }, expect: { entities: 7 } }
    next: { failed: { end: undone } }
  - check: now
    each: { of: $list.integrations, as: each-one, max: 3 }
    read: integration.state
    with: { integration: $each-one.key }
    expect: { unavailable: 0 }
    next: { fail: { end: not_fixed } }
  - end: fixed`;

const LIBRARY = testLibrary([
  runbookOf("cut", CUT),
  runbookOf("uses", USES),
  runbookOf("outer", USES.replace("runbook: cut", "runbook: uses").replace("{ $it: undone }", "{ $it: fixed }")),
  runbookOf("each", EACH, "1h"),
]);

const STATE = { state: "loaded", reason: null, needsSignIn: false, unavailable: 0, entities: 7 };
const ILL = { ...STATE, unavailable: 6 };
const plug = (state: string) => ({
  state,
  availability: "online",
  since: "2026-11-24T07:00:00.000Z",
  attributes: {},
});
const listed = (...keys: string[]) => [
  {
    output: {
      integrations: keys.map((key) => ({ ...STATE, key, name: key.toUpperCase(), domain: key, disabled: false })),
      ill: keys.length,
    },
  },
];
const RUNNING = [
  { output: { name: "Home", version: "2026.11", state: "running", timeZone: null, isAdmin: true, recording: true } },
];

function recorded(reads: object, people: object = {}): RunbookCase {
  const poweredBy = { name: "Plug" };
  return RunbookCase.parse({
    recorded: "made up",
    at: "2026-11-24T08:00:00.000Z",
    inputs: { service: { name: "Hue" }, bridge: { name: "Light bridge", poweredBy } },
    reads,
    people,
    path: ["-"],
    acts: [],
    outcome: "unclear",
  });
}

const played = (runbook: string, given: RunbookCase): Played => {
  const found = LIBRARY.get(runbook as RunbookId);
  if (found === undefined) throw new Error(`There is no runbook ${runbook}.`);
  return play(found.runbook, given, LIBRARY.world);
};

let database: TestDatabase;
let test: TestRuns;

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

/** The same case in a real run: how often a fix was sent is asked of its attempts. */
async function ran(runbook: string, given: RunbookCase): Promise<Omit<Played, "because">> {
  test = createTestRuns(database.db, LIBRARY);
  const home = await buildHome(database.db, { standing: ["reach", "view", "diagnose", "fix"] });
  await database.db
    .insertInto("integration")
    .values(
      ["sonos", "knx"].map((key) => ({ id: newId<string>(), gatewayId: home.gatewayId, key, name: key, domain: key })),
    )
    .execute();
  const runId = await test.start(home, runbook, { inputs: { service: home.integration, bridge: home.bridge } });
  const sent = async (moment: string): Promise<number> => {
    const { step, number } = readPlace(moment.replace(/\.undo$/, ""));
    const rows = await database.db
      .selectFrom("attempt")
      .select("id")
      .where("runId", "=", runId)
      .where("step", "=", step)
      .where("purpose", "=", moment.endsWith(".undo") ? "undo" : "do")
      .$if(number > 0, (query) => query.where("item", "=", number))
      .execute();
    return rows.length;
  };
  test.house.read = async (_gatewayId, capability, input) => {
    let answer: RunbookCase["reads"][string][number] | undefined;
    for (const one of given.reads[capability] ?? []) {
      const isOf = Object.entries(one.of ?? {}).every(([field, value]) => input[field as never] === value);
      if (isOf && (one.after === undefined || (await sent(one.after)) >= one.tries)) answer = one;
    }
    if (answer?.output === undefined) throw new CaretakerError("not_available_here", "It is not recorded.");
    return answer.output as never;
  };
  await test.forward("1m");
  const { status, step } = await test.run(runId);
  if (status === "waiting_for_answer" && step !== null) {
    await answerQuestion(test.deps, { runId, step, answer: given.people[step] ?? "", actor: SAM });
    await test.forward("1m");
  }
  if ((await test.run(runId)).status === "waiting_for_consent") await test.answer("allow");
  await test.forward("20m");
  const ends = dataOf(await test.events(runId), "step.ended").flatMap((one) =>
    one.kind === "step.ended" ? [`${one.step.replace(/(^|\/)end\.[^/]*$/, "$1end")}: ${one.result}`] : [],
  );
  const { outcome } = await test.run(runId);
  return { path: ends, acts: test.house.acts.map(({ capability }) => capability), outcome: outcome ?? "unclear" };
}

afterEach(() => test?.close());

const CASES: readonly (readonly [string, string, RunbookCase, Omit<Played, "because">])[] = [
  [
    "a used runbook that fixes it, by the inputs it is given and the answer to its own question",
    "uses",
    recorded({ "integration.state": [{ output: ILL }, { after: "it/power", output: STATE }] }, { "it/light": "lit" }),
    {
      path: ["it/alive: fail", "it/light: lit", "it/power: fixed", "it/end: fixed", "it: fixed", "end: fixed"],
      acts: ["power.cycle"],
      outcome: "fixed",
    },
  ],
  [
    "a used runbook that takes back what it did, and the one that uses it going on from there",
    "uses",
    recorded(
      {
        "integration.state": [{ output: ILL }],
        "entity.state": [{ output: plug("off") }, { after: "it/power.undo", output: plug("on") }],
        "gateway.info": RUNNING,
      },
      { "it/light": "lit" },
    ),
    {
      path: [
        "it/alive: fail",
        "it/light: lit",
        "it/power: failed",
        "it/end: undone",
        "it: undone",
        "after: pass",
        "end: needs_visit",
      ],
      acts: ["power.cycle", "power.on"],
      outcome: "needs_visit",
    },
  ],
  [
    "one that uses one that uses another, whose unclear end ends them all alike",
    "outer",
    recorded({ "integration.state": [{ error: "It does not answer." }] }),
    {
      path: ["it/it/alive: unknown", "it/it: unclear", "it: unclear"],
      acts: [],
      outcome: "unclear",
    },
  ],
  [
    "a fix that goes one by one, each with its own answers and tries",
    "each",
    recorded({
      "integration.list": listed("hue", "sonos"),
      "integration.state": [
        { of: { integration: "hue" }, output: ILL },
        { of: { integration: "hue" }, after: "all#1", output: STATE },
        { of: { integration: "sonos" }, output: ILL },
        { of: { integration: "sonos" }, after: "all#2", tries: 2, output: STATE },
      ],
    }),
    {
      path: ["list: fail", "all: fixed", "now: pass", "end: fixed"],
      acts: ["integration.reload", "integration.reload", "integration.reload"],
      outcome: "fixed",
    },
  ],
  [
    "any that is bad, after which all of them are taken back, newest first",
    "each",
    recorded({
      "integration.list": listed("hue", "knx"),
      "integration.state": [
        { of: { integration: "hue" }, output: ILL },
        { of: { integration: "hue" }, after: "all#1", output: STATE },
        { of: { integration: "knx" }, output: ILL },
      ],
    }),
    {
      path: ["list: fail", "all: failed", "end: undone"],
      acts: Array.from({ length: 5 }, () => "integration.reload"),
      outcome: "undone",
    },
  ],
  [
    "more than `max`, of which none is begun",
    "each",
    recorded({ "integration.list": listed("hue", "sonos", "knx", "zha") }),
    { path: ["list: fail", "all: unknown"], acts: [], outcome: "unclear" },
  ],
  [
    "one that cannot be told, after which no other is begun: unknown never leads to a fix",
    "each",
    recorded({
      "integration.list": listed("hue", "sonos"),
      "integration.state": [{ of: { integration: "hue" }, error: "It does not answer." }],
    }),
    { path: ["list: fail", "all: unknown"], acts: [], outcome: "unclear" },
  ],
];

describe("a recorded case", () => {
  it.each(CASES)("plays %s, and a run goes the same way", async (_, runbook, given, expected) => {
    const { path, acts, outcome } = played(runbook, given);

    expect({ path, acts, outcome }).toEqual(expected);
    expect(await ran(runbook, given)).toEqual(expected);
  });

  it("says of which thing it does not tell what is read", () => {
    const given = recorded({
      "integration.list": listed("hue", "sonos"),
      "integration.state": [{ of: { integration: "hue" }, output: STATE }],
    });

    expect(() => played("each", given)).toThrow(CannotPlay);
    expect(() => played("each", given)).toThrow(/integration\.state.*sonos/);
  });
});
