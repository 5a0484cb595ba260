import type { LedgerEvent } from "@caretaker/protocol";
import { sql } from "kysely";
import { builtOnce, oneBuiltOnce } from "../db/built-once.ts";
import type { Database, Trx } from "../db/database.ts";
import { shortCode } from "./canonical.ts";
import { BEFORE_THE_FIRST, type Chain, makeEntry } from "./chain.ts";

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
  const head = (await lockHead(trx, { chain })) ?? (await beginChain(trx, chain));
  const at = (now ?? new Date(head.clock)).toISOString();
  const { salt, words, ...entry } = makeEntry({
    chain,
    number: head.number + 1,
    previous: head.hash,
    at,
    event,
    actor,
    payload,
  });
  await insertEntry(trx, { ...entry, salt, words });
  return { number: entry.number, code: shortCode(entry.hash), at };
}

const insertEntry = builtOnce((db, entry: ReturnType<typeof makeEntry>) => {
  const { chain, number, previous, at, event, actor, commitment, hash, salt, words } = entry;
  return db
    .with("entry", (one) =>
      one.insertInto("ledgerEntry").values({ chain, number, previous, at, event, actor, commitment, hash }),
    )
    .with("payload", (one) => one.insertInto("ledgerPayload").values({ chain, number, salt, payload: words }))
    .updateTable("ledgerHead")
    .set({ number, hash })
    .where("chain", "=", chain);
});

const lockHead = oneBuiltOnce((db, { chain }: { chain: Chain }) =>
  db
    .selectFrom("ledgerHead")
    .select(["number", "hash", sql<Date | string>`clock_timestamp()`.as("clock")])
    .where("chain", "=", chain)
    .forUpdate(),
);

async function beginChain(trx: Trx, chain: Chain): Promise<NonNullable<Awaited<ReturnType<typeof lockHead>>>> {
  await trx
    .insertInto("ledgerHead")
    .values({ chain, number: 0, hash: BEFORE_THE_FIRST })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const head = await lockHead(trx, { chain });
  if (head === undefined) throw new Error(`The head of the ledger ${chain} is missing.`);
  return head;
}

/** The short code of a chain's newest entry, as every message to a homeowner carries it. */
export async function headCode(db: Database, chain: Chain): Promise<string> {
  const head = await db.selectFrom("ledgerHead").select("hash").where("chain", "=", chain).executeTakeFirst();
  return shortCode(head?.hash ?? BEFORE_THE_FIRST);
}
