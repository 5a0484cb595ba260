import type { ProposedAct } from "@caretaker/protocol";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Database, transaction } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { listEntries } from "../ledger/read.ts";
import { after } from "./clocks.ts";
import {
  ASKED_AT,
  buildHome,
  createTestConsent,
  giveStanding,
  insertAttempt,
  type TestConsent,
  type TestHome,
} from "./test-helpers.ts";
import type { ActQuestion, Verdict } from "./types.ts";

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await testDatabase();
  db = database.db;
});
afterAll(() => database.drop());

const permit = (consent: TestConsent, home: TestHome, given: Partial<ActQuestion> = {}): Promise<Verdict> =>
  transaction(db, (trx) =>
    consent.permit(trx, { siteId: home.siteId, runId: home.runId, act: home.act, now: consent.time.now, ...given }),
  );

async function allowed(home: TestHome): Promise<{ consent: TestConsent; token: string }> {
  const consent = createTestConsent(db);
  const { token } = await consent.askAndGetToken(home);
  const { proposalCode } = await consent.link.view(token);
  await consent.link.answer({ token, answer: "allow", proposalCode });
  return { consent, token };
}

describe("what stands for good", () => {
  it.each([
    [["fix"], "fix", true],
    [["fix"], "diagnose", true],
    [["diagnose"], "fix", false],
    [["reach", "view", "diagnose"], "fix", false],
    [["fix"], "disruptive", false],
    [[], "reach", false],
  ] as const)("with %j permits %s: %s", async (standing, scope, permitted) => {
    const home = await buildHome(db, { standing, act: { scope } });

    const verdict = await permit(createTestConsent(db), home);

    expect(verdict.permitted).toBe(permitted);
    if (!verdict.permitted) expect(verdict.code).toBe("consent_missing");
  });

  it("names the narrowest scope that permits it", async () => {
    const home = await buildHome(db, { standing: ["diagnose", "fix"], act: { scope: "view" } });

    expect(await permit(createTestConsent(db), home)).toEqual({
      permitted: true,
      by: { kind: "standing", scope: "diagnose" },
    });
  });

  it("never permits what is private", async () => {
    const home = await buildHome(db, { standing: ["fix"], act: { scope: "reach", private: true } });

    expect(await permit(createTestConsent(db), home)).toMatchObject({ permitted: false, code: "consent_missing" });
  });

  it("permits nothing more to a run of somebody who was shut out, but to take back what was done", async () => {
    const personId = newId<string>();
    const home = await buildHome(db, { standing: ["fix"], act: { scope: "fix" }, startedById: personId });
    await db
      .insertInto("person")
      .values({
        id: personId,
        name: "Kim",
        email: `${personId}@x.example`,
        role: "technician",
        createdAt: ASKED_AT,
        updatedAt: ASKED_AT,
      })
      .execute();
    const consent = createTestConsent(db);
    const verdict = await permit(consent, home);
    if (verdict.permitted) await insertAttempt(db, home, { consent: verdict.by });

    await db.updateTable("person").set({ disabledAt: ASKED_AT }).where("id", "=", personId).execute();

    expect(await permit(consent, home)).toMatchObject({ permitted: false, code: "consent_expired" });
    expect(await permit(consent, home, { purpose: "undo" })).toMatchObject({ permitted: true });
  });

  it("waits for whoever is being shut out at that very moment, and then permits nothing", async () => {
    const personId = newId<string>();
    const home = await buildHome(db, { standing: ["fix"], act: { scope: "fix" }, startedById: personId });
    const [name, at] = ["Kim", ASKED_AT];
    const kim = {
      id: personId,
      name,
      email: `${personId}@x.example`,
      role: "technician",
      createdAt: at,
      updatedAt: at,
    };
    await db
      .insertInto("person")
      .values({ ...kim, role: "technician" })
      .execute();
    let asked: Promise<Verdict> | undefined;

    await transaction(db, async (trx) => {
      await trx.updateTable("person").set({ disabledAt: at }).where("id", "=", personId).execute();
      asked = permit(createTestConsent(db), home);
      const early = new Promise((resolve) => setTimeout(resolve, 100, "still waits"));
      expect(await Promise.race([asked, early])).toBe("still waits");
    });

    expect(await asked).toMatchObject({ permitted: false, code: "consent_expired" });
  });

  it("permits nothing in a home that has left, for a run that has ended, or for a run of another home", async () => {
    const [gone, ended, mine, other] = [
      await buildHome(db, { standing: ["fix"], act: { scope: "fix" } }),
      await buildHome(db, { standing: ["fix"], act: { scope: "fix" } }),
      await buildHome(db, { standing: ["fix"], act: { scope: "fix" } }),
      await buildHome(db),
    ];
    await db.updateTable("site").set({ removedAt: ASKED_AT }).where("id", "=", gone.siteId).execute();
    await db.updateTable("run").set({ status: "finished" }).where("id", "=", ended.runId).execute();
    const consent = createTestConsent(db);

    expect(await permit(consent, gone)).toMatchObject({ permitted: false, code: "consent_refused" });
    expect(await permit(consent, ended)).toMatchObject({ permitted: false, code: "consent_expired" });
    expect(await permit(consent, mine, { siteId: other.siteId })).toMatchObject({ permitted: false });
    expect(await permit(consent, mine)).toMatchObject({ permitted: true });
  });
});

