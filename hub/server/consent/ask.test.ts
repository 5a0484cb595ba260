import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Database, transaction } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { headCode } from "../ledger/append.ts";
import { listEntries, verifyChain } from "../ledger/read.ts";
import { ASKED_AT, buildHome, buildQuestion, createTestConsent, REQUESTER, tokenIn } from "./test-helpers.ts";
import { hashToken } from "./token.ts";

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await testDatabase();
  db = database.db;
});
afterAll(() => database.drop());

const askIn = async (home: Awaited<ReturnType<typeof buildHome>>, given = {}) => {
  const consent = createTestConsent(db);
  const asked = await transaction(db, (trx) => consent.ask(trx, buildQuestion(home, given)));
  return { asked, consent };
};

describe("who is asked", () => {
  const cases = [
    ["nobody, when the home has no contact", [], "no_contact"],
    ["nobody without an address", [{ email: null }], "no_address"],
    ["nobody whose address was never verified", [{ verifiedAt: null }], "not_verified"],
    ["nobody whose new address still rests", [{ restsUntil: new Date("2026-11-23T00:00:00Z") }], "resting"],
    ["no property manager, for what is felt", [{ role: "manager" }], "may_not_answer"],
    ["nobody who was removed", [{ removedAt: ASKED_AT }], "no_contact"],
    ["never whoever asks", [{ email: REQUESTER.email }], "is_requester"],
    ["never whoever asks, however they spell it", [{ email: " SAM+home@Installers.example" }], "is_requester"],
  ] as const;

  it.each(cases)("is %s", async (_, contacts, code) => {
    const home = await buildHome(db, { contacts });

    const { asked, consent } = await askIn(home);

    expect(asked).toMatchObject({ code, cannot: expect.stringMatching(/\.$/) });
    expect(consent.messages).toEqual([]);
  });

  it("is a manager, up to a fix that nobody feels", async () => {
    const home = await buildHome(db, { contacts: [{ role: "manager" }], act: { scope: "fix" } });

    expect((await askIn(home)).asked).toHaveProperty("requestId");
    expect((await askIn(home, { isPrivate: true })).asked).toMatchObject({ code: "may_not_answer" });
  });

  it("is the owner before another adult, and who has rested enough", async () => {
    const home = await buildHome(db, {
      contacts: [
        { name: "Ben", role: "adult", email: "ben@lee.example" },
        { name: "Old Anna", role: "owner", email: "old@lee.example", verifiedAt: null },
        { name: "Anna", role: "owner", restsUntil: ASKED_AT },
      ],
    });

    const { asked } = await askIn(home);

    expect(asked).toMatchObject({ sentTo: "Anna <anna@lee.example>" });
  });

  it("is never whoever asks, however their own address is spelt", async () => {
    const home = await buildHome(db, { contacts: [{ email: "sam@installers.example" }] });
    const consent = createTestConsent(db, { emailOfPerson: async () => "Sam+Work@Installers.Example" });

    const asked = await transaction(db, (trx) => consent.ask(trx, buildQuestion(home)));

    expect(asked).toMatchObject({ code: "is_requester" });
  });

  it("is never the person who made the key that asks", async () => {
    const keyId = newId<string>();
    await db
      .insertInto("apiKey")
      .values({
        id: keyId,
        name: "nightly",
        role: "technician",
        prefix: "ck",
        hash: keyId,
        createdBy: "Sam",
        createdById: REQUESTER.id,
        createdAt: ASKED_AT,
        expiresAt: ASKED_AT,
      })
      .execute();
    const home = await buildHome(db, {
      contacts: [{ email: REQUESTER.email }],
      startedBy: `key:${keyId} nightly`,
      startedById: null,
    });

    expect((await askIn(home)).asked).toMatchObject({ code: "is_requester" });
  });
});

