import type { Database } from "../db/database.ts";
import type { Handlers } from "../http/handler.ts";
import { headCode } from "./append.ts";
import { listEntries, verifyChain } from "./read.ts";

export function ledgerHandlers({ db }: { db: Database }): Pick<Handlers, "ledger.list" | "ledger.verify"> {
  return {
    "ledger.list": async ({ siteId, before, limit }) => {
      const chain = siteId ?? "firm";
      const code = await headCode(db, chain);
      const items = await listEntries(db, { chain, before, limit: limit + 1 });
      const hasMore = items.length > limit;
      const shown = items.slice(0, limit);
      return { items: shown, code, nextBefore: hasMore ? (shown.at(-1)?.number ?? null) : null };
    },
    "ledger.verify": ({ siteId, code }) => verifyChain(db, siteId ?? "firm", code),
  };
}