describe("what was allowed once", () => {
  it("is missing until somebody allows it", async () => {
    const home = await buildHome(db, { standing: ["fix"] });
    const consent = createTestConsent(db);
    expect(await permit(consent, home)).toMatchObject({ permitted: false, code: "consent_missing" });

    const { token, requestId } = await consent.askAndGetToken(home);
    expect(await permit(consent, home)).toMatchObject({ permitted: false, code: "consent_missing" });

    const { proposalCode } = await consent.link.view(token);
    await consent.link.answer({ token, answer: "allow", proposalCode });
    expect(await permit(consent, home)).toMatchObject({ permitted: true, by: { kind: "one_time", requestId } });
  });

  it.each([
    ["no", "consent_refused"],
    ["another_time", "consent_refused"],
  ] as const)("beats what stands for good when it is answered %s", async (answer, code) => {
    const home = await buildHome(db, { standing: ["fix"], act: { scope: "fix" } });
    const consent = createTestConsent(db);
    const { token } = await consent.askAndGetToken(home);
    const { proposalCode } = await consent.link.view(token);

    await consent.link.answer({ token, answer, proposalCode });

    expect(await permit(consent, home)).toMatchObject({ permitted: false, code });
  });

  it("is no more after a stop, for anything that the run would still do", async () => {
    const home = await buildHome(db);
    const { consent, token } = await allowed(home);
    await giveStanding(db, home.siteId, "fix");
    const gentle: ProposedAct = { ...home.act, step: "other", scope: "view", capability: "entity.refresh" };
    expect(await permit(consent, home, { act: gentle })).toMatchObject({ permitted: true });

    await consent.link.stop(token);

    expect(await permit(consent, home)).toMatchObject({ permitted: false, code: "consent_refused" });
    expect(await permit(consent, home, { act: gentle })).toMatchObject({ permitted: false, code: "consent_refused" });
  });

  it("is of its own run: another run of the same home has to ask", async () => {
    const home = await buildHome(db);
    const { consent } = await allowed(home);
    const other = await buildHome(db);
    await db.updateTable("run").set({ siteId: home.siteId }).where("id", "=", other.runId).execute();

    expect(await permit(consent, home, { runId: other.runId })).toMatchObject({
      permitted: false,
      code: "consent_missing",
    });
  });

  it("was refused by silence", async () => {
    const home = await buildHome(db);
    const consent = createTestConsent(db);
    await consent.askAndGetToken(home);

    consent.time.now = after(ASKED_AT, 4 * 3_600_000);

    expect(await permit(consent, home)).toMatchObject({ permitted: false, code: "consent_expired" });
  });

  it("has to be begun within a day", async () => {
    const home = await buildHome(db);
    const { consent } = await allowed(home);
    const day = 24 * 3_600_000;

    const late = await permit(consent, home, { now: after(ASKED_AT, day) });
    const inTime = await permit(consent, home, { now: after(ASKED_AT, day - 1) });

    expect(late).toMatchObject({ permitted: false, code: "consent_expired" });
    expect(inTime).toMatchObject({ permitted: true });
  });

  it("ends with its window, which the first act opens", async () => {
    const home = await buildHome(db, { act: { tries: 9 } });
    const { consent } = await allowed(home);
    const begun = after(ASKED_AT, 20 * 3_600_000);
    expect(await permit(consent, home, { now: begun })).toMatchObject({ permitted: true });

    // The runbook's limit is 15 minutes, so the window is 22 and a half; a day after the answer no longer matters.
    expect(await permit(consent, home, { now: after(begun, 22.5 * 60_000 - 1) })).toMatchObject({ permitted: true });
    expect(await permit(consent, home, { now: after(begun, 22.5 * 60_000) })).toMatchObject({
      permitted: false,
      code: "consent_expired",
    });
  });

  it("opens no window when the act was not committed", async () => {
    const home = await buildHome(db);
    const { consent } = await allowed(home);

    const failing = transaction(db, async (trx) => {
      await consent.permit(trx, { siteId: home.siteId, runId: home.runId, act: home.act, now: ASKED_AT });
      throw new Error("the intent could not be written");
    });

    await expect(failing).rejects.toThrow();
    const row = await db
      .selectFrom("consentRequest")
      .select("firstActAt")
      .where("runId", "=", home.runId)
      .executeTakeFirstOrThrow();
    expect(row.firstActAt).toBeNull();
  });

  it("is not what was allowed once somebody changed what is kept of it", async () => {
    const home = await buildHome(db);
    const { consent } = await allowed(home);
    const wider = { ...home.proposal, acts: [{ ...home.act, tries: 50 }] };
    await db
      .updateTable("consentRequest")
      .set({ proposal: JSON.stringify(wider) })
      .where("runId", "=", home.runId)
      .execute();

    expect(await permit(consent, home)).toMatchObject({ permitted: false, drift: expect.any(String) });
  });
});

