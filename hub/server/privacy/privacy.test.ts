import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Actor, ContactId, PersonId, SiteId } from "@caretaker/protocol";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Database, transaction } from "../db/database.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { appendLedger } from "../ledger/append.ts";
import { listEntries, verifyChain } from "../ledger/read.ts";
import {
  buildHome,
  createTestRuns,
  runbookOf,
  type TestHome,
  type TestRuns,
  testLibrary,
} from "../runs/test-helpers.ts";
import { eraseContact } from "./erase-contact.ts";
import { erasePerson } from "./erase-person.ts";
import { createErasures } from "./erasures.ts";
import { exportContact } from "./export-contact.ts";
import { formerContacts } from "./former-contacts.ts";
import { createRetention, type Retention } from "./retention.ts";

const RELOAD = runbookOf(
  "reloading",
  `
  - check: alive
    read: integration.state
    with: { integration: $service }
    expect: { unavailable: 0 }
    next: { pass: { end: healthy } }
  - fix: reload
    do: integration.reload
    with: { integration: $service }
    irreversible: A reload keeps no earlier state.
    verify: { again: alive, within: 60s }
    next: { failed: { end: not_fixed } }
  - end: fixed`,
);
const ANN_ID = "019aa000-0000-7000-8000-0000000000bb";
const ANN: Actor = {
  kind: "person",
  id: ANN_ID,
  name: "Ann Vos",
  role: "principal",
  sessionId: "s",
  factorAt: null,
} as never;
const CANARY = { name: "Wilhelmina Canary", email: "canary@birds.example", phone: "+31 20 777 8888" };

let database: TestDatabase;
let db: Database;
let test: TestRuns;
let home: TestHome;
let contactId: ContactId;

beforeEach(async () => {
  database = await testDatabase();
  db = database.db;
  test = createTestRuns(db, testLibrary([RELOAD]));
  home = await buildHome(db);
  const contact = await db
    .updateTable("contact")
    .set({ ...CANARY, verifiedBecause: `Called ${CANARY.phone}` })
    .where("siteId", "=", home.siteId)
    .returning("id")
    .executeTakeFirstOrThrow();
  contactId = contact.id as ContactId;
  test.house.setBridge("wedged");
});
afterEach(async () => {
  await test.close();
  await database.drop();
});

/** A run that asked the canary, was allowed and ended; with notes, evidence and messages that name her. */
async function lived(): Promise<void> {
  const runId = await test.start(home, "reloading", { inputs: { service: home.integration } });
  await test.forward("5s");
  await test.answer("allow");
  await test.forward("5m");
  expect((await test.run(runId)).finishedAt).not.toBeNull();
  await db
    .updateTable("site")
    .set({ notes: `Ask ${CANARY.name.toUpperCase()}, not Wilhelminas sister` })
    .execute();
  await db
    .updateTable("run")
    .set({ note: `Told ${CANARY.name} (${CANARY.email})` })
    .execute();
  for (const { to, subject, requestId } of test.messages)
    await db
      .insertInto("message")
      .values({
        id: crypto.randomUUID(),
        siteId: home.siteId,
        requestId,
        toAddress: to.address,
        toName: to.name,
        subject,
        status: "sent",
        createdAt: test.clock.now(),
      })
      .execute();
}

