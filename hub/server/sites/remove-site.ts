import { type AgentId, CaretakerError, type GatewayId, type SiteId } from "@caretaker/protocol";
import { endAgentOf } from "../agents/rows.ts";
import { tellContact } from "../consent/tell-contact.ts";
import { wordsIn } from "../consent/words/index.ts";
import type { Trx } from "../db/database.ts";
import { forgetMemories } from "../gateways/gateway-memory.ts";
import type { Call } from "../http/handler.ts";
import { actorText } from "../ledger/actor.ts";
import { appendLedger } from "../ledger/append.ts";
import { tellView } from "../state/hiding.ts";
import type { SitesDeps } from "./deps.ts";
import { noSuchSite } from "./no-such-site.ts";

/** What goes on outside the database until it is told to stop. */
interface StillOpen {
  readonly gatewayIds: readonly GatewayId[];
  readonly agentId: AgentId | null;
}

/**
 * Takes a site out of service, for good: what opened the home is destroyed, nothing that was allowed holds any more, and
 * whoever could be asked is told once. Rows and ledger stay until they have been kept long enough. Returns what
 * is still connected.
 */
export async function removeSite(
  trx: Trx,
  deps: SitesDeps,
  siteId: SiteId,
  reason: string,
  call: Call,
): Promise<StillOpen> {
  const site = await trx
    .selectFrom("site")
    .select(["number", "name"])
    .where("id", "=", siteId)
    .where("removedAt", "is", null)
    .forUpdate()
    .executeTakeFirst();
  if (site === undefined) throw noSuchSite();
  await refuseWhileRunning(trx, siteId);
  const gateways = await trx
    .updateTable("gateway")
    .set({ removedAt: call.now })
    .where("siteId", "=", siteId)
    .where("removedAt", "is", null)
    .returning("id")
    .execute();
  for (const { id } of gateways) await deps.destroySecrets(trx, `gateway:${id}`);
  await forgetMemories(
    trx,
    gateways.map(({ id }) => id as GatewayId),
  );
  await trx.deleteFrom("standingConsent").where("siteId", "=", siteId).execute();
  await trx.deleteFrom("emergencyConsent").where("siteId", "=", siteId).execute();
  await closeLinks(trx, siteId);
  const agentId = await endAgentOf(trx, siteId, actorText(call.actor), reason, call.now);
  await tellView(trx, siteId);
  await trx.updateTable("site").set({ removedAt: call.now }).where("id", "=", siteId).execute();
  await tellContacts(trx, deps, { siteId, name: site.name }, call);
  const actor = actorText(call.actor);
  await appendLedger(trx, { chain: siteId, event: "site.removed", actor, payload: { reason }, now: call.now });
  // The firm's ledger outlives the words of the site's: it says which home it was by its number only.
  const payload = { siteId, number: site.number };
  await appendLedger(trx, { chain: "firm", event: "site.removed", actor, payload, now: call.now });
  return { gatewayIds: gateways.map(({ id }) => id as GatewayId), agentId };
}

/** A run is ended by whoever looks at it, since it may have to put back what it did. */
async function refuseWhileRunning(trx: Trx, siteId: SiteId): Promise<void> {
  const active = await trx
    .selectFrom("run")
    .select("number")
    .where("siteId", "=", siteId)
    .where("finishedAt", "is", null)
    .executeTakeFirst();
  if (active === undefined) return;
  throw new CaretakerError(
    "run_in_progress",
    `RUN-${active.number} is not finished at this site. Stop it first, then remove the site.`,
  );
}

/** No link into the home's journal and no phone of the home is left open. */
async function closeLinks(trx: Trx, siteId: SiteId): Promise<void> {
  const contacts = trx.selectFrom("contact").select("id").where("siteId", "=", siteId);
  await trx.deleteFrom("contactPhone").where("contactId", "in", contacts).execute();
  await trx.deleteFrom("journalLink").where("siteId", "=", siteId).execute();
}

async function tellContacts(
  trx: Trx,
  { queueMessage, keepRemovedSiteDays }: SitesDeps,
  site: { readonly siteId: SiteId; readonly name: string },
  call: Call,
): Promise<void> {
  const contacts = await trx
    .selectFrom("contact")
    .selectAll()
    .where("siteId", "=", site.siteId)
    .where("removedAt", "is", null)
    .where("verifiedAt", "is not", null)
    .execute();
  for (const contact of contacts) {
    const { subject, text } = wordsIn(contact.language).siteRemoved;
    const words = (firm: string) => [subject(firm), text(firm, site.name, keepRemovedSiteDays)] as const;
    await tellContact(queueMessage, trx, contact, words, call.now);
  }
}
