import { type Actor, isCaretakerError, type PersonId, type SiteId } from "@caretaker/protocol";
import fc from "fast-check";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Database, transaction } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import type { Call } from "../http/handler.ts";
import { appendLedger, headCode } from "./append.ts";
import { BEFORE_THE_FIRST, makeEntry } from "./chain.ts";
import { erasePayloads } from "./erase.ts";
import { ledgerHandlers } from "./handlers.ts";
import { listEntries, verifyChain } from "./read.ts";
import { isWhole, verifyLedgerFile } from "./verify-file.ts";

let database: TestDatabase;
let db: Database;
let chain: SiteId;

beforeAll(async () => {
  database = await testDatabase();
  db = database.db;
});
afterAll(() => database.drop());
beforeEach(() => {
  chain = newId<SiteId>();
});

async function* toLines(lines: readonly string[]) {
  yield* lines;
}

const NOW = new Date("2026-11-22T18:00:00.000Z");
const append = (payload: Record<string, unknown> = { a: 1 }, now: Date | null = NOW) =>
  transaction(db, (trx) =>
    appendLedger(trx, {
      chain,
      event: "site.changed",
      actor: "person:1 Sam",
      payload,
      ...(now === null ? {} : { now }),
    }),
  );

async function appendMany(count: number): Promise<void> {
  await transaction(db, async (trx) => {
    for (let number = 1; number <= count; number += 1) {
      await appendLedger(trx, { chain, event: "site.changed", actor: "hub", payload: { number }, now: NOW });
    }
  });
}

/** A long chain in few statements. */
async function insertChain(length: number): Promise<void> {
  let previous = BEFORE_THE_FIRST;
  const made = Array.from({ length }, (_, index) => {
    const link = {
      chain,
      number: index + 1,
      previous,
      at: NOW.toISOString(),
      event: "site.changed",
      actor: "hub",
    } as const;
    const entry = makeEntry({ ...link, payload: { index } });
    previous = entry.hash;
    return entry;
  });
  for (let from = 0; from < length; from += 1000) {
    const part = made.slice(from, from + 1000);
    await db
      .insertInto("ledgerEntry")
      .values(part.map(({ salt, words, ...entry }) => entry))
      .execute();
    await db
      .insertInto("ledgerPayload")
      .values(part.map(({ number, salt, words }) => ({ chain, number, salt, payload: words })))
      .execute();
  }
  await db.insertInto("ledgerHead").values({ chain, number: length, hash: previous }).execute();
}

describe("appending to a ledger", () => {
  it("numbers entries from one and answers the code of the new head", async () => {
    const first = await append();
    const second = await append();

    expect([first.number, second.number]).toEqual([1, 2]);
    expect(second.code).toMatch(/^[0-9a-f]{4}-[0-9a-f]{4}$/);
    expect(await headCode(db, chain)).toBe(second.code);
  });

  it("takes the database's clock when no moment is given", async () => {
    const { at } = await append({}, null);

    expect(Math.abs(Date.parse(at) - Date.now())).toBeLessThan(60_000);
    expect((await verifyChain(db, chain)).whole).toBe(true);
  });

  it("leaves nothing behind when the caller's transaction fails", async () => {
    await append();
    const before = await headCode(db, chain);

    const failing = transaction(db, async (trx) => {
      await appendLedger(trx, { chain, event: "site.changed", actor: "hub", payload: {}, now: NOW });
      throw new Error("the act could not be done");
    });

    await expect(failing).rejects.toThrow("the act could not be done");
    expect(await headCode(db, chain)).toBe(before);
    expect(await verifyChain(db, chain)).toMatchObject({ whole: true, entries: 1 });
  });

  it("takes the caller's work down with it when the ledger cannot be written", async () => {
    await sql`alter table ledger_payload add constraint no_more check (salt is null) not valid`.execute(db);
    const work = transaction(db, async (trx) => {
      await trx
        .insertInto("hubMemory")
        .values({ key: `act-${chain}`, value: "{}", changedAt: NOW })
        .execute();
      await appendLedger(trx, { chain, event: "act.intended", actor: "hub", payload: {}, now: NOW });
    });

    await expect(work).rejects.toThrow();
    await sql`alter table ledger_payload drop constraint no_more`.execute(db);

    const kept = await db.selectFrom("hubMemory").select("key").where("key", "=", `act-${chain}`).execute();
    expect(kept).toEqual([]);
    expect(await verifyChain(db, chain)).toMatchObject({ whole: true, entries: 0 });
  });

  it("keeps one line of numbers when many append at once", async () => {
    await Promise.all(Array.from({ length: 40 }, (_, index) => append({ index })));

    expect(await verifyChain(db, chain)).toMatchObject({ whole: true, entries: 40 });
  });

  it("keeps the words as they were committed, whatever a gateway put into them", async () => {
    const payload = { "naïve key": ["\u0000", "\ud800", 1e21, -0, 0.1, { b: 1, a: null }], missing: undefined };

    await append(payload);

    expect((await verifyChain(db, chain)).whole).toBe(true);
    const [entry] = await listEntries(db, { chain, before: undefined, limit: 1 });
    expect(entry?.payload).toEqual({ "naïve key": ["\ufffd", "\ufffd", 1e21, 0, 0.1, { a: null, b: 1 }] });
  });
});

