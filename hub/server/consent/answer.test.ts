import { randomBytes } from "node:crypto";
import { type ConsentAnswer, isCaretakerError } from "@caretaker/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Database, transaction } from "../db/database.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { listEntries, verifyChain } from "../ledger/read.ts";
import { after } from "./clocks.ts";
import { consentHandlers } from "./consent.ts";
import {
  ASKED_AT,
  buildHome,
  createTestConsent,
  insertContact,
  REQUESTER,
  type TestConsent,
  type TestHome,
} from "./test-helpers.ts";

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await testDatabase();
  db = database.db;
});
afterAll(() => database.drop());

const HOUR = 3_600_000;

async function asked(options: Parameters<typeof buildHome>[1] = {}) {
  const home = await buildHome(db, options);
  const consent = createTestConsent(db);
  const { token, requestId } = await consent.askAndGetToken(home);
  const { proposalCode } = await consent.link.view(token);
  const answer = (answer: ConsentAnswer, code = proposalCode) =>
    consent.link.answer({ token, answer, proposalCode: code });
  return { home, consent, token, requestId, answer, proposalCode };
}

const permitted = (consent: TestConsent, { siteId, runId, act }: TestHome): Promise<boolean> =>
  transaction(db, async (trx) => {
    const verdict = await consent.permit(trx, { siteId, runId, act, now: consent.time.now });
    return verdict.permitted;
  });

const events = async ({ siteId }: TestHome): Promise<string[]> =>
  (await listEntries(db, { chain: siteId, before: undefined, limit: 100 })).map(({ event }) => event).reverse();

const failsWith = (code: Parameters<typeof isCaretakerError>[1]) => (error: unknown) => isCaretakerError(error, code);

describe("an answer", () => {
  it.each([
    ["allow", "allowed", "consent.allowed"],
    ["another_time", "another_time", "consent.another_time"],
    ["no", "refused", "consent.refused"],
  ] as const)("of %s is kept, told to the run and written into the ledger", async (given, status, event) => {
    const { home, consent, requestId, answer } = await asked();
    consent.time.now = after(ASKED_AT, HOUR);

    const view = await answer(given);

    expect(view).toMatchObject({ status, canAnswer: false, canStop: status === "allowed" });
    expect(consent.told).toEqual([
      { requestId, answer: status, by: expect.stringMatching(/^homeowner:[0-9a-f-]{36} Anna Lee$/) },
    ]);
    expect(consent.announced).toEqual([{ type: "run.due", runId: home.runId }]);
    expect(await events(home)).toEqual(["consent.asked", event]);
    const [entry] = await listEntries(db, { chain: home.siteId, before: undefined, limit: 1 });
    expect(entry?.payload).toMatchObject({ requestId, grade: "B", channel: "email", scope: "disruptive" });
  });

  it("counts once: a second one is refused and changes nothing", async () => {
    const { home, consent, answer } = await asked();
    await answer("no");

    await expect(answer("allow")).rejects.toSatisfy(failsWith("already_done"));

    expect(await permitted(consent, home)).toBe(false);
    expect(consent.told).toHaveLength(1);
    expect(await events(home)).toEqual(["consent.asked", "consent.refused"]);
  });

  it("counts once, however many come at the same moment", async () => {
    const { home, answer } = await asked();

    const results = await Promise.allSettled(Array.from({ length: 8 }, () => answer("allow")));

    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await events(home)).toEqual(["consent.asked", "consent.allowed"]);
  });

  it("is to what the page showed, and to nothing else", async () => {
    const { home, consent, answer } = await asked();

    await expect(answer("allow", "0000-0000")).rejects.toSatisfy(failsWith("changed_meanwhile"));

    expect(await permitted(consent, home)).toBe(false);
  });

  it("comes too late when the time to answer is over, or the run", async () => {
    const late = await asked();
    late.consent.time.now = after(ASKED_AT, 4 * HOUR);
    const ended = await asked();
    await db.updateTable("run").set({ status: "cancelled" }).where("id", "=", ended.home.runId).execute();

    await expect(late.answer("allow")).rejects.toSatisfy(failsWith("gone"));
    await expect(ended.answer("allow")).rejects.toSatisfy(failsWith("gone"));

    late.consent.time.now = after(ASKED_AT, 4 * HOUR - 1);
    expect(await late.answer("allow")).toMatchObject({ status: "allowed" });
  });

  it.each([
    ["was removed", { removedAt: ASKED_AT }],
    ["has a new address that rests", { restsUntil: after(ASKED_AT, HOUR) }],
    ["is no longer verified", { verifiedAt: null }],
    ["became a manager", { role: "manager" }],
    ["got the address of whoever asks", { email: REQUESTER.email }],
  ] as const)("of yes is not taken from a contact who meanwhile %s, but a no is", async (_, change) => {
    const { home, consent, token, answer } = await asked();
    await db.updateTable("contact").set(change).where("siteId", "=", home.siteId).execute();

    expect(await consent.link.view(token)).toMatchObject({ canAnswer: false, status: "asked" });
    await expect(answer("allow")).rejects.toSatisfy(failsWith("not_allowed"));
    expect(await permitted(consent, home)).toBe(false);
    expect(await answer("no")).toMatchObject({ status: "refused" });
  });

  it("leaves nothing behind when the run cannot take it", async () => {
    const home = await buildHome(db);
    const consent = createTestConsent(db, {
      runs: {
        consentAnswered: async () => {
          throw new Error("the run is not there");
        },
        consentOpened: async () => [],
        consentCallAsked: async () => [],
        asksHome: async () => true,
        homeAnswered: async () => [],
      },
    });
    const { token } = await consent.askAndGetToken(home);
    const { proposalCode } = await consent.link.view(token);

    await expect(consent.link.answer({ token, answer: "allow", proposalCode })).rejects.toThrow();

    expect(await consent.link.view(token)).toMatchObject({ status: "asked", canAnswer: true });
    expect(await permitted(consent, home)).toBe(false);
    expect(await events(home)).toEqual(["consent.asked"]);
    expect(consent.announced).toEqual([]);
  });
});

