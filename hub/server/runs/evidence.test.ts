import type { RunEvidence, RunId } from "@caretaker/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { firstBrokenPart, takeEvidence } from "./evidence.ts";
import {
  buildHome,
  createTestRuns,
  runbookOf,
  SAM,
  type TestHome,
  type TestRuns,
  testLibrary,
} from "./test-helpers.ts";
import { STUCK } from "./test-runbooks.ts";

const LIBRARY = testLibrary([runbookOf("stuck", STUCK)]);

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
  test.house.setBridge("wedged");
});

afterEach(() => test.close());

/** A run that asked, was allowed, and fixed. */
async function fixedRun(): Promise<RunId> {
  test.house.setBridge("wedged");
  const runId = await test.start(home, "stuck", { inputs: { service: home.integration, bridge: home.bridge } });
  await test.runs.engine.settle();
  await test.answer("allow");
  await test.forward("10s");
  expect(await test.run(runId)).toMatchObject({ outcome: "fixed" });
  return runId;
}

const take = (runId: RunId): Promise<RunEvidence> => takeEvidence(test.deps, { runId, actor: SAM });

describe("the evidence of a run", () => {
  it("holds the measurements before and after each fix, what was sent, and who allowed it", async () => {
    const { fixes, consents, run, runbook } = await take(await fixedRun());

    expect(fixes).toMatchObject([
      {
        step: "reload",
        result: "fixed",
        before: [{ field: "unavailable", value: 7, expected: "0", met: false }],
        after: [{ field: "unavailable", value: 0, expected: "0", met: true }],
        attempts: [
          {
            number: 1,
            purpose: "do",
            capability: "integration.reload",
            status: "done",
            consent: { kind: "one_time", requestId: consents[0]?.requestId },
          },
        ],
      },
    ]);
    expect(consents).toMatchObject([{ status: "allowed", grade: "B", proposal: { runId: run.id } }]);
    expect(run).toMatchObject({ outcome: "fixed", siteName: "Canal house", firm: "Bright Homes" });
    expect(runbook.source).toContain("id: stuck");
  });

  it("says why each branch was taken and where it led", async () => {
    const { events } = await take(await fixedRun());

    const ended = events.map(({ data }) => data).filter((data) => data.kind === "step.ended");
    expect(ended).toMatchObject([
      { step: "alive", result: "fail", to: "reload" },
      { step: "reload", result: "fixed", to: "end.fixed" },
      { step: "end.fixed" },
    ]);
    expect(events.map(({ number }) => number)).toEqual(events.map((_, index) => index + 1));
  });

  it("is whole as it was made, and names the part that was changed", async () => {
    const evidence = await take(await fixedRun());

    expect(firstBrokenPart(evidence)).toBeNull();
    expect(firstBrokenPart(JSON.parse(JSON.stringify(evidence)))).toBeNull();
    expect(firstBrokenPart({ ...evidence, run: { ...evidence.run, outcome: "healthy" } })).toBe("run");
    expect(firstBrokenPart({ ...evidence, events: evidence.events.slice(0, -1) })).toBe("events");
    expect(firstBrokenPart({ ...evidence, fixes: [] })).toBe("fixes");
    expect(firstBrokenPart({ ...evidence, consents: [] })).toBe("consents");
    expect(firstBrokenPart({ ...evidence, digest: "0".repeat(64) })).toBe("digest");
    const document = { ...evidence.runbook.document, title: "Another" };
    expect(firstBrokenPart({ ...evidence, runbook: { ...evidence.runbook, document } })).toBe("runbook");
  });

  it("carries the ledger's own entries of this run and of no other", async () => {
    const other = await fixedRun();
    const runId = await fixedRun();

    const { ledger } = await take(runId);

    expect(ledger.entries.map(({ event }) => event)).toEqual([
      "run.started",
      "consent.asked",
      "consent.allowed",
      "act.intended",
      "act.done",
      "run.finished",
    ]);
    expect(JSON.stringify(ledger)).not.toContain(other);
  });

  it("blacks out what should not leave the home", async () => {
    const runId = await fixedAfter("token=s3cr3t-of-the-bridge");

    const evidence = await take(runId);

    expect(JSON.stringify(evidence)).not.toContain("s3cr3t-of-the-bridge");
    expect(JSON.stringify(evidence.events)).toContain("token=[secret]");
    expect(firstBrokenPart(evidence)).toBeNull();
  });

  it("says in the ledger who took it, and refuses a run that is not there", async () => {
    const runId = await fixedRun();
    const { digest } = await take(runId);

    const entry = await database.db
      .selectFrom("ledgerEntry")
      .innerJoin("ledgerPayload", (join) =>
        join
          .onRef("ledgerPayload.chain", "=", "ledgerEntry.chain")
          .onRef("ledgerPayload.number", "=", "ledgerEntry.number"),
      )
      .select(["actor", "payload"])
      .where("event", "=", "run.evidence_taken")
      .where("ledgerEntry.chain", "=", home.siteId)
      .executeTakeFirstOrThrow();
    expect(entry.actor).toMatch(/^person:\S+$/);
    expect(JSON.parse(entry.payload ?? "")).toMatchObject({ runId, digest });
    await expect(take("019aa000-0000-7000-8000-000000000000" as RunId)).rejects.toMatchObject({ code: "not_found" });
  });
});

async function fixedAfter(reason: string): Promise<RunId> {
  test.house.effects.set("integration.reload", () => {
    test.house.setBridge("well");
    const well = { state: "loaded", needsSignIn: false, unavailable: 0, entities: 7 };
    test.house.reads.set("integration.state", { ...well, reason });
  });
  return fixedRun();
}
