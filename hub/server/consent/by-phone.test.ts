import type { Actor, PersonId, SessionId } from "@caretaker/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Database, transaction } from "../db/database.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { listEntries, verifyChain } from "../ledger/read.ts";
import { after } from "./clocks.ts";
import {
  ASKED_AT,
  buildHome,
  createTestConsent,
  REQUESTER,
  type TestConsent,
  type TestHome,
  tokenIn,
} from "./test-helpers.ts";

const SAM: Actor = {
  kind: "person",
  id: REQUESTER.id as PersonId,
  name: "Sam Jansen",
  role: "technician",
  sessionId: "s" as SessionId,
  factorAt: null,
};
const CALL = { number: "+31 20 123 4567", knownBy: "Called the number of the contract", actor: SAM };

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await testDatabase();
  db = database.db;
});
afterAll(() => database.drop());

async function asked(given: Parameters<TestConsent["askAndGetToken"]>[1] = {}) {
  const home = await buildHome(db);
  const consent = createTestConsent(db);
  const { token, requestId } = await consent.askAndGetToken(home, given);
  const which = { runId: home.runId, requestId };
  const question = await consent.byPhone.question(which);
  const say = (answer: "allow" | "no" | "another_time", more: object = {}) =>
    consent.byPhone.answer({ ...which, answer, proposalCode: question.proposalCode, ...CALL, ...more });
  return { home, consent, token, requestId, question, say };
}

const permitted = (consent: TestConsent, { siteId, runId, act }: TestHome): Promise<boolean> =>
  transaction(db, async (trx) => (await consent.permit(trx, { siteId, runId, act, now: consent.time.now })).permitted);

describe("an answer on the phone", () => {
  it("is read aloud word for word as it was asked, and counts as grade C with who wrote it down and how he knew", async () => {
    const { home, consent, token, question, say } = await asked();
    expect(question.what).toEqual((await consent.link.view(token)).what);

    await say("allow");

    expect(await permitted(consent, home)).toBe(true);
    const [entry] = await listEntries(db, { chain: home.siteId, before: undefined, limit: 1 });
    expect(entry).toMatchObject({
      event: "consent.allowed",
      payload: {
        channel: "phone",
        grade: "C",
        number: CALL.number,
        knownBy: CALL.knownBy,
        recordedBy: expect.stringContaining(REQUESTER.id),
      },
    });
    expect(await verifyChain(db, home.siteId)).toMatchObject({ whole: true });
  });

  it("tells them at once what they allowed, with a link of their own that stops it; the first link stops it too", async () => {
    const { home, consent, token, say } = await asked();
    const before = consent.messages.length;
    await say("allow");
    const message = consent.messages.at(-1);
    expect(consent.messages.length).toBe(before + 1);
    expect(message).toMatchObject({
      to: { address: expect.stringContaining("@") },
      subject: expect.stringContaining("on the phone"),
    });
    expect(message?.leavesAt).toBeUndefined();
    const own = tokenIn(message?.text ?? "");
    expect(own).not.toBe(token);
    expect((await consent.link.view(own)).canStop).toBe(true);
    expect((await consent.link.view(token)).canStop).toBe(true);

    await consent.link.stop(own);

    expect(await permitted(consent, home)).toBe(false);
    expect(consent.told.at(-1)?.answer).toBe("withdrawn");
  });

  it("does not count when that message cannot be queued", async () => {
    const home = await buildHome(db);
    const { requestId } = await createTestConsent(db).askAndGetToken(home);
    const consent = createTestConsent(db, {
      queueMessage: async () => {
        throw new Error("the outbox is full");
      },
    });
    const which = { runId: home.runId, requestId };
    const { proposalCode } = await consent.byPhone.question(which);

    await expect(consent.byPhone.answer({ ...which, answer: "allow", proposalCode, ...CALL })).rejects.toThrow("full");
    expect(await permitted(consent, home)).toBe(false);
  });

  it("is never a yes to what is private; a no is taken", async () => {
    const { home, consent, question, say } = await asked({ isPrivate: true });
    expect(question.isPrivate).toBe(true);

    await expect(say("allow")).rejects.toMatchObject({
      code: "not_allowed",
      message: expect.stringContaining("private"),
    });
    expect(await permitted(consent, home)).toBe(false);
    await say("no");
    expect(consent.told.at(-1)?.answer).toBe("refused");
  });

  it("counts once, in time, and to what was read", async () => {
    const { consent, say } = await asked();
    await expect(say("allow", { proposalCode: "0000-0000" })).rejects.toMatchObject({ code: "changed_meanwhile" });
    await say("allow");
    await expect(say("no")).rejects.toMatchObject({ code: "already_done" });

    const late = await asked();
    late.consent.time.now = after(ASKED_AT, 5 * 3_600_000);
    await expect(late.say("allow")).rejects.toMatchObject({ code: "gone" });
    expect(consent.told.map(({ answer }) => answer)).toEqual(["allowed"]);
  });

  it("is not taken from an address that rests or whose contact is gone, nor for a question of another run", async () => {
    const { home, consent, requestId, question, say } = await asked();
    await db
      .updateTable("contact")
      .set({ restsUntil: after(ASKED_AT, 3_600_000) })
      .where("siteId", "=", home.siteId)
      .execute();

    await expect(say("allow")).rejects.toMatchObject({ code: "not_allowed" });
    const other = await buildHome(db);
    await expect(
      consent.byPhone.answer({
        runId: other.runId,
        requestId,
        answer: "no",
        proposalCode: question.proposalCode,
        ...CALL,
      }),
    ).rejects.toMatchObject({ code: "not_found" });
  });
});