describe("a stop", () => {
  it("takes back what was allowed, once, as often as it is pressed", async () => {
    const { home, consent, token, answer } = await asked();
    await answer("allow");

    const first = await consent.link.stop(token);
    const second = await consent.link.stop(token);

    expect(first).toMatchObject({ status: "withdrawn", canStop: false, progress: { state: "stopping" } });
    expect(second.status).toBe("withdrawn");
    expect(await permitted(consent, home)).toBe(false);
    expect(consent.told.map(({ answer }) => answer)).toEqual(["allowed", "withdrawn"]);
    expect(await events(home)).toEqual(["consent.asked", "consent.allowed", "consent.withdrawn"]);
  });

  it("is a no to what still waits for an answer", async () => {
    const { home, consent, token, answer } = await asked();

    await consent.link.stop(token);

    await expect(answer("allow")).rejects.toSatisfy(failsWith("already_done"));
    expect(await permitted(consent, home)).toBe(false);
    expect(consent.told.map(({ answer }) => answer)).toEqual(["withdrawn"]);
  });

  it("needs no clock: it works while the window is over and the run is not", async () => {
    const { home, consent, token, answer } = await asked();
    await answer("allow");
    await permitted(consent, home);
    consent.time.now = after(ASKED_AT, 5 * HOUR);
    expect(await consent.link.view(token)).toMatchObject({ status: "over", canStop: true });

    expect(await consent.link.stop(token)).toMatchObject({ status: "withdrawn" });
  });

  it("changes nothing of a run that has ended", async () => {
    const { home, consent, token, answer } = await asked();
    await answer("allow");
    await db.updateTable("run").set({ status: "finished", outcome: "fixed" }).where("id", "=", home.runId).execute();

    const view = await consent.link.stop(token);

    expect(view).toMatchObject({
      status: "over",
      canStop: false,
      progress: { state: "done", outcome: "It works again." },
    });
    expect(await events(home)).toEqual(["consent.asked", "consent.allowed"]);
  });
});