describe("a machine that went down", () => {
  it("leaves no yes behind that was given once, and says so in the ledger", async () => {
    const begun = await buildHome(db);
    const waiting = await buildHome(db);
    const ended = await buildHome(db);
    const asked = createTestConsent(db);
    const { token: openQuestion } = await asked.askAndGetToken(await buildHome(db));
    const [one, two] = [await allowed(begun), await allowed(waiting)];
    await allowed(ended);
    const verdict = await permit(one.consent, begun);
    if (verdict.permitted) await insertAttempt(db, begun, { consent: verdict.by });
    await db.updateTable("run").set({ status: "finished" }).where("id", "=", ended.runId).execute();
    await db.deleteFrom("attempt").where("runId", "not in", [begun.runId]).execute();

    const count = await transaction(db, (trx) =>
      one.consent.voidGrants(trx, { end: "hub_went_down", why: "power cut", now: ASKED_AT }),
    );

    expect(count).toBeGreaterThanOrEqual(2);
    expect(await permit(one.consent, begun)).toMatchObject({ permitted: false, code: "consent_expired" });
    expect(await permit(two.consent, waiting)).toMatchObject({ permitted: false, code: "consent_expired" });
    const said = expect.stringContaining("our system failed");
    expect(await one.consent.link.view(one.token)).toMatchObject({ status: "over", canStop: false, ended: said });
    expect(await two.consent.link.view(two.token)).toMatchObject({ status: "over", canStop: false, ended: said });
    expect(await asked.link.view(openQuestion)).toMatchObject({ status: "asked", canAnswer: true });
    const undo = { ...begun.act, capability: "power.on", input: { switch: "plug" } };
    expect(await permit(one.consent, begun, { act: undo, purpose: "undo" })).toMatchObject({ permitted: true });
    const [entry] = await listEntries(db, { chain: waiting.siteId, before: undefined, limit: 1 });
    expect(entry).toMatchObject({ event: "consent.ended", payload: { end: "hub_went_down", why: "power cut" } });
  });
});

