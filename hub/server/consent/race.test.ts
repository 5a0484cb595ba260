import { setTimeout as delay } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Database, transaction } from "../db/database.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { appendLedger } from "../ledger/append.ts";
import { listEntries, verifyChain } from "../ledger/read.ts";
import { after } from "./clocks.ts";
import { ASKED_AT, buildHome, createTestConsent, type TestConsent, type TestHome } from "./test-helpers.ts";

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await testDatabase();
  db = database.db;
});
afterAll(() => database.drop());

/** What can meet: each in a transaction of its own, begun after some milliseconds. */
const OPERATIONS = ["allow", "no", "another_time", "stop", "expire", "act"] as const;
type Operation = (typeof OPERATIONS)[number];

interface Meeting {
  readonly home: TestHome;
  readonly consent: TestConsent;
  readonly token: string;
  readonly requestId: string;
  readonly proposalCode: string;
}

async function meeting(): Promise<Meeting> {
  const home = await buildHome(db, { act: { tries: 99 } });
  const consent = createTestConsent(db);
  const { token, requestId } = await consent.askAndGetToken(home);
  const { proposalCode } = await consent.link.view(token);
  return { home, consent, token, requestId, proposalCode };
}

function perform({ home, consent, token, requestId, proposalCode }: Meeting, operation: Operation): Promise<unknown> {
  switch (operation) {
    case "stop":
      return consent.link.stop(token);
    case "expire":
      // The engine's clock has passed the time to answer; an answer that came just before may still be on its way.
      return transaction(db, (trx) =>
        consent.expire(trx, { requestId: requestId as never, now: after(ASKED_AT, 4 * 3_600_000) }),
      );
    case "act":
      return transaction(db, async (trx) => {
        const { siteId, runId, act } = home;
        const verdict = await consent.permit(trx, { siteId, runId, act, now: ASKED_AT });
        if (verdict.permitted) {
          await appendLedger(trx, { chain: siteId, event: "act.intended", actor: "hub", payload: {}, now: ASKED_AT });
        }
      });
    default:
      return consent.link.answer({ token, answer: operation, proposalCode });
  }
}

/** The chain's numbers are the order of the commits, since each holds the chain's lock until its end. */
async function historyOf({ home }: Meeting): Promise<string[]> {
  const entries = await listEntries(db, { chain: home.siteId, before: undefined, limit: 100 });
  return entries.map(({ event }) => event).reverse();
}

function mistakesIn(history: readonly string[]): string[] {
  const mistakes: string[] = [];
  const ends = history.filter((event) =>
    ["consent.allowed", "consent.refused", "consent.another_time", "consent.expired"].includes(event),
  );
  if (ends.length > 1) mistakes.push(`answered more than once: ${ends}`);
  let isAllowed = false;
  for (const event of history) {
    if (event === "act.intended" && !isAllowed) mistakes.push("an act without a yes that holds");
    if (event === "consent.allowed") isAllowed = true;
    if (event === "consent.withdrawn") isAllowed = false;
  }
  if (history.filter((event) => event === "consent.withdrawn").length > 1) mistakes.push("stopped more than once");
  return mistakes;
}

describe("answers, stops, clocks and acts that meet", () => {
  it("never let an act pass after a stop, or without a yes, in 40 meetings", async () => {
    const seen = { stoppedAfterYes: 0, actsAfterYes: 0 };
    const operation = fc.record({ what: fc.constantFrom(...OPERATIONS), after: fc.nat({ max: 6 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(operation, { minLength: 3, maxLength: 9 }),
        fc.boolean(),
        async (operations, isAllowed) => {
          const met = await meeting();
          if (isAllowed) await perform(met, "allow");

          const ends = await Promise.allSettled(
            operations.map(async ({ what, after }) => {
              await delay(after);
              return perform(met, what);
            }),
          );

          const history = await historyOf(met);
          expect(mistakesIn(history)).toEqual([]);
          const errors = ends.flatMap((end) => (end.status === "rejected" ? [end.reason] : []));
          expect(errors.filter((error) => !["already_done", "gone"].includes(error.code))).toEqual([]);
          const [yes, stop] = [history.indexOf("consent.allowed"), history.indexOf("consent.withdrawn")];
          if (yes !== -1 && stop > yes) seen.stoppedAfterYes += 1;
          if (history.includes("act.intended")) seen.actsAfterYes += 1;
        },
      ),
      { numRuns: 40 },
    );
    // The test would prove nothing if these never happened.
    expect(seen.stoppedAfterYes).toBeGreaterThan(2);
    expect(seen.actsAfterYes).toBeGreaterThan(2);
  }, 120_000);

  it("leave a chain that is whole, and one truth for everyone", async () => {
    const met = await meeting();

    await Promise.allSettled(
      ["allow", "act", "stop", "act", "no", "expire", "act", "stop", "act"].map((what) =>
        perform(met, what as Operation),
      ),
    );

    expect(await verifyChain(db, met.home.siteId)).toMatchObject({ whole: true });
    const history = await historyOf(met);
    const view = await met.consent.link.view(met.token);
    expect(history).toContain(`consent.${view.status}`);
    expect(met.consent.told.at(-1)?.answer).toBe(view.status === "expired" ? undefined : view.status);
  });

  it("make an act wait for a stop that is being committed, and then refuse it", async () => {
    const met = await meeting();
    await perform(met, "allow");
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let isInside = (): void => {};
    const inside = new Promise<void>((resolve) => {
      isInside = resolve;
    });
    const slow = createTestConsent(db, {
      runs: {
        async consentAnswered() {
          isInside();
          await held;
          return [];
        },
        consentOpened: async () => [],
        consentCallAsked: async () => [],
        asksHome: async () => true,
        homeAnswered: async () => [],
      },
    });

    const stopping = slow.link.stop(met.token);
    await inside;
    const acting = perform(met, "act");
    await delay(50);
    release();
    await Promise.all([stopping, acting]);

    expect(await historyOf(met)).toEqual(["consent.asked", "consent.allowed", "consent.withdrawn"]);
  });

  it("make an act wait for standing consent that is being taken away, and then refuse it", async () => {
    const home = await buildHome(db, { standing: ["fix"], act: { scope: "fix" } });
    const consent = createTestConsent(db);
    const permit = () =>
      transaction(db, (trx) =>
        consent.permit(trx, { siteId: home.siteId, runId: home.runId, act: home.act, now: ASKED_AT }),
      );
    expect(await permit()).toMatchObject({ permitted: true });
    let acting: Promise<unknown> | undefined;

    await transaction(db, async (trx) => {
      await trx.updateTable("site").set({ scopesVersion: 2 }).where("id", "=", home.siteId).execute();
      await trx.deleteFrom("standingConsent").where("siteId", "=", home.siteId).execute();
      acting = permit();
      await delay(50);
    });

    expect(await acting).toMatchObject({ permitted: false, code: "consent_missing" });
  });
});
