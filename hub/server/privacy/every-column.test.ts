import type { Actor, ContactId } from "@caretaker/protocol";
import { sql } from "kysely";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Database, transaction } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { appendLedger } from "../ledger/append.ts";
import { verifyChain } from "../ledger/read.ts";
import {
  buildHome,
  createTestRuns,
  runbookOf,
  type TestHome,
  type TestRuns,
  testLibrary,
} from "../runs/test-helpers.ts";
import { eraseContact } from "./erase-contact.ts";

const NAME = "Wilhelmina Canary";
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

/** Tables in which nothing of a home stands, or nothing of ours: what else names people of the firm is erased with them. */
const NOT_OF_A_HOME = new Set([
  "api_key",
  "browser_session",
  "firm",
  "hub_memory",
  "invitation",
  "migration",
  "passkey",
  "person",
  "plan",
  "plan_raise",
  "runbook_draft",
  "runbook_published",
  "runbook_retired",
  "runbook_version",
  "second_factor",
  "sealed_secret",
  "sign_in_account",
  "sign_in_link",
  "sign_in_verification",
  "site_lock",
]);

/** What the home and the contract are called: said to whoever erases, see `stillNamed`. */
const FROM_THE_HOME = new Set([
  "client",
  "site",
  "gateway",
  "gateway_history",
  "gateway_inventory",
  "gateway_snapshot",
  "room",
  "integration",
  "device",
  "entity",
]);

/** The same, in a table that is about something else: what a room was called when it was left out. */
const CALLED_BY_THE_HOME = "view_limit.room_name";

/** What the hub itself writes there, or a colleague's name: never a word about a person of a home. */
const OUR_WORDS = new Set([
  "agent.ended_by",
  "agent.fingerprint",
  "agent.frozen_why",
  "agent.line_hub",
  "agent.paired_by",
  "agent.public_key",
  "agent.status",
  "agent.version",
  "agent_pairing.lookup",
  "agent_pairing.made_by",
  "agent_pairing.made_by_id",
  "agent_pairing.sealed_code",
  "approval.approved_by",
  "approval.digest",
  "approval.kind",
  "approval.refused_by",
  "approval.requested_by",
  "approval.status",
  "approval.subject",
  "attempt.capability",
  "attempt.purpose",
  "attempt.status",
  "attempt.step",
  "consent_request.digest",
  "consent_request.ended_why",
  "consent_request.grade",
  "consent_request.language",
  "consent_request.ledger_code",
  "consent_request.scope",
  "consent_request.status",
  "consent_request.step",
  "consent_request.token_hash",
  "consent_request.stop_token_hash",
  "emergency_consent.capabilities",
  "emergency_consent.evidence",
  "freeze.frozen_by",
  "freeze.kind",
  "freeze.subject",
  "home_message.status",
  "home_question.language",
  "home_question.step",
  "home_question.token_hash",
  "idempotency.actor",
  "idempotency.input_hash",
  "idempotency.key",
  "idempotency.operation",
  "message.status",
  "finding.illness",
  "rollout.digest",
  "rollout.runbook",
  "rollout.started_by",
  "rollout.status",
  "rollout.title",
  "rollout.wave_by",
  "rollout_home.status",
  "rule.domain",
  "rule.illnesses",
  "rule.made_by",
  "rule.runbook",
  "run.claimed_by",
  "run.digest",
  "run.outcome",
  "run.runbook",
  "run.status",
  "run.step",
  "run.title",
  "run.uncertain_steps",
  "scope_raise.capability",
  "scope_raise.scope",
  "standing_consent.evidence",
  "standing_consent.scope",
  "view_limit.device_class",
  "view_limit.evidence",
  "view_limit.kind",
]);

let database: TestDatabase;
let db: Database;
let test: TestRuns;
let home: TestHome;

beforeEach(async () => {
  database = await testDatabase();
  db = database.db;
  test = createTestRuns(db, testLibrary([RELOAD]));
  home = await buildHome(db);
  test.house.setBridge("wedged");
});
afterEach(async () => {
  await test.close();
  await database.drop();
});

