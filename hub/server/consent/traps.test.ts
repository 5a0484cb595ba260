import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { transaction } from "../db/database.ts";
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

  it("approver equals requester: however their mailbox is spelt", async () => {
    for (const email of [REQUESTER.email, "SAM@Installers.example", "sam+home@installers.example"]) {
      const home = await buildHome(database.db, { contacts: [{ email }] });

      const asked = await transaction(database.db, (trx) => consent.ask(trx, buildQuestion(home)));

      expect(asked, email).toMatchObject({ code: "is_requester" });
    }
  });
});
