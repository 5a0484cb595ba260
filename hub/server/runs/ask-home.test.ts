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

const asking = (id: string, answers: string, next: string, rest = ""): string =>
  runbookOf(
    id,
    `
  - ask: light
    say: { en: Is the light on the bridge lit?, nl: Brandt het lampje op de brug? }
    answers: ${answers}
    of: homeowner
    within: 30m
    ${next}${rest}`,
  );
const LIBRARY = testLibrary([
  asking(
    "words",
    "[lit, dark]",
    "next: { lit: { end: not_fixed }, dark: { end: needs_visit }, expired: { end: needs_homeowner } }",
  ),
  asking(
    "number",
    "number",
    "next: { expired: { end: unclear } }",
    "\n  - choose: cold\n    cases:\n      - when: { $light.answer: { lt: 18 } }\n        then: { end: found }\n    else: { end: healthy }",
  ),
  asking("text", "text", "next: { expired: { end: unclear } }", "\n  - end: found"),
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
  home = await buildHome(database.db);
});
afterEach(() => test.close());

async function asked(runbook = "words") {
  const runId = await test.start(home, runbook);
  await test.runs.engine.settle();
  const token = /\/q\/([A-Za-z0-9_-]+)/.exec(test.messages.at(-1)?.text ?? "")?.[1] ?? "";
  return { runId, token, answer: (answer: string | number) => test.questions.answer({ token, answer }) };
}

describe("a run that asks the homeowner", () => {
  it("sends the question with a link of its own, waits without a worker, and goes on with the answer", async () => {
    const { runId, token, answer } = await asked();
    const message = test.messages.at(-1);
    expect(message).toMatchObject({ to: { address: "anna@lee.example" }, requestId: null });
    expect(message?.text).toContain("Is the light on the bridge lit?");
    expect(message?.text).toContain("allows nothing");
    expect(await test.run(runId)).toMatchObject({ status: "waiting_for_answer", claimedBy: null });
    expect(dataOf(await test.events(runId), "question.asked")).toEqual([
      expect.objectContaining({ sentTo: "Anna Lee <anna@lee.example>", answers: ["lit", "dark"] }),
    ]);
    expect(await test.questions.view(token)).toMatchObject({
      status: "open",
      answers: ["lit", "dark"],
      home: "Canal house",
    });

    expect(await answer("dark")).toMatchObject({ status: "answered" });
    await test.runs.engine.settle();

    expect(await test.run(runId)).toMatchObject({ status: "finished", outcome: "needs_visit" });
    expect(dataOf(await test.events(runId), "question.answered")).toEqual([
      expect.objectContaining({ answer: "dark", by: expect.stringMatching(/^homeowner:\S+ Anna Lee$/) }),
    ]);
    await expectLogFolds(test, runId);
  });

  it.each([
    ["number", "17,5", "found"],
    ["number", 21, "healthy"],
    ["text", "The blue box in the hall", "found"],
  ])("takes a %s: %s", async (runbook, said, outcome) => {
    const { runId, answer } = await asked(runbook);
    await answer(said);
    await test.runs.engine.settle();
    expect(await test.run(runId)).toMatchObject({ outcome });
  });

  it("takes what is an answer, once, in time, and says what is wrong otherwise", async () => {
    const { runId, answer } = await asked();
    await expect(answer("green")).rejects.toMatchObject({ code: "invalid_input" });
    await answer("lit");
    await expect(answer("dark")).rejects.toMatchObject({ code: "already_done" });
    await test.runs.engine.settle();
    expect(await test.run(runId)).toMatchObject({ outcome: "not_fixed" });

    const late = await asked();
    await test.forward("31m");
    await expect(late.answer("lit")).rejects.toMatchObject({ code: "already_done" });
    expect(await test.run(late.runId)).toMatchObject({ outcome: "needs_homeowner" });
    expect(await test.questions.view(late.token)).toMatchObject({ status: "over" });
  });

  it("asks in the language of whoever is asked, and not at night: the time to answer begins in the morning", async () => {
    await database.db.updateTable("contact").set({ language: "nl" }).where("siteId", "=", home.siteId).execute();
    await database.db
      .updateTable("site")
      .set({ quietFrom: "00:00", quietTo: "23:59" })
      .where("id", "=", home.siteId)
      .execute();
    const { runId } = await asked();

    const message = test.messages.at(-1);
    expect(message?.text).toContain("Brandt het lampje op de brug?");
    expect((message?.leavesAt?.getTime() ?? 0) - test.clock.now().getTime()).toBeGreaterThan(0);
    const run = await test.run(runId);
    expect(Date.parse(run.waitingUntil ?? "")).toBe((message?.leavesAt?.getTime() ?? 0) + 30 * 60_000);
  });

  it("goes on as after a silence where nobody of the home can be asked, and says why", async () => {
    await database.db.updateTable("contact").set({ verifiedAt: null }).where("siteId", "=", home.siteId).execute();
    const { runId } = await asked();
    await test.runs.engine.settle();

    expect(await test.run(runId)).toMatchObject({ outcome: "needs_homeowner" });
    expect(dataOf(await test.events(runId), "question.asked")).toEqual([
      expect.objectContaining({ cannot: expect.stringContaining("never verified") }),
    ]);
  });

  it("allows nothing by an answer, gives nothing away by a link that is none, and is stopped like any run", async () => {
    const { runId, token } = await asked();
    await expect(test.questions.view(`${token.slice(0, -1)}x`)).rejects.toMatchObject({ code: "not_found" });
    await test.runs.cancel({ runId, reason: "Not needed", actor: SAM });
    await test.runs.engine.settle();
    expect(await test.run(runId)).toMatchObject({ status: "cancelled" });
    await expect(test.questions.answer({ token, answer: "lit" })).rejects.toMatchObject({ code: "already_done" });
    expect(await database.db.selectFrom("consentRequest").select("id").where("runId", "=", runId).execute()).toEqual(
      [],
    );
    const stored = await database.db
      .selectFrom("homeQuestion")
      .select("tokenHash")
      .where("runId", "=", runId)
      .executeTakeFirstOrThrow();
    expect(stored.tokenHash).not.toContain(token);
  });

  it("is answered on another hub after the one that asked has died", async () => {
    const { runId, answer } = await asked();
    test.runs.engine.abandon();
    const other = test.another();
    await answer("lit");
    await other.runs.engine.settle();
    expect(await test.run(runId)).toMatchObject({ outcome: "not_fixed" });
    await other.runs.close();
  });
});