describe("a link that was lost while the work went on", () => {
  const minutes = (count: number): Date => new Date(ASKED_AT.getTime() + count * 60_000);
  const seen = ({ gatewayId }: { gatewayId: string }, at: Date, lostAt: Date | null = null) =>
    db.updateTable("gateway").set({ linkSeenAt: at, linkLostAt: lostAt }).where("id", "=", gatewayId).execute();
  async function begun() {
    const home = await buildHome(db, { act: { tries: 9 } });
    const { consent, token } = await allowed(home);
    await seen(home, minutes(0));
    expect(await permit(consent, home, { now: minutes(0) })).toMatchObject({ permitted: true });
    return { home, consent, token };
  }

  it("too long ends what was allowed for good: also once it is back, on the homeowner's page and in the ledger", async () => {
    const { home, consent, token } = await begun();
    expect(await permit(consent, home, { now: minutes(9) })).toMatchObject({ permitted: true });

    consent.time.now = minutes(10);
    const view = await consent.link.view(token);
    expect(view).toMatchObject({ status: "over", canStop: false, ended: expect.stringContaining("link to your home") });
    const refused = await permit(consent, home, { now: minutes(10) });
    await seen(home, minutes(11), null);

    expect(refused).toMatchObject({
      permitted: false,
      code: "consent_expired",
      message: expect.stringMatching(/link/),
    });
    expect(await permit(consent, home, { now: minutes(11) })).toEqual(refused);
    const entries = await listEntries(db, { chain: home.siteId, before: undefined, limit: 10 });
    expect(entries.filter(({ event }) => event === "consent.ended")).toMatchObject([{ payload: { end: "link_lost" } }]);
  });

  it("ends it also when nobody looked while it was away", async () => {
    const { home, consent } = await begun();
    await seen(home, minutes(13), minutes(11));

    expect(await permit(consent, home, { now: minutes(13) })).toMatchObject({ permitted: false });
  });

  it("leaves what was not begun, what was lost before, and what acts on another gateway", async () => {
    const waiting = await buildHome(db);
    const { consent } = await allowed(waiting);
    await seen(waiting, minutes(0), minutes(20));
    expect(await permit(consent, waiting, { now: minutes(25) })).toMatchObject({ permitted: true });
    // That loss was over when it began.
    await seen(waiting, minutes(25), minutes(20));
    expect(await permit(consent, waiting, { now: minutes(26) })).toMatchObject({ permitted: true });

    const { home, consent: other } = await begun();
    const id = newId<string>();
    const gateway = await db
      .selectFrom("gateway")
      .selectAll()
      .where("id", "=", home.gatewayId)
      .executeTakeFirstOrThrow();
    await db
      .insertInto("gateway")
      .values({ ...gateway, id, config: "{}", reason: "{}", linkSeenAt: minutes(0) })
      .execute();
    await seen(home, minutes(12));
    expect(await permit(other, home, { now: minutes(12) })).toMatchObject({ permitted: true });
  });

  it("still lets what was done be taken back", async () => {
    const { home, consent } = await begun();
    const verdict = await permit(consent, home, { now: minutes(1) });
    if (verdict.permitted) await insertAttempt(db, home, { consent: verdict.by });
    const undo = { ...home.act, capability: "power.on", input: { switch: "plug" } };

    expect(await permit(consent, home, { now: minutes(15), act: undo, purpose: "undo" })).toMatchObject({
      permitted: true,
    });
  });
});