async function columns(): Promise<{ table: string; column: string; type: string }[]> {
  const { rows } = await sql<{ table: string; column: string; type: string }>`
    select table_name as table, column_name as column, data_type as type from information_schema.columns
    where table_schema = current_schema() and data_type in ('text', 'json', 'jsonb', 'ARRAY')
    order by table_name, column_name`.execute(db);
  return rows.filter(({ table }) => !NOT_OF_A_HOME.has(table) && !FROM_THE_HOME.has(table));
}

/** Writes the name into every row of a column. False where the database takes no words there. */
async function write({ table, column, type }: { table: string; column: string; type: string }): Promise<boolean> {
  const words = `Told\n${NAME}, twice: ${NAME}`;
  const json = JSON.stringify({ said: words, list: [NAME] });
  const value = type === "text" ? sql`${words}` : type === "ARRAY" ? sql`array[${words}]` : sql`${json}::jsonb`;
  try {
    await sql`update ${sql.table(table)} set ${sql.ref(column)} = ${value}`.execute(db);
    return true;
  } catch {
    return false;
  }
}

async function holdsName({ table, column }: { table: string; column: string }): Promise<boolean> {
  const { rows } = await sql`
    select 1 from ${sql.table(table)} where position('canary' in lower(${sql.ref(column)}::text)) > 0 limit 1`.execute(
    db,
  );
  return rows.length > 0;
}

it("no column of any table keeps the name of a person who was erased, whichever of them held it", async () => {
  const runId = await test.start(home, "reloading", { inputs: { service: home.integration } });
  await test.forward("5s");
  await test.answer("allow");
  await test.forward("10m");
  expect((await test.run(runId)).finishedAt).not.toBeNull();
  const contact = await db
    .updateTable("contact")
    .set({ name: NAME, phone: "+31 20 777 8888" })
    .returning("id")
    .executeTakeFirstOrThrow();
  const { id: requestId } = await db.selectFrom("consentRequest").select("id").executeTakeFirstOrThrow();
  await fillEmptyTables(runId, contact.id, requestId);
  for (const chain of ["firm", home.siteId] as const)
    await transaction(db, (trx) =>
      appendLedger(trx, {
        chain,
        event: "freeze.set",
        actor: "hub",
        payload: { reason: `Said\n${NAME.toUpperCase()}` },
      }),
    );
  for (const table of new Set((await columns()).map((one) => one.table))) {
    const { rows } = await sql`select 1 from ${sql.table(table)} limit 1`.execute(db);
    expect(rows, `no row in ${table}: add one below`).toHaveLength(1);
  }
  const written: { table: string; column: string; type: string }[] = [];
  for (const column of await columns()) {
    if (column.table.startsWith("ledger_") || column.table === "contact") continue;
    const place = `${column.table}.${column.column}`;
    if (place === CALLED_BY_THE_HOME || OUR_WORDS.has(place)) continue;
    if (await write(column)) written.push(column);
  }
  expect(written.length).toBeGreaterThan(40);

  await eraseContact(db, {
    siteId: home.siteId,
    contactId: contact.id as ContactId,
    reason: "They asked for it",
    actor: ANN,
    now: test.clock.now(),
  });

  const left: string[] = [];
  for (const column of await columns()) if (await holdsName(column)) left.push(`${column.table}.${column.column}`);
  expect(left).toEqual([]);
  for (const chain of ["firm", home.siteId] as const)
    expect(await verifyChain(db, chain)).toMatchObject({ whole: true });
});

const ANN: Actor = {
  kind: "person",
  id: "019aa000-0000-7000-8000-0000000000bb",
  name: "Ann Vos",
  role: "principal",
  sessionId: "s",
  factorAt: null,
} as never;

