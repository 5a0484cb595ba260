import { CaretakerError } from "@caretaker/protocol";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { resolveStep } from "./resolve.ts";
import { buildHome, createTestRuns, expectLogFolds, runbookOf, SAM, testLibrary } from "./test-helpers.ts";
import { TRIES } from "./test-runbooks.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
});

afterAll(() => database.drop());

it("lets a person say what came of an uncertain step, once, with a ledger entry, and resends nothing", async () => {
  const test = createTestRuns(database.db, testLibrary([runbookOf("tries", TRIES)]));
  const home = await buildHome(database.db, { standing: ["fix"] });
  test.house.setBridge("wedged");
  test.house.effects.set("integration.reload", () => {
    test.house.reads.set("integration.state", new CaretakerError("gateway_timeout", "No answer."));
    throw new CaretakerError("gateway_lost", "The line broke.");
  });
  const runId = await test.start(home, "tries", { inputs: { service: home.integration, bridge: home.bridge } });
  await test.forward("2s");
  const request = { runId, step: "reload", verdict: "not_done", reason: "The bridge is dark", actor: SAM } as const;
  await expect(resolveStep(test.deps, request)).rejects.toMatchObject({ code: "conflict" });
  await test.forward("10m");
  expect(await test.run(runId)).toMatchObject({ outcome: "unclear", uncertainSteps: ["reload"] });

  const run = await resolveStep(test.deps, request);
  await test.forward("10m");

  expect(run).toMatchObject({ hasUncertainStep: false, outcome: "unclear" });
  expect((await test.events(runId)).at(-1)?.data).toMatchObject({
    kind: "step.resolved",
    leadsTo: expect.stringContaining("start a new run"),
  });
  expect(test.house.acts).toHaveLength(1);
  await expectLogFolds(test, runId);
  await expect(resolveStep(test.deps, request)).rejects.toMatchObject({ code: "already_done" });
  const entries = await database.db
    .selectFrom("ledgerEntry")
    .select("event")
    .where("chain", "=", home.siteId)
    .orderBy("number")
    .execute();
  expect(entries.at(-1)?.event).toBe("act.resolved");
  await test.close();
});