describe("erasing the words of an entry", () => {
  it("leaves the chain whole and says that it was done", async () => {
    await append({ name: "Mrs Lee" });
    await append();

    await transaction(db, (trx) =>
      erasePayloads(trx, { chain, numbers: [1], actor: "person:1 Sam", reason: "She asked for it", now: NOW }),
    );

    expect(await verifyChain(db, chain)).toMatchObject({
      whole: true,
      entries: 3,
      erased: 1,
      erasures: [{ entry: 3, at: NOW.toISOString(), numbers: [1], reason: "She asked for it" }],
    });
    const entries = await listEntries(db, { chain, before: undefined, limit: 10 });
    expect(entries.map(({ number, event, payload, salt }) => ({ number, event, payload, salt }))).toMatchObject([
      { number: 3, event: "ledger.erased", payload: { numbers: [1], reason: "She asked for it" } },
      { number: 2, payload: { a: 1 } },
      { number: 1, payload: null, salt: null },
    ]);
  });

  it("refuses an entry that is not there, one that was erased before, and the note of an erasure", async () => {
    await append();
    const erase = (number: number) =>
      transaction(db, (trx) =>
        erasePayloads(trx, { chain, numbers: [number], actor: "hub", reason: "asked", now: NOW }),
      );
    await erase(1);

    await expect(erase(9)).rejects.toSatisfy((error) => isCaretakerError(error, "not_found"));
    await expect(erase(1)).rejects.toSatisfy((error) => isCaretakerError(error, "already_done"));
    await expect(erase(2)).rejects.toSatisfy((error) => isCaretakerError(error, "not_allowed"));
  });
});

/** What somebody with the database's password might try. Each says the number of the first bad entry. */
const TAMPERINGS: Record<string, (number: number, last: number) => Promise<number>> = {
  "edits a field": async (number) => {
    await db
      .updateTable("ledgerEntry")
      .set({ actor: "hub, perhaps" })
      .where(...at(number))
      .execute();
    return number;
  },
  "edits the words": async (number) => {
    await db
      .updateTable("ledgerPayload")
      .set({ payload: '{"number":0}' })
      .where(...at(number))
      .execute();
    return number;
  },
  "makes the words unreadable": async (number) => {
    await db
      .updateTable("ledgerPayload")
      .set({ payload: "{" })
      .where(...at(number))
      .execute();
    return number;
  },
  "deletes the words": async (number) => {
    await db
      .deleteFrom("ledgerPayload")
      .where(...at(number))
      .execute();
    return number;
  },
  "deletes an entry": async (number) => {
    await db
      .deleteFrom("ledgerEntry")
      .where(...at(number))
      .execute();
    return number;
  },
  "cuts off the tail": async (number) => {
    await db.deleteFrom("ledgerEntry").where("chain", "=", chain).where("number", ">=", number).execute();
    return number;
  },
  "inserts an entry before the first": async () => {
    await sql`insert into ledger_entry select chain, 0, at, event, actor, commitment, previous, hash
      from ledger_entry where chain = ${chain} and number = 1`.execute(db);
    return 0;
  },
  "inserts an entry after the last": async (_, last) => {
    await sql`insert into ledger_entry select chain, ${last + 1}, at, event, actor, commitment, hash, hash
      from ledger_entry where chain = ${chain} and number = ${last}`.execute(db);
    return last + 1;
  },
};

