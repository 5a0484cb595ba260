import { appendLedger } from "../ledger/append.ts";
import { actorOf, loadContact } from "./answer.ts";
import { withOpenRequest } from "./open-request.ts";
import type { ConsentDeps } from "./types.ts";

/** Notes that the homeowner wishes to be called, as long as the link shows anything. The first time counts. */
export async function callMe(deps: ConsentDeps, token: string): Promise<void> {
  await withOpenRequest(deps, token, async ({ trx, request, now }) => {
    if (request.callAskedAt !== null) return [];
    await trx.updateTable("consentRequest").set({ callAskedAt: now }).where("id", "=", request.id).execute();
    const by = actorOf(await loadContact(trx, request));
    const { id: requestId, runId } = request;
    await appendLedger(trx, {
      chain: request.siteId,
      event: "consent.call_asked",
      actor: by,
      payload: { requestId, runId },
      now,
    });
    return deps.runs.consentCallAsked(trx, { runId, requestId, by, now });
  });
}
