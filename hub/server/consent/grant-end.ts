import { type GrantEnd, LINK_LOST_AFTER_SECONDS, type ProposedAct, SiteId } from "@caretaker/protocol";
import type { Database, Trx } from "../db/database.ts";
import { appendLedger } from "../ledger/append.ts";
import { beyond, termsOf } from "./emergency-terms.ts";
import { gatewayIn } from "./proposal.ts";

/** Of a request, what decides whether its yes ended before its time. */
export interface Grant {
  readonly status: string;
  readonly siteId: string;
  readonly firstActAt: string | null;
  readonly answeredAt: string | null;
  readonly endedWhy: GrantEnd | null;
  readonly grade: string | null;
  readonly proposal: { readonly acts: readonly ProposedAct[] };
}

/** What ended a yes before its time, whether or not it was written down yet; null while it holds. */
export async function grantEndOf(db: Database, grant: Grant, now: Date): Promise<GrantEnd | null> {
  if (grant.endedWhy !== null || grant.status !== "allowed") return grant.endedWhy;
  if (await hasContractEnded(db, grant, now)) return "contract_ended";
  if (grant.grade === "D" && !(await isStillEmergency(db, grant, now))) return "emergency_ended";
  return (await isLinkLost(db, grant, now)) ? "link_lost" : null;
}

/** What was allowed while a contract ran ends with it; what is allowed after it was asked for knowingly. */
async function hasContractEnded(db: Database, { siteId, answeredAt }: Grant, now: Date): Promise<boolean> {
  if (answeredAt === null) return false;
  const ended = await db
    .selectFrom("standingConsent")
    .select("scope")
    .where("siteId", "=", siteId)
    .where("until", "<=", now.toISOString())
    .where("until", ">", answeredAt)
    .limit(1)
    .executeTakeFirst();
  return ended !== undefined;
}

/** What was allowed as an emergency holds while the household's word for emergencies does. */
async function isStillEmergency(db: Database, { siteId, proposal }: Grant, now: Date): Promise<boolean> {
  const terms = await termsOf(db, siteId, now);
  return terms !== null && beyond(proposal, terms.capabilities).length === 0;
}

/** Writes down that a yes has ended: it does not hold again, whatever comes back. The request is locked. */
export async function endGrant(
  trx: Trx,
  request: { readonly id: string; readonly runId: string; readonly siteId: string; readonly firstActAt: string | null },
  { end, why, now }: { readonly end: GrantEnd; readonly why: string; readonly now: Date },
): Promise<void> {
  const { id, runId, siteId, firstActAt } = request;
  await trx
    .updateTable("consentRequest")
    .set({ status: firstActAt === null ? "expired" : "over", endedAt: now, endedWhy: end })
    .where("id", "=", id)
    .execute();
  const payload = { requestId: id, runId, end, why };
  await appendLedger(trx, { chain: SiteId.parse(siteId), event: "consent.ended", actor: "hub", payload, now });
}

/**
 * Whether a gateway on which the work acts was away too long since the work began: it is away, or has come back since.
 * How long is reckoned from when it was last known to be up.
 */
async function isLinkLost(db: Database, { siteId, firstActAt, proposal }: Grant, now: Date): Promise<boolean> {
  if (firstActAt === null) return false;
  const used = new Set(proposal.acts.map(({ target }) => gatewayIn(target)));
  const gateways = await db
    .selectFrom("gateway")
    .select(["id", "linkSeenAt", "linkLostAt"])
    .where("siteId", "=", siteId)
    .execute();
  return gateways
    .filter(({ id }) => used.has(id))
    .some(({ linkSeenAt, linkLostAt }) => {
      const lost = linkSeenAt === null ? Number.NaN : Date.parse(linkSeenAt) + LINK_LOST_AFTER_SECONDS * 1000;
      const moments = [lost <= now.getTime() ? lost : Number.NaN, Date.parse(linkLostAt ?? "")];
      return moments.some((moment) => moment > Date.parse(firstActAt));
    });
}
