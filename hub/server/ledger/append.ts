import type { LedgerEvent } from "@caretaker/protocol";
import { sql } from "kysely";
import { oneBuiltOnce } from "../db/built-once.ts";
import { type Database, now as databaseNow, type Trx } from "../db/database.ts";
import { shortCode } from "./canonical.ts";
import { BEFORE_THE_FIRST, type Chain, HASHED, makeNext, type NextEntry } from "./chain.ts";

export interface NewLedgerEntry {
  readonly chain: Chain;
  readonly event: LedgerEvent;
  /** `person:<id> <name>`, `key:<id> <name>`, `homeowner:<contactId> <name>` or `hub`. */
  readonly actor: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** Default: the database's clock. */
  readonly now?: Date;
}

/**
 * Adds an entry to a chain, in the caller's transaction: what it tells of and the entry are committed together or not
 * at all. Whoever cannot append must not act, so this throws and nothing here is caught. The chain stays locked until
 * the transaction ends: append late in it, after the rows of the run and of the request were locked.
 */
export async function appendLedger(
  trx: Trx,
  { chain, event, actor, payload, now }: NewLedgerEntry,
): Promise<{ number: number; code: string; at: string }> {
  const at = (now ?? (await clockOf(trx, chain))).toISOString();
  const next = makeNext({ chain, at, event, actor, payload });
  const appended = (await append(trx, next)) ?? (await beginAndAppend(trx, next));
  return { number: appended.number, code: shortCode(appended.hash), at };
}

/**
 * The head is locked, moved on, and its old hash goes into the new entry's, all in one statement: what a run does stands
 * in the ledger line by line, and the chain of its home is locked no longer than it has to be.
 */
const append = oneBuiltOnce((db, next: NextEntry) => {
  const { chain, at, event, actor, commitment, salt, words, hashedBefore } = next;
  return db
    .with("head", (one) =>
      one.selectFrom("ledgerHead").select(["number", "hash"]).where("chain", "=", chain).forUpdate(),
    )
    .with("moved", (one) =>
      one
        .updateTable("ledgerHead")
        .from("head")
        .set({
          number: sql<number>`head.number + 1`,
          hash: sql<string>`encode(sha256(convert_to(${hashedBefore}::text || (head.number + 1)::text
            || ${HASHED.between}::text || head.hash || ${HASHED.after}::text, 'UTF8')), 'hex')`,
        })
        .where("chain", "=", chain)
        .returning(["ledgerHead.number", "ledgerHead.hash", "head.hash as previous"]),
    )
    .with("entry", (one) =>
      one
        .insertInto("ledgerEntry")
        .columns(["chain", "number", "previous", "at", "event", "actor", "commitment", "hash"])
        .expression((select) =>
          select
            .selectFrom("moved")
            .select([
              sql`${chain}::text`.as("chain"),
              "moved.number",
              "moved.previous",
              sql`${at}::timestamptz`.as("at"),
            ])
            .select([sql`${event}::text`.as("event"), sql`${actor}::text`.as("actor")])
            .select([sql`${commitment}::text`.as("commitment"), "moved.hash"]),
        ),
    )
    .with("payload", (one) =>
      one
        .insertInto("ledgerPayload")
        .columns(["chain", "number", "salt", "payload"])
        .expression((select) =>
          select
            .selectFrom("moved")
            .select([sql`${chain}::text`.as("chain"), "moved.number"])
            .select([sql`${salt}::text`.as("salt"), sql`${words}::text`.as("payload")]),
        ),
    )
    .selectFrom("moved")
    .select(["moved.number", "moved.hash"]);
});

async function beginAndAppend(trx: Trx, next: NextEntry): Promise<NonNullable<Awaited<ReturnType<typeof append>>>> {
  await trx
    .insertInto("ledgerHead")
    .values({ chain: next.chain, number: 0, hash: BEFORE_THE_FIRST })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const appended = await append(trx, next);
  if (appended === undefined) throw new Error(`The head of the ledger ${next.chain} is missing.`);
  return appended;
}

/** The database's clock, told once the chain is locked: what comes later in it has the later moment. */
async function clockOf(trx: Trx, chain: Chain): Promise<Date> {
  await trx.selectFrom("ledgerHead").select("number").where("chain", "=", chain).forUpdate().execute();
  return databaseNow(trx);
}

/** The short code of a chain's newest entry, as every message to a homeowner carries it. */
export async function headCode(db: Database, chain: Chain): Promise<string> {
  const head = await db.selectFrom("ledgerHead").select("hash").where("chain", "=", chain).executeTakeFirst();
  return shortCode(head?.hash ?? BEFORE_THE_FIRST);
}