function at(number: number) {
  return [sql<boolean>`chain = ${chain} and number = ${number}`] as const;
}

describe("verifying a ledger in the database", () => {
  it.each(Object.entries(TAMPERINGS))("finds who %s", async (_, tamper) => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 12 }), fc.nat(), async (length, seed) => {
        chain = newId<SiteId>();
        await appendMany(length);

        const bad = await tamper(1 + (seed % length), length);

        const verdict = await verifyChain(db, chain);
        expect(verdict.whole).toBe(false);
        expect(verdict.firstBad?.number).toBe(bad);
      }),
      { numRuns: 8 },
    );
  });

  it("verifies 5,000 entries, page by page", async () => {
    await insertChain(5000);

    expect(await verifyChain(db, chain)).toMatchObject({ whole: true, entries: 5000 });
  });

  it("is not disturbed by entries that are written meanwhile", async () => {
    await appendMany(50);

    const verdicts = await Promise.all([
      ...Array.from({ length: 20 }, () => append().then(() => null)),
      ...Array.from({ length: 10 }, () => verifyChain(db, chain)),
    ]);

    expect(verdicts.filter((verdict) => verdict !== null && !verdict.whole)).toEqual([]);
  });
});

describe("the operations of the ledger", () => {
  it("lists the newest first, page by page, with the code of the head", async () => {
    await appendMany(5);
    const call = {} as never;
    const handlers = ledgerHandlers({ db });

    const first = await handlers["ledger.list"]({ siteId: chain, limit: 3 }, call);
    const second = await handlers["ledger.list"]({ siteId: chain, limit: 3, before: first.nextBefore ?? 0 }, call);

    expect(first.items.map(({ number }) => number)).toEqual([5, 4, 3]);
    expect(first.nextBefore).toBe(3);
    expect(second.items.map(({ number }) => number)).toEqual([2, 1]);
    expect(second.nextBefore).toBeNull();
    expect(first.code).toBe(await headCode(db, chain));
  });

  it("exports a chain that verifies without the hub, with its erasures and with who the actors are", async () => {
    await appendMany(1200);
    await transaction(db, (trx) =>
      erasePayloads(trx, { chain, numbers: [3, 900], actor: "hub", reason: "She asked for it", now: NOW }),
    );
    const actor = { kind: "person", id: newId<PersonId>(), name: "Sam", role: "principal" } as Actor;

    const lines: string[] = [];
    for await (const line of ledgerHandlers({ db })["ledger.export"]({ siteId: chain }, { actor, now: NOW } as Call))
      lines.push(JSON.stringify(line));
    const checked = await verifyLedgerFile(toLines(lines));

    expect(isWhole(checked)).toBe(true);
    expect(checked.verdict).toMatchObject({ entries: 1202, erased: 2, erasures: [{ entry: 1201, numbers: [3, 900] }] });
    expect(JSON.parse(lines.at(-2) ?? "")).toMatchObject({ number: 1202, event: "ledger.exported" });
    expect((await verifyChain(db, chain)).code).toBe(checked.verdict?.code);
  });

  it("verifies the firm's own chain when no site is named", async () => {
    const verdict = await ledgerHandlers({ db })["ledger.verify"]({}, {} as never);

    expect(verdict).toMatchObject({ chain: "firm", whole: true });
  });
});