describe("silence", () => {
  it("ends a question at its time and not before, and once", async () => {
    const { home, consent, requestId } = await asked();
    const expire = (now: Date) => transaction(db, (trx) => consent.expire(trx, { requestId, now }));

    expect(await expire(after(ASKED_AT, 4 * HOUR - 1))).toBe(false);
    expect(await expire(after(ASKED_AT, 4 * HOUR))).toBe(true);
    expect(await expire(after(ASKED_AT, 4 * HOUR))).toBe(false);

    expect(await events(home)).toEqual(["consent.asked", "consent.expired"]);
    expect(consent.told).toEqual([]);
  });

  it("is found by whoever looks, when the engine has not come to it, and the run is told", async () => {
    const { home, consent, token, requestId } = await asked();
    consent.time.now = after(ASKED_AT, 4 * HOUR);

    expect(await consent.link.view(token)).toMatchObject({ status: "expired", canAnswer: false });
    expect(await consent.link.view(token)).toMatchObject({ status: "expired" });

    expect(consent.told).toEqual([{ requestId, answer: "expired", by: "hub" }]);
    expect(await events(home)).toEqual(["consent.asked", "consent.expired"]);
  });

  it("does not end what was answered in time", async () => {
    const { consent, requestId, answer } = await asked();
    await answer("allow");

    const expired = await transaction(db, (trx) => consent.expire(trx, { requestId, now: after(ASKED_AT, 5 * HOUR) }));

    expect(expired).toBe(false);
  });
});

describe("the link", () => {
  it("grants nothing by being read a hundred times, as mail programs do", async () => {
    const { home, consent, token } = await asked();
    const handlers = consentHandlers(consent);

    for (let read = 0; read < 100; read += 1) await handlers["consent.view"]({ token } as never, {} as never);

    expect(await permitted(consent, home)).toBe(false);
    expect(await consent.link.view(token)).toMatchObject({ status: "asked", canAnswer: true });
    expect(await events(home)).toEqual(["consent.asked"]);
    const row = await db
      .selectFrom("consentRequest")
      .select("openedAt")
      .where("runId", "=", home.runId)
      .executeTakeFirstOrThrow();
    expect(row.openedAt).toBeNull();
  }, 60_000);

  it("notes that a person opened it, once", async () => {
    const { home, consent, token } = await asked();
    consent.time.now = after(ASKED_AT, HOUR);

    await consent.link.opened(token);
    await consent.link.opened(token);

    expect(await events(home)).toEqual(["consent.asked", "consent.opened"]);
    expect(await consent.ofRun(db, { runId: home.runId, now: consent.time.now })).toMatchObject([
      { openedAt: "2026-11-22T19:00:00.000Z", status: "asked" },
    ]);
  });

  it("answers alike, and with nothing, for what is unknown, cut, foreign or too old", async () => {
    const { consent, token, proposalCode } = await asked();
    const tokens = [
      randomBytes(24).toString("base64url"),
      token.slice(0, -1),
      `${token}A`,
      token.toLowerCase(),
      token.replace(/^./, (letter) => (letter === "A" ? "B" : "A")),
    ];
    const refusals = new Set<string>();
    const note = async (call: Promise<unknown>): Promise<void> => {
      const error = await call.then(
        () => new Error("was taken"),
        (error: unknown) => error,
      );
      refusals.add(isCaretakerError(error) ? JSON.stringify(error.report()) : String(error));
    };

    for (const token of tokens) {
      await note(consent.link.view(token));
      await note(consent.link.opened(token));
      await note(consent.link.answer({ token, answer: "allow", proposalCode }));
      await note(consent.link.stop(token));
    }
    consent.time.now = after(ASKED_AT, 30 * 24 * HOUR);
    await note(consent.link.view(token));
    await note(consent.link.opened(token));
    await note(consent.link.stop(token));

    expect([...refusals]).toHaveLength(1);
    expect([...refusals][0]).toContain("not_found");
    expect([...refusals][0]).not.toContain("Lee");
  });

  it("is not guessed in a thousand tries", async () => {
    const { home, consent, proposalCode } = await asked();
    let taken = 0;
    for (let batch = 0; batch < 10; batch += 1) {
      const tries = Array.from({ length: 100 }, () =>
        consent.link
          .answer({ token: randomBytes(24).toString("base64url"), answer: "allow", proposalCode })
          .then(() => 1)
          .catch(() => 0),
      );
      taken += (await Promise.all(tries)).reduce<number>((sum, one) => sum + one, 0);
    }

    expect(taken).toBe(0);
    expect(await permitted(consent, home)).toBe(false);
  }, 60_000);

  it("of one home answers nothing of another", async () => {
    const mine = await asked();
    const other = await asked();

    await mine.answer("allow");

    expect(await permitted(mine.consent, mine.home)).toBe(true);
    expect(await permitted(other.consent, other.home)).toBe(false);
  });

  it("shows what became of it for thirty days", async () => {
    const { consent, token, answer } = await asked();
    await answer("no");

    consent.time.now = after(ASKED_AT, 30 * 24 * HOUR - 1);

    expect(await consent.link.view(token)).toMatchObject({ status: "refused" });
  });
});