/** A row in each table that a run leaves none in. */
async function fillEmptyTables(runId: string, contactId: string, requestId: string): Promise<void> {
  const at = test.clock.now();
  const id = newId();
  const { siteId, gatewayId } = home;
  await db
    .insertInto("message")
    .values({ id, siteId, requestId, toAddress: "a", toName: "a", subject: "a", status: "sent", createdAt: at })
    .execute();
  await db
    .insertInto("contactPhone")
    .values({
      contactId,
      gatewayId,
      phone: "a",
      userId: "a",
      userName: "a",
      because: "a",
      setAt: at,
      restsUntil: at,
    })
    .execute();
  await db.insertInto("journalLink").values({ id, tokenHash: "a", contactId, siteId, createdAt: at }).execute();
  await db
    .insertInto("emergencyConsent")
    .values({
      siteId,
      capabilities: ["power.on"],
      atNight: false,
      evidence: "contract",
      evidenceNote: "a",
      givenBy: "a",
      setBy: "a",
      setAt: at,
      restsUntil: at,
    })
    .execute();
  await db
    .insertInto("scopeRaise")
    .values({ id, siteId, scope: "fix", isPrivate: false, reason: "a", setBy: "a", setAt: at })
    .execute();
  await db
    .insertInto("viewLimit")
    .values({ id, siteId, kind: "media", evidence: "contract", evidenceNote: "a", givenBy: "a", setBy: "a", setAt: at })
    .execute();
  await db
    .insertInto("agent")
    .values({ id, siteId, publicKey: "a", fingerprint: "a", status: "paired", pairedAt: at, pairedBy: "a" })
    .execute();
  await db
    .insertInto("agentPairing")
    .values({ id, siteId, lookup: "a", madeBy: "a", madeAt: at, expiresAt: at })
    .execute();
  await db.insertInto("homeMessage").values({ id, requestId, gatewayId, status: "shown" }).execute();
  await db
    .insertInto("homeQuestion")
    .values({
      id,
      runId,
      siteId,
      contactId,
      step: "a",
      say: "a",
      answers: "[]",
      language: "en",
      tokenHash: "a",
      askedAt: at,
      answerBy: at,
      linkUntil: at,
    })
    .execute();
  await db
    .insertInto("approval")
    .values({
      id,
      kind: "homes.more",
      subject: "a",
      title: "a",
      details: "{}",
      siteIds: [siteId],
      reason: "a",
      digest: "a",
      status: "given",
      requestedBy: "a",
      requestedAt: at,
      expiresAt: at,
      isAlone: false,
    })
    .execute();
  await db
    .insertInto("rollout")
    .values({
      id,
      runbook: "a",
      runbookVersion: 1,
      digest: "a",
      title: "a",
      reason: "a",
      status: "halted",
      startedBy: "a",
      startedById: id,
      wave: 1,
      waveBy: "{}",
      haltAfter: 2,
      goesOn: false,
      createdAt: at,
    })
    .execute();
  await db
    .insertInto("rolloutHome")
    .values({ rolloutId: id, siteId, place: 1, inputs: "{}", wave: 1, status: "skipped" })
    .execute();
  const { integration } = home;
  await db
    .insertInto("finding")
    .values({ id, siteId, gatewayId, integrationId: integration, illness: "integration_silent", openedAt: at })
    .execute();
  await db
    .insertInto("rule")
    .values({
      id,
      name: "a",
      runbook: "a",
      illnesses: ["integration_silent"],
      siteIds: [siteId],
      minutes: 1,
      coolDownHours: 1,
      atNight: false,
      isOn: false,
      madeBy: "a",
      madeById: id,
      madeAt: at,
    })
    .execute();
  await db.insertInto("ruleFiring").values({ ruleId: id, findingId: id, at, why: "a" }).execute();
  await db
    .insertInto("freeze")
    .values({ kind: "site", subject: siteId, reason: "a", frozenBy: "a", frozenAt: at })
    .execute();
  await db
    .insertInto("idempotency")
    .values({ actor: "a", operation: "a", key: "a", inputHash: "a", answer: "{}", createdAt: at })
    .execute();
  await db
    .insertInto("standingConsent")
    .values({ siteId, scope: "view", givenAt: at, givenBy: "a", evidence: "contract", reviewAt: at })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