/** Where in the whole database the words stand: every column of every table, as text. */
async function whereIs(...words: string[]): Promise<string[]> {
  const { rows: tables } = await sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = 'public'`.execute(db);
  const found: string[] = [];
  for (const { name } of tables)
    for (const word of words) {
      const { rows } = await sql<{ count: number }>`
        select count(*) as count from ${sql.table(name)} as one where position(lower(${word}) in lower(one::text)) > 0`.execute(
        db,
      );
      if (Number(rows[0]?.count) > 0) found.push(name);
    }
  return [...new Set(found)].sort();
}

const erase = (more: { reason?: string; isPreview?: boolean } = {}) =>
  eraseContact(db, {
    siteId: home.siteId,
    contactId,
    reason: "She asked for it",
    actor: ANN,
    now: test.clock.now(),
    ...more,
  });

describe("a person of a home who asks to be erased", () => {
  it("is found nowhere in the database afterwards, and the chain is whole and says how much went", async () => {
    await lived();
    expect((await whereIs(CANARY.name, CANARY.email, CANARY.phone)).length).toBeGreaterThan(4);

    const counted = await erase();

    expect(await whereIs(CANARY.name, CANARY.email, CANARY.phone)).toEqual([]);
    expect(await verifyChain(db, home.siteId)).toMatchObject({ whole: true, erased: counted.ledgerEntries });
    expect(counted).toMatchObject({ consents: 1, messages: expect.any(Number) });
    const [last] = await listEntries(db, { chain: home.siteId, before: undefined, limit: 1 });
    expect(last).toMatchObject({ event: "contact.erased", payload: { contactId, ...counted } });
    const { notes } = await db.selectFrom("site").select("notes").executeTakeFirstOrThrow();
    expect(notes).toBe("Ask (erased), not Wilhelminas sister");
  });

  it("is counted before without anything being changed", async () => {
    await lived();
    const before = await whereIs(CANARY.name);
    const entries = await db.selectFrom("ledgerEntry").select("number").execute();

    const counted = await erase({ isPreview: true });

    expect(counted.ledgerEntries).toBeGreaterThan(0);
    expect(await whereIs(CANARY.name)).toEqual(before);
    expect(await db.selectFrom("ledgerEntry").select("number").execute()).toHaveLength(entries.length);
    expect(await erase()).toEqual(counted);
  });

  it("is not erased while a run waits for her or works with her yes, and not twice", async () => {
    const runId = await test.start(home, "reloading", { inputs: { service: home.integration } });
    await test.forward("5s");
    await expect(erase()).rejects.toMatchObject({ code: "conflict", message: expect.stringContaining("RUN-") });
    await test.answer("no");
    await test.forward("5m");
    expect((await test.run(runId)).finishedAt).not.toBeNull();

    await erase();
    await expect(erase()).rejects.toMatchObject({ code: "already_done" });
  });

  it("is found by what she was called and where she was written to before", async () => {
    const old = { name: "Mina Kanarie", email: "old@birds.example", phone: "+31 6 1234 5678" };
    await transaction(db, (trx) =>
      appendLedger(trx, {
        chain: home.siteId,
        event: "contact.changed",
        actor: "hub",
        payload: { contactId, changes: CANARY, was: old },
      }),
    );
    await db.updateTable("site").set({ notes: "Ring Mina Kanarie\nat +31612345678" }).execute();
    await db
      .insertInto("message")
      .values({
        id: crypto.randomUUID(),
        siteId: home.siteId,
        toAddress: old.email,
        toName: old.name,
        subject: "Your address was changed",
        status: "sent",
        createdAt: test.clock.now(),
      })
      .execute();

    await erase();

    expect(await whereIs(old.name, old.email, old.phone, "612345678")).toEqual([]);
  });

  it("takes no words of others with her: a short name is looked for as a whole word", async () => {
    await db.updateTable("contact").set({ name: "Ann" }).where("id", "=", contactId).execute();
    const entry = (reason: string) =>
      transaction(db, (trx) =>
        appendLedger(trx, { chain: home.siteId, event: "freeze.set", actor: "hub", payload: { reason } }),
      );
    const kept = await entry("The channel cannot be planned");
    const gone = await entry("Asked for by\nAnn");

    await erase();

    const entries = await listEntries(db, { chain: home.siteId, before: undefined, limit: 20 });
    const payload = (number: number) => entries.find((one) => one.number === number)?.payload;
    expect(payload(kept.number)).toEqual({ reason: "The channel cannot be planned" });
    expect(payload(gone.number)).toBeNull();
  });

  it("is said to be named still where the home or the contract is called after her", async () => {
    await db
      .updateTable("client")
      .set({ name: `Family ${CANARY.name}` })
      .execute();
    expect(await erase({ isPreview: true })).toMatchObject({ stillNamed: ["client"] });
  });

  it("is not erased while a run that goes on names her, though it asks somebody else", async () => {
    await test.start(home, "reloading", { inputs: { service: home.integration } });
    await db
      .updateTable("run")
      .set({ reason: `${CANARY.name} called` })
      .execute();
    await expect(erase()).rejects.toMatchObject({ code: "conflict", message: expect.stringContaining("names them") });
  });

  it("is not named by the reason, which stays", async () => {
    await expect(erase({ reason: "wilhelmina canary asked" })).rejects.toMatchObject({
      code: "invalid_input",
      fields: [expect.objectContaining({ path: "reason" })],
    });
  });

  it("loses nothing of others: another home's person of the same name stays", async () => {
    const other = await buildHome(db);
    await db.updateTable("contact").set({ name: CANARY.name }).where("siteId", "=", other.siteId).execute();
    await erase();

    expect(await whereIs(CANARY.name)).toEqual(["contact"]);
  });
});

describe("a former colleague who is erased", () => {
  const SIGNED_IN = "019aa000-0000-7000-8000-0000000000aa";

  it("is found nowhere afterwards: not in runs, ledgers, keys or doors; what he did stays, and all chains verify", async () => {
    const at = test.clock.now();
    await db
      .insertInto("person")
      .values({
        id: SIGNED_IN,
        name: "Sam Jansen",
        email: "sam@installers.example",
        role: "technician",
        createdAt: at,
        updatedAt: at,
      })
      .execute();
    await lived();
    await transaction(db, (trx) =>
      appendLedger(trx, {
        chain: "firm",
        event: "person.joined",
        actor: "hub",
        payload: { name: "Sam Jansen", email: "sam@installers.example" },
      }),
    );
    const go = (isPreview = false) =>
      erasePerson(db, {
        isPreview,
        personId: SIGNED_IN as PersonId,
        reason: "Left two years ago",
        actor: ANN,
        now: test.clock.now(),
      });
    await expect(go()).rejects.toMatchObject({ code: "conflict" });
    await db.updateTable("person").set({ disabledAt: at }).execute();
    expect((await whereIs("Sam Jansen")).length).toBeGreaterThan(3);
    // What he was called before he married stands in words in the ledger, and behind his id in what he did.
    await transaction(db, (trx) =>
      appendLedger(trx, {
        chain: "firm",
        event: "person.joined",
        actor: "hub",
        payload: { personId: SIGNED_IN, name: "Sam Bakker", email: "bakker@installers.example" },
      }),
    );
    await db
      .updateTable("run")
      .set({ stopRequestedBy: `person:${SIGNED_IN} Sam de Wit`, note: "Sam de Wit and Sam Bakker were there" })
      .execute();

    await db
      .insertInto("runbookPublished")
      .values({
        id: "firm/ours",
        version: 1,
        digest: "d",
        text: "t",
        document: "{}",
        title: "Ours",
        scope: "fix",
        publishedBy: `person:${SIGNED_IN} Sam Jansen`,
        approvedBy: null,
        reason: "Needed",
        publishedAt: at,
      })
      .execute();
    const counted = await go(true);
    expect((await whereIs("Sam Jansen")).length).toBeGreaterThan(3);
    expect(await go()).toEqual(counted);

    expect(await whereIs("Sam Jansen", "sam@installers.example")).toEqual([]);
    expect(await whereIs("Sam Bakker", "Sam de Wit", "bakker@installers.example")).toEqual([]);
    for (const chain of ["firm", home.siteId] as const)
      expect(await verifyChain(db, chain)).toMatchObject({ whole: true });
    expect(await db.selectFrom("run").select("startedById").execute()).toEqual([{ startedById: SIGNED_IN }]);
    await expect(go()).rejects.toMatchObject({ code: "already_done" });
  });
});

describe("a backup that is older than an erasure", () => {
  it("brings nobody back for longer than a start takes", async () => {
    const data = await mkdtemp(join(tmpdir(), "erased-"));
    const warnings: object[] = [];
    const erasures = createErasures(data, { warn: (about: object) => void warnings.push(about) });
    expect(await erasures.applyAgain(db)).toBe(0);
    await lived();
    await erasures.note({ siteId: home.siteId, contactId });
    await erasures.note({ siteId: home.siteId, contactId: crypto.randomUUID() as ContactId });
    expect(await readFile(join(data, "erased.jsonl"), "utf8")).not.toContain(CANARY.name);

    expect(await erasures.applyAgain(db)).toBe(1);
    expect(await whereIs(CANARY.name, CANARY.email, CANARY.phone)).toEqual([]);
    expect(await erasures.applyAgain(db)).toBe(0);
    expect(warnings).toHaveLength(1);
    await rm(data, { recursive: true });
  });
});

it("a person of a home is handed all that is kept of her, and that is written down", async () => {
  await lived();
  const data = await exportContact(db, { siteId: home.siteId, contactId, actor: ANN, now: test.clock.now() });

  expect(data.contact).toMatchObject(CANARY);
  expect(data.questions).toEqual([expect.objectContaining({ status: "allowed", scope: "fix" })]);
  expect(data.messages.length).toBeGreaterThan(0);
  expect(data.ledger.map(({ event }) => event)).toEqual(expect.arrayContaining(["consent.asked", "consent.allowed"]));
  const [last] = await listEntries(db, { chain: home.siteId, before: undefined, limit: 1 });
  expect(last?.event).toBe("contact.exported");
});

describe("what has been kept long enough", () => {
  let retention: Retention;
  beforeEach(() => {
    const keptFor = { runDays: 730, messageDays: 90, historyDays: 400, removedSiteDays: 30 };
    const log = { info: () => {}, error: () => {} };
    retention = createRetention({ db, keptFor, now: async () => test.clock.now(), clock: test.clock, log });
  });
  const days = (count: number): Promise<void> => test.clock.forward(count * 24 * 3_600_000);

  it("goes, and not before: messages after 90 days, the words of runs after two years", async () => {
    await lived();
    const runId = (await db.selectFrom("run").select("id").executeTakeFirstOrThrow()).id;
    await days(89);
    expect(await retention.sweep()).toMatchObject({ messages: 0, runs: 0, sites: 0 });
    await days(2);
    expect((await retention.sweep()).messages).toBeGreaterThan(0);
    expect(await db.selectFrom("message").select("id").execute()).toEqual([]);

    await days(650);
    expect(await retention.sweep()).toMatchObject({ runs: 1 });
    expect(await db.selectFrom("runEvent").selectAll().where("runId", "=", runId).execute()).toEqual([]);
    expect(await test.run(runId as never)).toMatchObject({ outcome: "fixed", reason: "(erased)", inputs: {} });
    expect(await retention.sweep()).toMatchObject({ runs: 0 });
    expect(await verifyChain(db, home.siteId)).toMatchObject({ whole: true });
    expect(await verifyChain(db, "firm")).toMatchObject({ whole: true });
  });

  it("is a session that is over, the link of a question that was closed, and when gateways were away", async () => {
    await lived();
    const at = test.clock.now();
    await db
      .insertInto("person")
      .values({ id: ANN_ID, name: "Ann", email: "ann@firm.example", role: "principal", createdAt: at, updatedAt: at })
      .execute();
    const session = { userId: ANN_ID, createdAt: at, updatedAt: at, ipAddress: "10.0.0.1" };
    const inDays = (count: number) => new Date(at.getTime() + count * 24 * 3_600_000);
    await db
      .insertInto("browserSession")
      .values([
        { ...session, id: crypto.randomUUID(), token: "over", expiresAt: inDays(1) },
        { ...session, id: crypto.randomUUID(), token: "holds", expiresAt: inDays(1000) },
      ])
      .execute();
    await db
      .insertInto("gatewayHistory")
      .values({ gatewayId: home.gatewayId, at, state: "online", reason: JSON.stringify({ code: "ok", params: {} }) })
      .execute();
    const tokens = () => db.selectFrom("consentRequest").select(["id", "tokenHash"]).executeTakeFirstOrThrow();
    const before = await tokens();

    await days(29);
    await retention.sweep();
    expect(await tokens()).toEqual(before);
    await days(60);
    await retention.sweep();
    expect((await tokens()).tokenHash).toBe(before.id);
    expect(await db.selectFrom("browserSession").select("token").execute()).toEqual([{ token: "holds" }]);
    expect(await db.selectFrom("gatewayHistory").select("at").execute()).not.toEqual([]);
    await days(320);
    expect((await retention.sweep()).history).toBeGreaterThan(0);
    expect(await db.selectFrom("gatewayHistory").select("at").execute()).toEqual([]);
    expect((await retention.sweep()).doors).toBe(0);
  });

  it("is never a run that goes on, or the message of a question that is open", async () => {
    const runId = await test.start(home, "reloading", { inputs: { service: home.integration } });
    await test.forward("5s");
    await days(4000);

    expect(await retention.sweep()).toMatchObject({ runs: 0 });
    expect((await test.events(runId)).length).toBeGreaterThan(0);
  });

  it("is a removed site after its time: home, people and words are gone, its ledger still verifies, other homes stay", async () => {
    await lived();
    const other = await buildHome(db);
    await db.updateTable("site").set({ removedAt: test.clock.now() }).where("id", "=", home.siteId).execute();
    await days(29);
    expect(await retention.sweep()).toMatchObject({ sites: 0 });
    await days(2);

    expect(await retention.sweep()).toMatchObject({ sites: 1 });
    expect(await whereIs(CANARY.name, CANARY.email, CANARY.phone)).toEqual([]);
    expect(await verifyChain(db, home.siteId as SiteId)).toMatchObject({ whole: true });
    const kept = await db.selectFrom("device").select("gatewayId").execute();
    expect(kept).toEqual([{ gatewayId: other.gatewayId }]);
    expect(await retention.sweep()).toMatchObject({ sites: 0 });
  });

  it("says what went also when the hub died in the middle of a sweep", async () => {
    await lived();
    await days(100);
    const { rows } = await sql<{ messages: number }>`select count(*)::integer as messages from message`.execute(db);
    const messages = rows[0]?.messages ?? 0;
    expect(messages).toBeGreaterThan(0);
    // The piece after the messages cannot be done: as if the hub had died there.
    await sql`alter table gateway_history rename to history_away`.execute(db);
    await expect(retention.sweep()).rejects.toThrow();
    await sql`alter table history_away rename to gateway_history`.execute(db);
    expect(await db.selectFrom("message").select("id").execute()).toEqual([]);

    await retention.sweep();
    await retention.sweep();

    const said = (await listEntries(db, { chain: "firm", before: undefined, limit: 50 })).filter(
      ({ event }) => event === "data.let_go",
    );
    expect(said.map(({ payload }) => payload?.messages)).toEqual([messages]);
  });

  it("is nobody of a removed home who asks for it before: they are handed what is kept of them, and erased", async () => {
    await lived();
    expect(await formerContacts(db, home.siteId)).toEqual([]);
    await db.updateTable("site").set({ removedAt: test.clock.now() }).where("id", "=", home.siteId).execute();
    const which = { siteId: home.siteId, contactId, actor: ANN, now: test.clock.now() };
    expect(await formerContacts(db, home.siteId)).toMatchObject([
      { id: contactId, name: CANARY.name, removedAt: null },
    ]);

    expect((await exportContact(db, which)).questions).toHaveLength(1);
    const counted = await eraseContact(db, { ...which, reason: "They asked for it" });

    expect(counted).toMatchObject({ consents: 1, stillNamed: [] });
    expect(await whereIs(CANARY.name, CANARY.email, CANARY.phone)).toEqual([]);
    expect(await formerContacts(db, home.siteId)).toEqual([]);
    await expect(exportContact(db, which)).rejects.toMatchObject({ code: "not_found" });
    expect(await verifyChain(db, home.siteId)).toMatchObject({ whole: true });
    await days(31);
    expect(await retention.sweep()).toMatchObject({ sites: 1 });
  });

  it("goes by itself while the hub runs", async () => {
    await lived();
    await days(100);
    retention.start();
    await test.clock.forward(20 * 60_000);
    await retention.close();

    expect(await db.selectFrom("message").select("id").execute()).toEqual([]);
  });
});
