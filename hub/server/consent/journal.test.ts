import type { ContactId } from "@caretaker/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Database } from "../db/database.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { erasePayloads } from "../ledger/erase.ts";
import { after } from "./clocks.ts";
import { ASKED_AT, buildHome, createTestConsent, giveStanding } from "./test-helpers.ts";

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await testDatabase();
  db = database.db;
});
afterAll(() => database.drop());

const HOUR = 3_600_000;

async function lived() {
  const home = await buildHome(db);
  const consent = createTestConsent(db);
  const { token } = await consent.askAndGetToken(home);
  const { proposalCode, what } = await consent.link.view(token);
  await consent.link.answer({ token, answer: "allow", proposalCode });
  const { contactId } = await db
    .selectFrom("consentRequest")
    .select("contactId")
    .where("siteId", "=", home.siteId)
    .executeTakeFirstOrThrow();
  const journalToken = (): string => /\/j\/([A-Za-z0-9_-]+)/.exec(consent.messages.at(-1)?.text ?? "")?.[1] ?? "";
  return { home, consent, token, what, contactId: contactId as ContactId, journalToken };
}

describe("the journal of a home", () => {
  it("comes by a fresh link to the mailbox, never on the page that asked for it, and tells what was asked, allowed and stands", async () => {
    const { home, consent, token, what, journalToken } = await lived();
    await giveStanding(db, home.siteId, "view");
    await consent.journal.ask(token);
    expect(consent.messages.at(-1)).toMatchObject({
      requestId: null,
      siteId: home.siteId,
      subject: expect.stringContaining("journal"),
    });

    const journal = await consent.journal.open({ token: journalToken() });

    expect(journal.entries.map(({ words }) => words)).toEqual(
      expect.arrayContaining(["It was allowed", "You were asked"]),
    );
    expect(journal.entries.find(({ words }) => words === "You were asked")?.details).toEqual(
      expect.arrayContaining(what),
    );
    expect(journal.standing).toEqual([
      expect.objectContaining({ words: "See the state of your devices", givenBy: "Mrs Lee" }),
    ]);
    expect(journal.code).toMatch(/^[0-9a-f]{4}-[0-9a-f]{4}$/);
  });

  it("is read for a day after it was opened, and for a week where nobody did; another link is no key to it", async () => {
    const { consent, token, journalToken } = await lived();
    await consent.journal.ask(token);
    const first = journalToken();
    await expect(consent.journal.open({ token })).rejects.toMatchObject({ code: "not_found" });
    await consent.journal.open({ token: first });
    consent.time.now = after(ASKED_AT, 23 * HOUR);
    await consent.journal.open({ token: first });
    consent.time.now = after(ASKED_AT, 25 * HOUR);
    await expect(consent.journal.open({ token: first })).rejects.toMatchObject({ code: "not_found" });

    await consent.journal.ask(token);
    consent.time.now = after(ASKED_AT, (25 + 7 * 24) * HOUR);
    await expect(consent.journal.open({ token: journalToken() })).rejects.toMatchObject({ code: "not_found" });
  });

  it("is closed at once to whoever is no contact any more, rests, or only manages the home", async () => {
    const { consent, token, contactId, journalToken } = await lived();
    await consent.journal.ask(token);
    for (const change of [
      { restsUntil: after(ASKED_AT, HOUR) },
      { role: "manager" as const },
      { removedAt: ASKED_AT },
    ]) {
      await db
        .updateTable("contact")
        .set({ restsUntil: null, role: "owner", removedAt: null })
        .where("id", "=", contactId)
        .execute();
      await consent.journal.open({ token: journalToken() });
      await db.updateTable("contact").set(change).where("id", "=", contactId).execute();
      await expect(consent.journal.open({ token: journalToken() })).rejects.toMatchObject({ code: "not_found" });
    }
    await expect(consent.journal.ask(token)).rejects.toMatchObject({ code: "not_allowed" });
  });

  it("is sent by a technician too, who gets no link, and not again within ten minutes", async () => {
    const { home, consent, contactId } = await lived();
    expect(await consent.journal.send({ siteId: home.siteId, contactId })).toBeUndefined();
    await expect(consent.journal.send({ siteId: home.siteId, contactId })).rejects.toMatchObject({
      code: "too_many_requests",
    });
    const other = await buildHome(db);
    await expect(consent.journal.send({ siteId: other.siteId, contactId })).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it("says of what was erased that it was, and nothing of the firm's own housekeeping", async () => {
    const { home, consent, token, journalToken } = await lived();
    const [entry] = await db
      .selectFrom("ledgerEntry")
      .select("number")
      .where("chain", "=", home.siteId)
      .where("event", "=", "consent.asked")
      .execute();
    await db
      .transaction()
      .execute((trx) =>
        erasePayloads(trx, { chain: home.siteId, numbers: [entry?.number ?? 0], actor: "hub", reason: "Asked for" }),
      );
    await consent.journal.ask(token);

    const { entries } = await consent.journal.open({ token: journalToken() });

    expect(entries.find(({ words }) => words === "You were asked")?.details).toEqual([
      "The words of this were erased, as somebody asked.",
    ]);
    expect(entries.map(({ words }) => words)).toContain("Words of this record were erased");
    expect(JSON.stringify(entries)).not.toContain("undefined");
  });

  it("goes back page by page, and is in the reader's language", async () => {
    const { home, consent, token, contactId, journalToken } = await lived();
    await db.updateTable("contact").set({ language: "fr" }).where("id", "=", contactId).execute();
    const { appendLedger } = await import("../ledger/append.ts");
    await db.transaction().execute(async (trx) => {
      for (let at = 0; at < 60; at += 1)
        await appendLedger(trx, { chain: home.siteId, event: "scopes.changed", actor: "hub", payload: {} });
    });
    await consent.journal.ask(token);

    const first = await consent.journal.open({ token: journalToken() });
    const second = await consent.journal.open({ token: journalToken(), before: first.nextBefore ?? 0 });

    expect(first.entries).toHaveLength(50);
    expect(first.entries[0]?.words).toBe("Ce que nous pouvons faire sans demander a changé");
    const numbers = [...first.entries, ...second.entries].map(({ number }) => number);
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => b - a));
    expect(second.nextBefore).toBeNull();
  });
});
