import { type Clock, SiteId } from "@caretaker/protocol";
import { type RawBuilder, sql } from "kysely";
import { type Database, type Trx, transaction } from "../db/database.ts";
import { appendLedger } from "../ledger/append.ts";
import { erasePayloads } from "../ledger/erase.ts";
import type { Log } from "../log.ts";
import { forgetDoors, forgetHistory } from "./leftovers.ts";
import { GONE } from "./personal-words.ts";
import { addToCount, NOTHING, type Swept, takeCount } from "./sweep-count.ts";

/** For how many days each kind of thing is kept. What a ledger says is kept longer than what it tells of. */
export interface KeptFor {
  readonly runDays: number;
  readonly messageDays: number;
  readonly historyDays: number;
  readonly removedSiteDays: number;
}

export interface RetentionDeps {
  readonly db: Database;
  readonly keptFor: KeptFor;
  readonly now: (db: Database) => Promise<Date>;
  readonly clock: Clock;
  readonly log: Pick<Log, "info" | "error">;
}

const DAY = 24 * 3_600_000;
const SWEEP_EVERY = DAY / 4;
const FIRST_SWEEP = 20 * 60_000;
/** A sweep never holds many rows for long: it goes through them in pieces. */
const AT_ONCE = 200;

export interface Retention {
  start(): void;
  close(): Promise<void>;
  sweep(): Promise<Swept>;
}

/** Lets go of what has been kept long enough, by the database's clock, a piece at a time. */
export function createRetention(deps: RetentionDeps): Retention {
  const { clock, log } = deps;
  let cancel = (): void => {};
  let working: Promise<unknown> = Promise.resolve();
  let isClosed = false;
  const later = (milliseconds: number): void => {
    cancel = clock.after(milliseconds, () => {
      working = sweep(deps)
        .catch((error: unknown) => log.error({ error }, "What was kept long enough was not let go; it is tried again."))
        .finally(() => isClosed || later(SWEEP_EVERY));
    });
  };
  return {
    start: () => later(FIRST_SWEEP),
    async close() {
      isClosed = true;
      cancel();
      await working;
    },
    sweep: () => sweep(deps),
  };
}

async function sweep(deps: RetentionDeps): Promise<Swept> {
  const { db, keptFor, now, log } = deps;
  const at = await now(db);
  const before = (days: number): string => new Date(at.getTime() - days * DAY).toISOString();
  const inPieces = (kind: keyof Swept, piece: (trx: Trx) => Promise<number>, atOnce = AT_ONCE) =>
    goOn(db, kind, piece, { atOnce, at });
  await inPieces("messages", (trx) => forgetMessages(trx, before(keptFor.messageDays)));
  await inPieces("runs", (trx) => forgetRuns(trx, before(keptFor.runDays)));
  await inPieces("sites", (trx) => forgetSites(trx, before(keptFor.removedSiteDays)), 1);
  await inPieces("history", (trx) => forgetHistory(trx, before(keptFor.historyDays), AT_ONCE));
  await inPieces("doors", (trx) => forgetDoors(trx, at, AT_ONCE));
  const swept = await transaction(db, async (trx) => {
    const counted = await takeCount(trx);
    if (counted === null) return NOTHING;
    const payload = { ...counted, ...keptFor };
    await appendLedger(trx, { chain: "firm", event: "data.let_go", actor: "hub", payload, now: at });
    return counted;
  });
  if (swept !== NOTHING) log.info({ ...swept }, "What has been kept long enough was let go.");
  return swept;
}

async function goOn(
  db: Database,
  kind: keyof Swept,
  piece: (trx: Trx) => Promise<number>,
  { atOnce, at }: { readonly atOnce: number; readonly at: Date },
): Promise<void> {
  for (;;) {
    const count = await transaction(db, async (trx) => {
      const went = await piece(trx);
      if (went > 0) await addToCount(trx, kind, went, at);
      return went;
    });
    if (count < atOnce) return;
  }
}

/** Messages that need not be sent any more. A question that is open keeps its own. */
function forgetMessages(trx: Trx, before: string): Promise<number> {
  return affected(
    trx,
    sql`delete from message where id in (
      select message.id from message left join consent_request on consent_request.id = message.request_id
      left join run on run.id = consent_request.run_id
      where message.created_at < ${before} and message.status <> 'waiting' and (run.id is null or run.finished_at is not null)
      limit ${AT_ONCE})`,
  );
}

