import type { GrantEnd } from "@caretaker/protocol";
import type { Trx } from "../db/database.ts";
import { endGrant } from "./grant-end.ts";

/**
 * Ends every yes that was given once and whose run has not ended, and says so in each site's ledger; with `answerableId`
 * only those for runs of that person.
 */
export async function voidGrants(
  trx: Trx,
  { end, why, now, answerableId }: { end: GrantEnd; why: string; now: Date; answerableId?: string },
): Promise<number> {
  const grants = await trx
    .selectFrom("consentRequest")
    .innerJoin("run", "run.id", "consentRequest.runId")
    .select(["consentRequest.id", "consentRequest.runId", "consentRequest.siteId", "consentRequest.firstActAt"])
    .where("consentRequest.status", "=", "allowed")
    .where("run.status", "not in", ["finished", "cancelled"])
    .$if(answerableId !== undefined, (query) => query.where("run.answerableId", "=", answerableId ?? null))
    .orderBy("run.id")
    .orderBy("consentRequest.id")
    .forUpdate(["run", "consentRequest"])
    .execute();
  for (const grant of grants) await endGrant(trx, grant, { end, why, now });
  return grants.length;
}
