import type { Database } from "../db/database.ts";
import type { Handlers } from "../http/handler.ts";
import { headCode } from "./append.ts";
import { exportLedger } from "./export.ts";
import { namesOf } from "./names.ts";
import { listEntries, verifyChain } from "./read.ts";

type Names = "ledger.list" | "ledger.verify" | "ledger.export";

export function ledgerHandlers({ db }: { db: Database }): Pick<Handlers, Names> {
  return {
    "ledger.list": async ({ siteId, before, limit }) => {
      const chain = siteId ?? "firm";
      const code = await headCode(db, chain);
      const entries = await listEntries(db, { chain, before, limit: limit + 1 });
      const hasMore = entries.length > limit;
      const shown = entries.slice(0, limit);
      const names = await namesOf(
        db,
        shown.map(({ actor }) => actor),
      );
      const items = shown.map((entry) => ({ ...entry, name: names.get(entry.actor) ?? null }));
      return { items, code, nextBefore: hasMore ? (shown.at(-1)?.number ?? null) : null };
    },
    "ledger.verify": ({ siteId, code }) => verifyChain(db, siteId ?? "firm", code),
    "ledger.export": ({ siteId }, { actor, now }) => exportLedger(db, { chain: siteId ?? "firm", actor, now }),
  };
}
