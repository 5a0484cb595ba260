import type { AgreedWindow } from "@caretaker/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { transaction } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import {
  ASKED_AT,
  buildHome,
  createTestConsent,
  giveStanding,
  type TestConsent,
  type TestHome,
} from "./test-helpers.ts";
import { mistakeInWindow } from "./window.ts";

let database: TestDatabase;
let consent: TestConsent;

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(() => {
  consent = createTestConsent(database.db);
});

const WINDOW = { from: "2026-11-24T09:00:00.000Z", to: "2026-11-24T11:00:00.000Z" };

const permit = ({ siteId, runId, act }: TestHome, now: string) =>
  transaction(database.db, (trx) => consent.permit(trx, { siteId, runId, act, now: new Date(now) }));

async function answered(home: TestHome, window?: AgreedWindow) {
  const { token } = await consent.askAndGetToken(home);
  const { proposalCode } = await consent.link.view(token);
  const answer = window === undefined ? "allow" : "another_time";
  const view = await consent.link.answer({ token, answer, proposalCode, ...(window === undefined ? {} : { window }) });
  return { token, proposalCode, view };
}

describe("a time that the homeowner chose", () => {
  it("permits nothing before it, what was asked within it, and nothing after", async () => {
    const home = await buildHome(database.db);
    await answered(home, WINDOW);

    expect(await permit(home, "2026-11-24T08:59:59.999Z")).toMatchObject({
      code: "not_yet",
      from: new Date(WINDOW.from),
    });
    expect(await permit(home, "2026-11-24T11:00:00.000Z")).toMatchObject({ code: "consent_expired" });
    expect(await permit(home, "2026-11-24T10:50:00.000Z")).toMatchObject({ permitted: true });
  });

  it("ends the work with it, however long the runbook may take", async () => {
    const home = await buildHome(database.db);
    await answered(home, WINDOW);
    await permit(home, "2026-11-24T10:55:00.000Z");

    expect(await permit(home, "2026-11-24T11:00:00.000Z")).toMatchObject({ permitted: false, code: "consent_expired" });
  });

  it("is part of what was agreed, which so has a code of its own", async () => {
    const home = await buildHome(database.db);
    const { view, proposalCode } = await answered(home, WINDOW);

    expect(view).toMatchObject({ status: "allowed", window: WINDOW, startBy: WINDOW.to, canStop: true });
    expect(view.proposalCode).not.toBe(proposalCode);
    const moved = { ...WINDOW, from: "2026-11-24T00:00:00.000Z" };
    await database.db
      .updateTable("consentRequest")
      .set({ proposal: JSON.stringify({ ...home.proposal, window: moved }) })
      .where("runId", "=", home.runId)
      .execute();
    expect(await permit(home, "2026-11-24T10:00:00.000Z")).toMatchObject({
      permitted: false,
      drift: expect.any(String),
    });
  });

  it("can be stopped before it comes", async () => {
    const home = await buildHome(database.db);
    const { token } = await answered(home, WINDOW);

    await consent.link.stop(token);

    expect(await permit(home, "2026-11-24T10:00:00.000Z")).toMatchObject({ code: "consent_refused" });
  });

  it.each([
    ["one that is over", "2026-11-22T10:00:00.000Z", "2026-11-22T12:00:00.000Z"],
    ["too short to work in", "2026-11-24T10:00:00.000Z", "2026-11-24T10:20:00.000Z"],
    ["ending before it begins", "2026-11-24T10:00:00.000Z", "2026-11-24T09:00:00.000Z"],
    ["too long to be a promise", "2026-11-24T00:00:00.000Z", "2026-11-24T12:01:00.000Z"],
    ["too far off", "2026-12-24T10:00:00.000Z", "2026-12-24T12:00:00.000Z"],
  ])("is refused: %s", (_what, from, to) => {
    expect(mistakeInWindow({ from, to }, ASKED_AT)).not.toBeNull();
  });

  it("goes with no other answer", async () => {
    const home = await buildHome(database.db);
    const { token } = await consent.askAndGetToken(home);
    const { proposalCode } = await consent.link.view(token);

    await expect(consent.link.answer({ token, answer: "no", proposalCode, window: WINDOW })).rejects.toMatchObject({
      code: "invalid_input",
    });
  });
});

