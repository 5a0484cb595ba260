import type { Actor, LedgerFileLine } from "@caretaker/protocol";
import { type ControlledTransaction, sql } from "kysely";
import { type Database, transaction } from "../db/database.ts";
import type { Tables } from "../db/tables.ts";
import { actorText } from "./actor.ts";
import { appendLedger } from "./append.ts";
import { shortCode } from "./canonical.ts";
import type { Chain } from "./chain.ts";
import { createFileDigest } from "./file-digest.ts";
import { namesOf } from "./names.ts";
import { entriesAfter, PAGE } from "./read.ts";

/** How long a caller may take to read one page before the snapshot is given up. */
const PATIENCE = "10min";

/**
 * A whole chain as it is at one moment, line by line. That it was exported, and by whom, is written first and so is the
 * last entry of the file.
 */
export async function* exportLedger(
  db: Database,
  { chain, actor, now }: { chain: Chain; actor: Actor; now: Date },
): AsyncGenerator<LedgerFileLine, void> {
  const { number: to } = await transaction(db, (trx) =>
    appendLedger(trx, { chain, event: "ledger.exported", actor: actorText(actor), payload: {}, now }),
  );
  const snapshot = await db
    .startTransaction()
    .setIsolationLevel("repeatable read")
    .setAccessMode("read only")
    .execute();
  try {
    await sql`select set_config('idle_in_transaction_session_timeout', ${PATIENCE}, true)`.execute(snapshot);
    const digest = createFileDigest();
    const head = await headOf(snapshot, chain, to, now);
    digest.take(head);
    yield head;
    for (let after = 0; after < to; ) {
      const page = await entriesAfter(snapshot, chain, after);
      for (const entry of page.filter(({ number }) => number <= to)) {
        const line = { kind: "entry", ...entry } as const;
        digest.take(line);
        yield line;
      }
      if (page.length < PAGE) break;
      after = page.at(-1)?.number ?? to;
    }
    yield { kind: "end", entries: to, digest: digest.done() };
  } finally {
    await snapshot.rollback().execute();
  }
}

async function headOf(
  snapshot: ControlledTransaction<Tables>,
  chain: Chain,
  to: number,
  now: Date,
): Promise<LedgerFileLine> {
  const { hash } = await snapshot
    .selectFrom("ledgerEntry")
    .select("hash")
    .where("chain", "=", chain)
    .where("number", "=", to)
    .executeTakeFirstOrThrow();
  const actors = await snapshot
    .selectFrom("ledgerEntry")
    .select("actor")
    .distinct()
    .where("chain", "=", chain)
    .execute();
  const names = await namesOf(
    snapshot,
    actors.map(({ actor }) => actor),
  );
  return {
    kind: "caretaker-ledger",
    format: 1,
    chain,
    title: await titleOf(snapshot, chain),
    exportedAt: now.toISOString(),
    from: 1,
    to,
    hash,
    code: shortCode(hash),
    names: Object.fromEntries(names),
  };
}

async function titleOf(snapshot: Database, chain: Chain): Promise<string> {
  if (chain !== "firm") {
    const site = await snapshot.selectFrom("site").select("name").where("id", "=", chain).executeTakeFirst();
    return site?.name ?? chain;
  }
  const firm = await snapshot.selectFrom("firm").select("name").executeTakeFirst();
  return firm?.name ?? "firm";
}