describe("what is asked", () => {
  it("says who, why, what, what is noticed and how it ends, naming the things of the home", async () => {
    const home = await buildHome(db);

    const { consent } = await askIn(home);

    const [message] = consent.messages;
    expect(message?.to).toEqual({ name: "Anna Lee", address: "anna@lee.example" });
    expect(message?.subject).toBe("Bright Homes would like to put something right in your home");
    for (const words of [
      "Sam Jansen of Bright Homes",
      "Canal house",
      "The lights in the hall do not react",
      "The box that runs some of your lights has stopped answering.",
      "Switch off “Light bridge” (Hall) with its switch “Plug”, and on again.",
      "The lights in the hall go dark.",
      "At most 15 minutes.",
      "If it does not help, “Plug” (Hall) is put back as it was.",
      "22 November 2026 at 23:00",
      "+31 20 123 4567",
      "https://care.example.org/c/",
      await headCode(db, home.siteId),
    ]) {
      expect(message?.text).toContain(words);
    }
  });

  it("carries no image, no script and nothing that could be opened but the link", async () => {
    const { consent } = await askIn(await buildHome(db, { contacts: [{ name: 'Anna <img src="x">' }] }));

    const html = consent.messages[0]?.html ?? "";

    expect(html).not.toMatch(/<img|<script|<link|url\(|background-image/i);
    expect(html).toContain("Anna &lt;img src=&quot;x&quot;&gt;");
    expect(new Set(html.match(/https?:\/\/[^"<\s]+/g))).toEqual(
      new Set([`https://care.example.org/c/${tokenIn(html)}`]),
    );
  });

  it.each([
    ["nl", "wil graag iets in uw woning in orde maken", "De lampen in de hal gaan uit.", "22 november 2026"],
    ["de", "möchte in Ihrem Zuhause etwas in Ordnung bringen", "The lights in the hall go dark.", "22. November 2026"],
    ["fr", "souhaite remettre quelque chose en ordre chez vous", "The lights in the hall go dark.", "22 novembre 2026"],
  ] as const)("is said in %s to who reads that", async (language, subject, felt, day) => {
    const { consent } = await askIn(await buildHome(db, { contacts: [{ language }] }));

    expect(consent.messages[0]?.subject).toContain(subject);
    expect(consent.messages[0]?.text).toContain(felt);
    expect(consent.messages[0]?.text).toContain(day);
    expect(consent.messages[0]?.html).toContain(`<html lang="${language}">`);
  });

  it("waits four hours, and a quarter of an hour for who asked for help himself", async () => {
    const { asked: calm } = await askIn(await buildHome(db));
    const { asked: urgent } = await askIn(await buildHome(db), { homeownerAsked: true });

    expect(calm).toMatchObject({ answerBy: new Date("2026-11-22T22:00:00.000Z") });
    expect(urgent).toMatchObject({ answerBy: new Date("2026-11-22T18:15:00.000Z") });
  });

  it("opens a window of the limit and half of it again, at most four hours", async () => {
    const windows = [];
    for (const limitSeconds of [60, 900, 4 * 3600]) {
      const home = await buildHome(db);
      await askIn(home, { limitSeconds });
      windows.push(
        await db
          .selectFrom("consentRequest")
          .select("windowSeconds")
          .where("runId", "=", home.runId)
          .executeTakeFirstOrThrow(),
      );
    }

    expect(windows.map(({ windowSeconds }) => windowSeconds)).toEqual([90, 1350, 4 * 3600]);
  });
});

describe("what is kept of a question", () => {
  it("is the asked text word for word in the ledger, and nowhere the token", async () => {
    const home = await buildHome(db);

    const { consent } = await askIn(home);

    const token = tokenIn(consent.messages[0]?.text ?? "");
    expect(token).toHaveLength(32);
    const [entry] = await listEntries(db, { chain: home.siteId, before: undefined, limit: 1 });
    expect(entry).toMatchObject({
      event: "consent.asked",
      payload: {
        digest: expect.stringMatching(/^[0-9a-f]{64}$/),
        asked: { why: "The lights in the hall do not react" },
      },
    });
    const { rows } = await sql<{ dump: string }>`select to_jsonb(consent_request)::text as dump from consent_request
      union all select to_jsonb(ledger_payload)::text from ledger_payload
      union all select to_jsonb(message)::text from message`.execute(db);
    const dump = rows.map((row) => row.dump).join("\n");
    expect(dump).not.toContain(token);
    expect(dump).toContain(hashToken(token));
  });

  it("is nothing at all when the ledger cannot be written", async () => {
    const home = await buildHome(db);
    await sql`alter table ledger_entry add constraint closed check (number < 0) not valid`.execute(db);

    const asking = askIn(home);

    await expect(asking).rejects.toThrow();
    await sql`alter table ledger_entry drop constraint closed`.execute(db);
    const requests = await db.selectFrom("consentRequest").select("id").where("runId", "=", home.runId).execute();
    expect(requests).toEqual([]);
    expect(await verifyChain(db, home.siteId)).toMatchObject({ whole: true, entries: 0 });
  });

  it("has a place for names that a gateway garbled", async () => {
    const home = await buildHome(db, { act: { targetName: "lamp\u0000\ud800", target: "nowhere" } });

    expect((await askIn(home)).asked).toHaveProperty("requestId");
  });

  it("makes an older question of the run that still waits worthless", async () => {
    const home = await buildHome(db);
    const consent = createTestConsent(db);
    const first = await consent.askAndGetToken(home);

    await consent.askAndGetToken(home);

    expect(await consent.link.view(first.token)).toMatchObject({ status: "over", canAnswer: false });
  });
});