describe("drift", () => {
  it("stops each of 500 acts that are not what was allowed", async () => {
    const home = await buildHome(db, { act: { tries: 3 } });
    const { consent } = await allowed(home);
    const word = fc.stringMatching(/^[a-z]{1,12}$/);
    const edits: fc.Arbitrary<Partial<ProposedAct>> = fc.oneof(
      word.map((step) => ({ step })),
      fc.constantFrom("power.on", "gateway.restart", "integration.reload").map((capability) => ({ capability })),
      word.map((key) => ({ target: `${home.gatewayId}/entity/${key}-other` })),
      word.map((key) => ({ input: { switch: `${key}-other`, off: 10 } })),
      fc.integer({ min: 11, max: 300 }).map((off) => ({ input: { switch: "plug", off } })),
      fc.dictionary(word, fc.jsonValue(), { minKeys: 1 }).map((extra) => ({ input: { ...home.act.input, ...extra } })),
      fc.constant({ input: {} }),
      fc.integer({ min: 4, max: 99 }).map((tries) => ({ tries })),
      fc.constant({ private: true }),
    );

    await fc.assert(
      fc.asyncProperty(edits, async (edit) => {
        const act = { ...home.act, ...edit };
        fc.pre(act.step !== home.act.step || JSON.stringify(act) !== JSON.stringify(home.act));

        const verdict = await permit(consent, home, { act });

        expect(verdict).toMatchObject({ permitted: false, code: "consent_missing", drift: expect.any(String) });
      }),
      { numRuns: 500 },
    );
  }, 60_000);

  it("is an act that would be felt more than what was asked for", async () => {
    const home = await buildHome(db, { act: { scope: "fix" } });
    const { consent } = await allowed(home);

    const verdict = await permit(consent, home, { act: { ...home.act, scope: "disruptive" } });

    expect(verdict).toMatchObject({ permitted: false, drift: "it needs disruptive instead of fix" });
  });

  it("is not doing less: fewer tries, a lower scope", async () => {
    const home = await buildHome(db, { act: { tries: 3 } });
    const { consent } = await allowed(home);

    const verdict = await permit(consent, home, { act: { ...home.act, tries: 1, scope: "fix" } });

    expect(verdict).toMatchObject({ permitted: true });
  });

  it("is a try more than was allowed, counting those whose end nobody knows", async () => {
    const home = await buildHome(db, { act: { tries: 2 } });
    const { consent } = await allowed(home);
    await insertAttempt(db, home, { number: 1 });
    expect(await permit(consent, home)).toMatchObject({ permitted: true });

    await insertAttempt(db, home, { number: 2 });

    expect(await permit(consent, home)).toMatchObject({
      permitted: false,
      code: "consent_missing",
      drift: "try 3 where 2 were allowed",
    });
  });
});

describe("taking an act back", () => {
  it("is covered by what permitted the act, also after a stop and after the window", async () => {
    const home = await buildHome(db);
    const { consent, token } = await allowed(home);
    const verdict = await permit(consent, home);
    if (verdict.permitted) await insertAttempt(db, home, { consent: verdict.by });
    await consent.link.stop(token);
    const undo = { ...home.act, capability: "power.on", input: { switch: "plug" } };
    const later = after(ASKED_AT, 30 * 3_600_000);

    expect(await permit(consent, home, { act: undo, purpose: "undo", now: later })).toMatchObject({ permitted: true });
    expect(await permit(consent, home, { act: undo, purpose: "settle", now: later })).toMatchObject({
      permitted: true,
    });
    expect(await permit(consent, home, { act: undo, now: later })).toMatchObject({ permitted: false });
  });

  it("is covered by what stood for good when the act was done", async () => {
    const home = await buildHome(db, { standing: ["fix"], act: { scope: "fix" } });
    const consent = createTestConsent(db);
    const verdict = await permit(consent, home);
    if (verdict.permitted) await insertAttempt(db, home, { consent: verdict.by });
    await db.deleteFrom("standingConsent").where("siteId", "=", home.siteId).execute();

    expect(await permit(consent, home, { purpose: "undo" })).toMatchObject({
      permitted: true,
      by: { kind: "standing", scope: "fix" },
    });
  });

  it("is nothing where nothing was done, and nothing else than the undo that was read", async () => {
    const home = await buildHome(db);
    const { consent } = await allowed(home);
    const undo = { ...home.act, capability: "power.on", input: { switch: "plug" } };
    expect(await permit(consent, home, { act: undo, purpose: "undo" })).toMatchObject({
      permitted: false,
      code: "consent_missing",
    });
    const verdict = await permit(consent, home);
    if (verdict.permitted) await insertAttempt(db, home, { consent: verdict.by });

    const other = { ...undo, capability: "gateway.restart", input: {} };

    expect(await permit(consent, home, { act: other, purpose: "undo" })).toMatchObject({
      permitted: false,
      drift: expect.any(String),
    });
  });
});
