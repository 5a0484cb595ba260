import { sql } from "kysely";
import type { Trx } from "../db/database.ts";

/** A link that is closed can still say so for a while. */
const CLOSED_LINKS_ARE_KNOWN_FOR = "30 days";

/** When gateways were away, long ago. */
export async function forgetHistory(trx: Trx, before: string, atOnce: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from gateway_history where ctid in (select ctid from gateway_history where at < ${before} limit ${atOnce})`.execute(
    trx,
  );
  return Number(numAffectedRows ?? 0);
}

/**
 * What once let somebody in and does not any more: sessions and one-time links that are over, invitations that were
 * answered or ran out, answers to calls nobody repeats. Of closed questions the links go, and the questions stay.
 */
export async function forgetDoors(trx: Trx, at: Date, atOnce: number): Promise<number> {
  const now = at.toISOString();
  const longAgo = sql`${now}::timestamptz - ${CLOSED_LINKS_ARE_KNOWN_FOR}::interval`;
  const some = sql`limit ${atOnce}`;
  const statements = [
    sql`delete from browser_session where id in (select id from browser_session where expires_at < ${now} ${some})`,
    sql`delete from sign_in_verification where id in (select id from sign_in_verification where expires_at < ${now} ${some})`,
    sql`delete from sign_in_link where token_hash in (select token_hash from sign_in_link where expires_at < ${now} ${some})`,
    sql`delete from agent_pairing where id in (select id from agent_pairing where expires_at < ${now} ${some})`,
    sql`delete from invitation where id in (select id from invitation where expires_at < ${longAgo} ${some})`,
    sql`delete from idempotency where ctid in (select ctid from idempotency where created_at < ${now}::timestamptz - interval '1 day' ${some})`,
    sql`delete from journal_link where id in (select id from journal_link where created_at < ${longAgo} ${some})`,
    sql`update consent_request set token_hash = id::text, stop_token_hash = null where id in (
      select consent_request.id from consent_request join run on run.id = run_id
      where link_until < ${longAgo} and finished_at is not null and token_hash <> consent_request.id::text ${some})`,
    sql`update home_question set token_hash = id::text where id in (
      select home_question.id from home_question join run on run.id = run_id
      where link_until < ${longAgo} and finished_at is not null and token_hash <> home_question.id::text ${some})`,
  ];
  let count = 0;
  for (const statement of statements) count += Number((await statement.execute(trx)).numAffectedRows ?? 0);
  return count;
}