/** The words of runs that ended long ago. That they ran, how they ended and by which digest stays. */
async function forgetRuns(trx: Trx, before: string): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    select id from run where finished_at < ${before} and memory <> '{}'::jsonb and not has_uncertain_step
    order by finished_at limit ${AT_ONCE} for update skip locked`.execute(trx);
  const ids = rows.map(({ id }) => id);
  if (ids.length > 0) await forgetWordsOf(trx, ids);
  return ids.length;
}

async function forgetWordsOf(trx: Trx, runIds: readonly string[]): Promise<void> {
  const ids = sql`(${sql.join(runIds)})`;
  const statements = [
    sql`delete from run_event where run_id in ${ids}`,
    sql`delete from home_question where run_id in ${ids}`,
    sql`update attempt set input = '{}', answer = null, consent = '{}', target = ${GONE} where run_id in ${ids}`,
    sql`update consent_request set asked_text = '{}', proposal = '{}', answered_by = null, token_hash = id::text,
      stop_token_hash = null where run_id in ${ids}`,
    sql`update run set memory = '{}', inputs = '{}', reason = ${GONE}, note = null, waiting_why = null, stop_reason = null
      where id in ${ids}`,
  ];
  for (const statement of statements) await statement.execute(trx);
}

/** One removed site at a time: everything about the home and its people, but its number and that it was there. */
async function forgetSites(trx: Trx, before: string): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    select id from site where removed_at < ${before} and name <> ${GONE} order by removed_at limit 1 for update`.execute(
    trx,
  );
  const id = rows[0]?.id;
  if (id === undefined) return 0;
  const runs = await trx.selectFrom("run").select("id").where("siteId", "=", id).execute();
  if (runs.length > 0)
    await forgetWordsOf(
      trx,
      runs.map((run) => run.id),
    );
  const ofGateways = sql`(select id from gateway where site_id = ${id})`;
  const statements = [
    sql`delete from home_message where gateway_id in ${ofGateways}`,
    sql`delete from contact_phone where gateway_id in ${ofGateways}`,
    sql`delete from view_limit where site_id = ${id}`,
    sql`delete from emergency_consent where site_id = ${id}`,
    sql`delete from scope_raise where site_id = ${id}`,
    sql`delete from journal_link where site_id = ${id}`,
    sql`delete from "freeze" where kind = 'site' and subject = ${id}`,
    sql`update approval set title = ${GONE}, reason = ${GONE}, details = '{}', refused_because = null
      where status <> 'waiting' and site_ids = array[${id}::uuid]`,
    sql`delete from message where site_id = ${id}`,
    sql`delete from entity where gateway_id in ${ofGateways}`,
    sql`delete from device where gateway_id in ${ofGateways}`,
    sql`delete from integration where gateway_id in ${ofGateways}`,
    sql`delete from room where gateway_id in ${ofGateways}`,
    sql`delete from gateway_snapshot where gateway_id in ${ofGateways}`,
    sql`delete from gateway_inventory where gateway_id in ${ofGateways}`,
    sql`delete from gateway_history where gateway_id in ${ofGateways}`,
    sql`update gateway set name = ${GONE}, address = ${GONE}, config = '{}', agent_id = null where site_id = ${id}`,
    sql`delete from agent_pairing where site_id = ${id}`,
    sql`delete from agent where site_id = ${id}`,
    sql`update contact set name = ${GONE}, email = null, phone = null, verified_because = null, removed_at = coalesce(removed_at, now())
      where site_id = ${id}`,
    sql`update site set name = ${GONE}, address = null, town = null, notes = '' where id = ${id}`,
    // The client goes with the last home.
    sql`update client set name = ${GONE}, phone = null, email = null where id = (select client_id from site where id = ${id})
      and not exists (select 1 from site as other where other.client_id = client.id and other.name <> ${GONE})`,
  ];
  await forgetLedger(trx, SiteId.parse(id));
  for (const statement of statements) await statement.execute(trx);
  return 1;
}

/** The chain stays and verifies; its last entry says that the words of all others are gone, and why. */
async function forgetLedger(trx: Trx, chain: SiteId): Promise<void> {
  const entries = await trx
    .selectFrom("ledgerPayload")
    .innerJoin("ledgerEntry", (join) =>
      join
        .onRef("ledgerEntry.chain", "=", "ledgerPayload.chain")
        .onRef("ledgerEntry.number", "=", "ledgerPayload.number"),
    )
    .select("ledgerPayload.number")
    .where("ledgerPayload.chain", "=", chain)
    .where("ledgerPayload.erasedAt", "is", null)
    .where("ledgerEntry.event", "<>", "ledger.erased")
    .execute();
  const numbers = entries.map(({ number }) => number);
  await erasePayloads(trx, {
    chain,
    numbers,
    actor: "hub",
    reason: "The site was removed, and kept long enough after that.",
  });
}

async function affected(trx: Trx, statement: RawBuilder<unknown>): Promise<number> {
  return Number((await statement.execute(trx)).numAffectedRows ?? 0);
}
