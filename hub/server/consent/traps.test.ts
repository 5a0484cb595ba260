import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { now, transaction } from "../db/database.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import {
  ASKED_AT,
  buildHome,
  buildQuestion,
  createTestConsent,
  REQUESTER,
  type TestConsent,
  type TestHome,
} from "./test-helpers.ts";

let database: TestDatabase;
let consent: TestConsent;

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(() => {
  consent = createTestConsent(database.db);
});

const permit = ({ siteId, runId, act }: TestHome, now: Date) =>
  transaction(database.db, (trx) => consent.permit(trx, { siteId, runId, act, now }));
const later = (hours: number): Date => new Date(ASKED_AT.getTime() + hours * 3_600_000);

/** What other systems fell into, from the list in the runbook language. */
describe("traps", () => {
  it("auto-accept by default: silence is a no, also long after", async () => {
    const home = await buildHome(database.db);
    await consent.askAndGetToken(home);

    expect(await permit(home, later(0))).toMatchObject({ permitted: false, code: "consent_missing" });
    expect(await permit(home, later(100))).toMatchObject({ permitted: false, code: "consent_expired" });
  });

  it("expiry that needs a disabled collector: a yes ends by the clock, with nothing running", async () => {
    const home = await buildHome(database.db);
    const { token } = await consent.askAndGetToken(home);
    const { proposalCode } = await consent.link.view(token);
    await consent.link.answer({ token, answer: "allow", proposalCode });

    expect(await permit(home, later(24))).toMatchObject({ permitted: false, code: "consent_expired" });
    const row = await database.db
      .selectFrom("consentRequest")
      .select("status")
      .where("runId", "=", home.runId)
      .executeTakeFirstOrThrow();
    expect(row.status).toBe("allowed");
  });

  it("one clock overruling another: the database's decides, however wrong that of the hub is, either way", async () => {
    const hub = createTestConsent(database.db, { now });
    const answered = async (answerBy: string, hubBelieves: string): Promise<string> => {
      const home = await buildHome(database.db);
      const { token, requestId } = await hub.askAndGetToken(home, { now: await now(database.db) });
      const { proposalCode } = await hub.link.view(token);
      await sql`update consent_request set answer_by = clock_timestamp() + ${answerBy}::interval
        where id = ${requestId}`.execute(database.db);
      vi.useFakeTimers({ toFake: ["Date"], now: new Date(hubBelieves) });
      try {
        await hub.link.answer({ token, answer: "allow", proposalCode });
        return "taken";
      } catch {
        return "too late";
      } finally {
        vi.useRealTimers();
      }
    };

    expect(await answered("1 hour", "2099-01-01T00:00:00Z")).toBe("taken");
    expect(await answered("-1 second", "1999-01-01T00:00:00Z")).toBe("too late");
  });

  it("approver equals requester: however their mailbox is spelt", async () => {
    for (const email of [REQUESTER.email, "SAM@Installers.example", "sam+home@installers.example"]) {
      const home = await buildHome(database.db, { contacts: [{ email }] });

      const asked = await transaction(database.db, (trx) => consent.ask(trx, buildQuestion(home)));

      expect(asked, email).toMatchObject({ code: "is_requester" });
    }
  });
});
