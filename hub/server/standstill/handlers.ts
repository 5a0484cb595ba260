import type { Database } from "../db/database.ts";
import { transaction } from "../db/database.ts";
import type { Handlers } from "../http/handler.ts";
import { actorText } from "../ledger/actor.ts";
import { appendLedger } from "../ledger/append.ts";
import { endStandstill, readStandstill } from "./standstill.ts";

export function standstillHandlers({ db }: { db: Database }): Pick<Handlers, "standstill.get" | "standstill.end"> {
  return {
    "standstill.get": async () => ({ standstill: await readStandstill(db) }),
    "standstill.end": async ({ reason }, { actor, now }) => {
      await transaction(db, async (trx) => {
        const ended = await endStandstill(trx);
        if (ended === null) return;
        const payload = { ...ended, reason };
        await appendLedger(trx, { chain: "firm", event: "hub.went_on", actor: actorText(actor), payload, now });
      });
      return { standstill: await readStandstill(db) };
    },
  };
}
