import type { FindingId, GatewayId, Illness, IntegrationId, SiteId } from "@caretaker/protocol";
import { type Trx, transaction } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import { type IntegrationCondition, illnessOf } from "../state/health.ts";
import type { GatewayRecord } from "../state/records.ts";
import { integrationCondition } from "../state/store.ts";
import type { UpkeepDeps } from "./deps.ts";

/** An integration as it is now: ill in which way, or well. */
interface Seen {
  readonly siteId: SiteId;
  readonly gatewayId: GatewayId;
  readonly integrationId: IntegrationId;
  readonly illness: Illness | null;
}

/** What is ill at this moment, as `keyOf` names it. */
export type IllNow = ReadonlySet<string>;

export function keyOf({ integrationId, illness }: { integrationId: string; illness: string | null }): string {
  return `${integrationId} ${illness}`;
}

/**
 * Compares what is known of the homes now with what was found before: opens a finding for what has fallen ill, and ends
 * it when the home itself says that it is well. Of a gateway that is away, or has only just come, nothing is said: what
 * is not known is neither ill nor well. Returns what it saw to be ill, which is less than what is open.
 */
export async function look({ db, store, now }: UpkeepDeps): Promise<IllNow> {
  const seen = [...store.gateways.values()].filter(isTelling).flatMap(integrationsOf);
  const open = await db
    .selectFrom("finding")
    .innerJoin("gateway", "gateway.id", "finding.gatewayId")
    .innerJoin("integration", "integration.id", "finding.integrationId")
    .select(["finding.id", "integrationId", "illness", "gateway.removedAt", "integration.goneAt"])
    .where("endedAt", "is", null)
    .execute();
  const known = new Set(open.map(keyOf));
  const ill = seen.filter(({ illness }) => illness !== null);
  const illNow = new Set(ill.map(keyOf));
  const fallenIll = ill.filter((one) => !known.has(keyOf(one)));
  const illnesses = new Map(seen.map(({ integrationId, illness }) => [integrationId as string, illness]));
  const over = open.filter(({ integrationId, illness, removedAt, goneAt }) => {
    // What is not there any more is not ill any more.
    if (removedAt !== null || goneAt !== null) return true;
    const is = illnesses.get(integrationId);
    return is !== undefined && is !== illness;
  });
  if (fallenIll.length === 0 && over.length === 0) return illNow;
  await transaction(db, async (trx) => {
    const at = await now(trx);
    await endFindings(
      trx,
      over.map(({ id }) => id),
      at,
    );
    await openFindings(trx, fallenIll, at);
  });
  return illNow;
}

function isTelling({ status, hasTold }: GatewayRecord): boolean {
  return status.state === "online" && status.software === "running" && hasTold;
}

function integrationsOf(gateway: GatewayRecord): Seen[] {
  return [...gateway.integrations.values()].map((integration) => ({
    siteId: gateway.site.facts.id,
    gatewayId: gateway.facts.id,
    integrationId: integration.id,
    illness: illnessNow(integrationCondition(integration, gateway)),
  }));
}

/** What the fleet calls ill, and besides what answers for itself while most of what is behind it does not. */
function illnessNow(condition: IntegrationCondition): Illness | null {
  const illness = illnessOf(condition);
  if (illness !== null) return illness;
  const { state, isDisabled, entities, unavailable } = condition;
  const isHalfSilent = state === "loaded" && !isDisabled && unavailable > 0 && unavailable * 2 >= entities;
  return isHalfSilent ? "integration_half_silent" : null;
}

async function endFindings(trx: Trx, ids: readonly string[], at: Date): Promise<void> {
  if (ids.length === 0) return;
  await trx
    .updateTable("finding")
    .set({ endedAt: at })
    .where("id", "in", [...ids])
    .where("endedAt", "is", null)
    .execute();
}

async function openFindings(trx: Trx, ill: readonly Seen[], at: Date): Promise<void> {
  if (ill.length === 0) return;
  const rows = ill.map(({ siteId, gatewayId, integrationId, illness }) => ({
    id: newId<FindingId>(at.getTime()),
    siteId,
    gatewayId,
    integrationId,
    illness: illness as Illness,
    openedAt: at,
  }));
  // Another hub may have seen it at the same moment.
  await trx
    .insertInto("finding")
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
