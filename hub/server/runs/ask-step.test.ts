import type { Actor, PersonId } from "@caretaker/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { answerQuestion } from "./question.ts";
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
import { ALIVE } from "./test-runbooks.ts";

const LIGHT = `
  - ask: light
    say: Is the light on the bridge lit?
    answers: [lit, dark]
    within: 15m`;

const LIBRARY = testLibrary([
  runbookOf(
    "light",
    `${LIGHT}\n    next: { lit: { end: not_fixed }, dark: { end: needs_visit, note: Bring power. } }\n`,
  ),
  runbookOf(
    "unanswered",
    `${LIGHT}\n    next: { lit: { end: found }, dark: { end: found }, expired: { end: needs_visit } }\n`,
  ),
  runbookOf(
    "number",
    `
  - ask: degrees
    say: What does the thermometer say?
    answers: number
    within: 15m
  - choose: cold
    cases:
      - when: { $degrees.answer: { lt: 18 } }
        then: { end: found }
    else: { end: healthy }`,
  ),
  runbookOf(
    "words",
    `\n  - ask: colour\n    say: Which colour has it?\n    answers: text\n    within: 15m\n  - end: found`,
  ),
  runbookOf("looks", `${ALIVE}\n  - end: found`),
]);
const KIM: Actor = { ...(SAM as Extract<Actor, { kind: "person" }>), id: "kim" as PersonId, name: "Kim" };

let database: TestDatabase;
let test: TestRuns;
let home: TestHome;

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  test = createTestRuns(database.db, LIBRARY);
  home = await buildHome(database.db);
});
afterEach(() => test.close());

async function asked(runbook: string): Promise<Awaited<ReturnType<TestRuns["start"]>>> {
  const runId = await test.start(home, runbook);
  await test.runs.engine.settle();
  return runId;
}

type RunId = Awaited<ReturnType<typeof asked>>;
const answer = (runId: RunId, said: string | number, step = "light", actor = SAM) =>
  answerQuestion(test.deps, { runId, step, answer: said, actor });

describe("a run that asks somebody who looks", () => {
  it("waits without a worker, says what it asks and until when, and goes on with the answer", async () => {
    const runId = await asked("light");
    expect(await test.run(runId)).toMatchObject({
      status: "waiting_for_answer",
      claimedBy: null,
      waitingWhy: "Is the light on the bridge lit?",
      waitingUntil: "2026-11-22T18:15:00.000Z",
    });

    await answer(runId, "dark");
    await test.runs.engine.settle();

    expect(await test.run(runId)).toMatchObject({ status: "finished", outcome: "needs_visit", note: "Bring power." });
    expect(dataOf(await test.events(runId), "question.answered")).toMatchObject([
      { step: "light", answer: "dark", by: expect.stringContaining("Sam Jansen") },
    ]);
    await expectLogFolds(test, runId);
  });

  it("is answered at another hub than the one that asked, after that one died", async () => {
    const runId = await asked("light");
    test.runs.engine.abandon();
    const other = test.another();

    await answerQuestion(other.deps, { runId, step: "light", answer: "lit", actor: SAM });
    await other.runs.engine.settle();

    expect(await test.run(runId)).toMatchObject({ outcome: "not_fixed" });
  });

  it("takes a number, also written with a comma, and compares it as one", async () => {
    const cold = await asked("number");
    const warm = await asked("number");

    await answer(cold, "17,5", "degrees");
    await answer(warm, 21, "degrees");
    await test.runs.engine.settle();

    expect(await test.run(cold)).toMatchObject({ outcome: "found" });
    expect(await test.run(warm)).toMatchObject({ outcome: "healthy" });
  });

  it("takes a text as it is", async () => {
    const runId = await asked("words");

    await answer(runId, "red, blinking", "colour");
    await test.runs.engine.settle();

    expect(await test.run(runId)).toMatchObject({ outcome: "found" });
  });

  it("ends without an answer when nobody gave one in time, by the database's clock and not before", async () => {
    const runId = await asked("light");

    await test.forward("14m");
    expect(await test.run(runId)).toMatchObject({ status: "waiting_for_answer" });
    await test.forward("2m");

    expect(await test.run(runId)).toMatchObject({ status: "finished", outcome: "no_answer" });
    await expectLogFolds(test, runId);
  });

  it("goes where the runbook says when nobody answered", async () => {
    const runId = await asked("unanswered");

    await test.forward("16m");

    expect(await test.run(runId)).toMatchObject({ outcome: "needs_visit" });
  });

  it("ends at once when it is cancelled", async () => {
    const runId = await asked("light");

    await test.runs.cancel({ runId, reason: "Not needed any more", actor: SAM });
    await test.runs.engine.settle();

    expect(await test.run(runId)).toMatchObject({ status: "cancelled" });
    await expect(answer(runId, "lit")).rejects.toMatchObject({ code: "already_done" });
  });
});

describe("an answer", () => {
  it.each([
    ["light", "light", "maybe", "must be one of lit, dark"],
    ["number", "degrees", "warm", "must be a number"],
  ])(
    "to %s that is none is refused and says what would be one, and the run still waits",
    async (book, step, said, why) => {
      const runId = await asked(book);

      await expect(answer(runId, said, step)).rejects.toMatchObject({
        code: "invalid_input",
        message: expect.stringContaining(why),
      });

      expect(await test.run(runId)).toMatchObject({ status: "waiting_for_answer" });
    },
  );

  it("is taken once: of two that come at the same moment the second is told so", async () => {
    const runId = await asked("light");

    const both = await Promise.allSettled([answer(runId, "lit"), answer(runId, "dark", "light", KIM)]);
    await test.runs.engine.settle();

    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(dataOf(await test.events(runId), "question.answered")).toHaveLength(1);
  });

  it("that comes a moment too late is refused, also while nothing has ended the run yet", async () => {
    const runId = await asked("light");

    await test.clock.forward("15m");

    await expect(answer(runId, "lit")).rejects.toMatchObject({ code: "already_done" });
  });

  it("to another step, or to a run that asks nothing, is refused", async () => {
    const asking = await asked("light");
    const done = await asked("looks");

    await expect(answer(asking, "lit", "other")).rejects.toMatchObject({ code: "already_done" });
    await expect(answer(done, "lit")).rejects.toMatchObject({ code: "already_done" });
  });
});