describe("the quiet hours", () => {
  const NIGHT = "2026-11-22T22:30:00.000Z";
  const MORNING = new Date("2026-11-23T06:00:00.000Z");
  const fix = { scope: "fix", felt: null } as const;

  it("let nothing lasting begin, also where it stands for good", async () => {
    const home = await buildHome(database.db, { act: fix, standing: ["fix"] });

    expect(await permit(home, NIGHT)).toMatchObject({ code: "not_yet", from: MORNING });
    expect(await permit(home, MORNING.toISOString())).toMatchObject({ permitted: true });
  });

  it("let a test be made that is silent and dark, and no other", async () => {
    const silent = await buildHome(database.db, { act: { scope: "diagnose", felt: null }, standing: ["diagnose"] });
    const heard = await buildHome(database.db, { act: { scope: "diagnose" }, standing: ["diagnose"] });

    expect(await permit(silent, NIGHT)).toMatchObject({ permitted: true });
    expect(await permit(heard, NIGHT)).toMatchObject({ code: "not_yet" });
  });

  it("do not count for a homeowner who asked for help himself", async () => {
    const home = await buildHome(database.db, { act: fix, standing: ["fix"] });
    await database.db.updateTable("run").set({ homeownerAsked: true }).where("id", "=", home.runId).execute();

    expect(await permit(home, NIGHT)).toMatchObject({ permitted: true });
  });

  it("do not count within a time that the homeowner chose", async () => {
    const home = await buildHome(database.db);
    await answered(home, { from: "2026-11-22T22:00:00.000Z", to: "2026-11-22T23:00:00.000Z" });

    expect(await permit(home, NIGHT)).toMatchObject({ permitted: true });
  });

  it("hold the message back, and the time to answer begins when it leaves", async () => {
    const home = await buildHome(database.db);
    await consent.askAndGetToken(home, { now: new Date(NIGHT) });

    expect(consent.messages.at(-1)).toMatchObject({ leavesAt: MORNING });
    const { answerBy } = await database.db
      .selectFrom("consentRequest")
      .select("answerBy")
      .where("runId", "=", home.runId)
      .executeTakeFirstOrThrow();
    expect(answerBy).toBe("2026-11-23T10:00:00.000Z");
  });

  it("hold nothing back from a homeowner who asked for help", async () => {
    const home = await buildHome(database.db);
    await consent.askAndGetToken(home, { now: new Date(NIGHT), homeownerAsked: true });

    expect(consent.messages.at(-1)).toMatchObject({ leavesAt: new Date(NIGHT) });
  });
});

describe("a yearly review", () => {
  it("that is overdue ends a standing fix, and leaves what the contract is made of", async () => {
    const act = { scope: "fix", felt: null } as const;
    const home = await buildHome(database.db, { act });
    await giveStanding(database.db, home.siteId, "fix");
    await giveStanding(database.db, home.siteId, "diagnose");
    const test = { ...home, act: { ...home.act, scope: "diagnose" as const } };

    expect(await permit(home, "2027-11-22T17:59:59.999Z")).toMatchObject({ permitted: true });
    expect(await permit(home, "2027-11-22T18:00:00.000Z")).toMatchObject({ code: "consent_missing" });
    expect(await permit(test, "2027-11-22T18:00:00.000Z")).toMatchObject({ permitted: true });
  });
});

describe("what the run is made of", () => {
  it.each([
    ["another runbook", { digest: "other" }],
    ["other inputs", { inputs: JSON.stringify({ off: "1h" }) }],
    ["another price", { price: JSON.stringify({ text: "90 EUR" }) }],
  ])("%s than what was allowed is drift", async (_what, change) => {
    const home = await buildHome(database.db);
    await answered(home);
    if ("digest" in change) await keepRunbook("other");
    await database.db.updateTable("run").set(change).where("id", "=", home.runId).execute();

    expect(await permit(home, "2026-11-22T18:30:00.000Z")).toMatchObject({
      permitted: false,
      code: "consent_missing",
      drift: expect.any(String),
    });
  });
});

describe("a later no of somebody of the home", () => {
  it("ends the same thing in another run, and a newer yes to that run stands", async () => {
    const home = await buildHome(database.db);
    await answered(home);
    const other = await anotherRun(home);
    const { token } = await consent.askAndGetToken(other);
    const { proposalCode } = await consent.link.view(token);
    consent.time.now = new Date("2026-11-22T18:10:00.000Z");

    await consent.link.answer({ token, answer: "no", proposalCode });

    expect(await permit(home, "2026-11-22T18:30:00.000Z")).toMatchObject({ code: "consent_refused" });
    consent.time.now = new Date("2026-11-22T18:20:00.000Z");
    await answered(home);
    expect(await permit(home, "2026-11-22T18:30:00.000Z")).toMatchObject({ permitted: true });
  });
});

async function keepRunbook(digest: string): Promise<void> {
  await database.db
    .insertInto("runbookVersion")
    .values({ digest, id: "home-assistant/other", version: 1, document: "{}", source: "", keptAt: ASKED_AT })
    .execute();
}

async function anotherRun(home: TestHome): Promise<TestHome> {
  const runId = newId<TestHome["runId"]>();
  const { number: _, ...row } = await database.db
    .selectFrom("run")
    .selectAll()
    .where("id", "=", home.runId)
    .executeTakeFirstOrThrow();
  await database.db
    .insertInto("run")
    .values({ ...row, id: runId, inputs: "{}", memory: "{}", price: null })
    .execute();
  return { ...home, runId, proposal: { ...home.proposal, runId } };
}