describe("what the page is given", () => {
  it("has all that a homeowner needs and none of our ids", async () => {
    const { home, consent, token } = await asked();

    const view = await consent.link.view(token);

    expect(view).toMatchObject({
      firm: { name: "Bright Homes", phone: "+31 20 123 4567" },
      home: "Canal house",
      technician: "Sam Jansen",
      minutes: 15,
      quietHours: { from: "22:00", to: "07:00" },
      timeZone: "Europe/Amsterdam",
      answerBy: "2026-11-22T22:00:00.000Z",
      canAnswer: true,
      canStop: false,
      progress: { state: "not_started", steps: [], outcome: null },
    });
    const words = JSON.stringify(view);
    for (const hidden of [home.siteId, home.runId, home.gatewayId, REQUESTER.id, REQUESTER.email, "power.cycle"]) {
      expect(words).not.toContain(hidden);
    }
  });

  it("ends with the runbook's own words for the end that was come to, in the homeowner's language", async () => {
    const { home, consent, token, answer } = await asked({ contacts: [{ language: "nl" }] });
    await answer("allow");
    const document = {
      id: "home-assistant/dead-bridge",
      version: 1,
      title: "Revive",
      tell: "We would like to look.",
      limit: "5m",
      steps: [
        {
          check: "alive",
          read: "gateway.info",
          expect: { state: "running" },
          next: {
            pass: [{ end: "healthy" }],
            fail: [{ end: "needs_visit", tell: { en: "A new part.", nl: "Een nieuw onderdeel." } }],
          },
        },
        { end: "fixed" },
      ],
    };
    await db
      .updateTable("runbookVersion")
      .set({ document: JSON.stringify(document) })
      .where("digest", "=", home.runId.replaceAll("-", "").padEnd(64, "0"))
      .execute();
    await db
      .updateTable("run")
      .set({ status: "finished", outcome: "needs_visit", step: "end.needs_visit" })
      .where("id", "=", home.runId)
      .execute();

    const { progress } = await consent.link.view(token);

    expect(progress.outcome).toMatch(/langskomen.* Een nieuw onderdeel\.$/);
  });

  it("stays as it was asked when names change afterwards", async () => {
    const { home, consent, token } = await asked();
    const before = await consent.link.view(token);

    await db.updateTable("site").set({ name: "Other" }).where("id", "=", home.siteId).execute();
    await db.updateTable("run").set({ reason: "Other" }).where("id", "=", home.runId).execute();
    await insertContact(db, home.siteId, { name: "Other" });

    expect(await consent.link.view(token)).toEqual(before);
  });
});

describe("what a technician is told of it", () => {
  it("is who was asked and what was answered, and why a message did not leave", async () => {
    const { home, consent, answer } = await asked();
    await answer("allow");

    const [request] = await consent.ofRun(db, { runId: home.runId, now: ASKED_AT });

    expect(request).toMatchObject({ status: "allowed", scope: "disruptive", sentTo: "Anna Lee", notSentBecause: null });
  });

  it("is whether a yes was used, once the run has ended", async () => {
    const [used, unused] = [await asked(), await asked()];
    const statuses = [];
    for (const { home, consent, answer } of [used, unused]) {
      await answer("allow");
      if (home === used.home) await permitted(consent, home);
      await db.updateTable("run").set({ status: "finished", outcome: "fixed" }).where("id", "=", home.runId).execute();
      const [request] = await consent.ofRun(db, { runId: home.runId, now: ASKED_AT });
      statuses.push(request?.status);
    }

    expect(statuses).toEqual(["used", "expired"]);
  });

  it("leaves the ledger of the home whole", async () => {
    const { home, consent, token, answer } = await asked();
    await consent.link.opened(token);
    await answer("allow");
    await consent.link.stop(token);

    expect(await verifyChain(db, home.siteId)).toMatchObject({ whole: true, entries: 4 });
  });
});
