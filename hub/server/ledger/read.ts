import type { LedgerEntry, LedgerVerdict, RunId } from "@caretaker/protocol";
import type { Database } from "../db/database.ts";
import type { Chain } from "./chain.ts";
import { createVerifier } from "./verify.ts";

export const PAGE = 1000;
/** Before every number that the column can hold, so that nothing slipped in before the first entry stays unseen. */
const BEFORE_ALL = -2_147_483_648;

/** Entries of a chain, newest first, from before a number on. */
export async function listEntries(
  db: Database,
  { chain, before, limit }: { chain: Chain; before: number | undefined; limit: number },
): Promise<LedgerEntry[]> {
  const rows = await entryRows(db, chain)
    .$if(before !== undefined, (query) => query.where("ledgerEntry.number", "<", before ?? 0))
    .orderBy("ledgerEntry.number", "desc")
    .limit(limit)
    .execute();
  return rows.map(entryOf);
}

/** The entries that tell of a run, oldest first; one whose words were erased tells of nothing any more. */
export async function entriesOfRun(db: Database, chain: Chain, runId: RunId): Promise<LedgerEntry[]> {
  const rows = await entryRows(db, chain)
    // Canonical JSON has one form only.
    .where("ledgerPayload.payload", "like", `%"runId":"${runId}"%`)
    .orderBy("ledgerEntry.number")
    .execute();
  return rows.map(entryOf);
}

/**
 * Recomputes a chain as it is at one moment and names its first bad entry. Entries that are being written meanwhile
 * are not looked at. `witness` is a code that a homeowner was told.
 */
export function verifyChain(db: Database, chain: Chain, witness?: string): Promise<LedgerVerdict> {
  return db
    .transaction()
    .setIsolationLevel("repeatable read")
    .setAccessMode("read only")
    .execute(async (trx) => {
      const head = await trx
        .selectFrom("ledgerHead")
        .select(["number", "hash"])
        .where("chain", "=", chain)
        .executeTakeFirst();
      const verifier = createVerifier(chain, { head: head ?? null, witness });
      for (let after: number | undefined = BEFORE_ALL; after !== undefined; ) {
        const page = await entriesAfter(trx, chain, after);
        for (const entry of page) verifier.take(entry);
        after = page.length === PAGE ? page.at(-1)?.number : undefined;
      }
      return verifier.finish();
    });
}

/** The next entries after a number, oldest first: fewer than a page only at the end. */
export async function entriesAfter(db: Database, chain: Chain, after: number): Promise<LedgerEntry[]> {
  const rows = await entryRows(db, chain)
    .where("ledgerEntry.number", ">", after)
    .orderBy("ledgerEntry.number")
    .limit(PAGE)
    .execute();
  return rows.map(entryOf);
}

/** With entries whose payload row is gone altogether: they are damage to be named, not to be left out. */
export function entryRows(db: Database, chain: Chain) {
  return db
    .selectFrom("ledgerEntry")
    .leftJoin("ledgerPayload", (join) =>
      join
        .onRef("ledgerPayload.chain", "=", "ledgerEntry.chain")
        .onRef("ledgerPayload.number", "=", "ledgerEntry.number"),
    )
    .selectAll("ledgerEntry")
    .select(["ledgerPayload.salt", "ledgerPayload.payload", "ledgerPayload.erasedAt"])
    .where("ledgerEntry.chain", "=", chain);
}

type EntryRow = Awaited<ReturnType<ReturnType<typeof entryRows>["execute"]>>[number];

function entryOf({ payload, erasedAt, chain, ...row }: EntryRow): LedgerEntry {
  return {
    ...row,
    chain: chain as Chain,
    payload: payload === null ? null : readPayload(payload),
    erasedAt: erasedAt ?? null,
  };
}

/** What was made unreadable is shown as it is: its commitment will not hold, and the entry is named. */
function readPayload(words: string): Record<string, unknown> {
  try {
    return JSON.parse(words) as Record<string, unknown>;
  } catch {
    return { unreadable: words };
  }
}
