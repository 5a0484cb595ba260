import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Database, transaction } from "../db/database.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { appendLedger } from "../ledger/append.ts";
import { queueMessage } from "../mail/queue.ts";
import { createWordSealer } from "../secrets/vault.ts";
import { after } from "./clocks.ts";
import {
  ASKED_AT,
  buildHome,
  buildQuestion,
  createTestConsent,
  insertAttempt,
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

const key = Buffer.alloc(32, 1);
const sealer = createWordSealer({ current: () => ({ id: "k", key }), get: () => key });

/** Ways in which a ledger cannot be written, as a full disk or a broken table would have it. */
const FAULTS = {
  "its entries cannot be written": "ledger_entry add constraint fault check (number < 0) not valid",
  "its words cannot be written": "ledger_payload add constraint fault check (number < 0) not valid",
  "its head cannot be moved": "ledger_head add constraint fault check (number = 0) not valid",
} as const;

interface Case {
  readonly home: TestHome;
  readonly consent: TestConsent;
  readonly token: string;
  readonly requestId: string;
  readonly proposalCode: string;
}

const OPERATIONS: Record<string, { readonly isAllowed: boolean; readonly run: (given: Case) => Promise<unknown> }> = {
  "ask again": {
    isAllowed: false,
    run: ({ consent, home }) => transaction(db, (trx) => consent.ask(trx, buildQuestion(home))),
  },
  "note that it was opened": { isAllowed: false, run: ({ consent, token }) => consent.link.opened(token) },
  allow: {
    isAllowed: false,
    run: ({ consent, token, proposalCode }) => consent.link.answer({ token, answer: "allow", proposalCode }),
  },
  refuse: {
    isAllowed: false,
    run: ({ consent, token, proposalCode }) => consent.link.answer({ token, answer: "no", proposalCode }),
  },
  expire: {
    isAllowed: false,
    run: ({ consent, requestId }) =>
      transaction(db, (trx) =>
        consent.expire(trx, { requestId: requestId as never, now: after(ASKED_AT, 5 * 3_600_000) }),
      ),
  },
  stop: { isAllowed: true, run: ({ consent, token }) => consent.link.stop(token) },
  act: {
    isAllowed: true,
    run: ({ consent, home }) =>
      transaction(db, async (trx) => {
        const { siteId, runId, act } = home;
        const verdict = await consent.permit(trx, { siteId, runId, act, now: ASKED_AT });
        if (verdict.permitted) await insertAttempt(trx, home, { consent: verdict.by });
        await appendLedger(trx, { chain: siteId, event: "act.intended", actor: "hub", payload: {}, now: ASKED_AT });
      }),
  },
};

async function everything(): Promise<string> {
  const tables = ["consent_request", "message", "attempt", "ledger_entry", "ledger_payload", "ledger_head"];
  const dumps = await Promise.all(
    tables.map((table) => sql`select * from ${sql.table(table)} order by 1, 2`.execute(db).then(({ rows }) => rows)),
  );
  return JSON.stringify(dumps);
}

describe.each(Object.entries(FAULTS))("a ledger of which %s", (_, fault) => {
  it.each(Object.entries(OPERATIONS))("lets nobody %s, and leaves everything as it was", async (_, operation) => {
    const home = await buildHome(db);
    const told: string[] = [];
    const consent = createTestConsent(db, {
      queueMessage: async (trx, message) => {
        told.push(message.text);
        consent.messages.push(message);
        await queueMessage({ sealer, canSend: true }, trx, message);
      },
    });
    const { token, requestId } = await consent.askAndGetToken(home);
    const { proposalCode } = await consent.link.view(token);
    if (operation.isAllowed) await consent.link.answer({ token, answer: "allow", proposalCode });
    const before = await everything();
    await sql.raw(`alter table ${fault}`).execute(db);

    const running = operation.run({ home, consent, token, requestId, proposalCode });

    await expect(running).rejects.toThrow(/fault/);
    await sql.raw(`alter table ${fault.split(" ")[0]} drop constraint fault`).execute(db);
    expect(await everything()).toBe(before);
  });
});
