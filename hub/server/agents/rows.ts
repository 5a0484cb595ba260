import {
  AgentId,
  type AgentPolicy,
  CaretakerError,
  type GatewayId,
  type LedgerEvent,
  SiteId,
} from "@caretaker/protocol";
import type { Selectable } from "kysely";
import { type Database, isDuplicate, type Trx } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import type { Tables } from "../db/tables.ts";
import { appendLedger } from "../ledger/append.ts";

export type AgentRow = Selectable<Tables["agent"]>;
export type PairingRow = Selectable<Tables["agentPairing"]>;

/** What a pairing's code is sealed for: copied to another row, it does not open. */
export function pairingPlace(pairingId: string): string {
  return `agent_pairing:${pairingId}`;
}

/** The agent with this key, unless it was ended: such a key is nobody's. */
export function findByKey(db: Database | Trx, key: string): Promise<AgentRow | undefined> {
  return db
    .selectFrom("agent")
    .selectAll()
    .where("publicKey", "=", key)
    .where("status", "<>", "ended")
    .executeTakeFirst();
}

export function findAgentOf(db: Database | Trx, siteId: SiteId): Promise<AgentRow | undefined> {
  return db
    .selectFrom("agent")
    .selectAll()
    .where("siteId", "=", siteId)
    .where("status", "<>", "ended")
    .executeTakeFirst();
}

/** The pairing that this digest of a code opens, while it does: not used, not void, not too old. */
export async function findPairing(
  db: Database | Trx,
  lookup: string,
  now: Date,
): Promise<{ readonly id: string; readonly siteId: SiteId; readonly sealedCode: object } | undefined> {
  const row = await db
    .selectFrom("agentPairing")
    .innerJoin("site", "site.id", "agentPairing.siteId")
    .select(["agentPairing.id", "agentPairing.siteId", "agentPairing.sealedCode"])
    .where("lookup", "=", lookup)
    .where("expiresAt", ">", now.toISOString())
    .where("site.removedAt", "is", null)
    .executeTakeFirst();
  if (row === undefined || row.sealedCode === null) return undefined;
  return { id: row.id, siteId: SiteId.parse(row.siteId), sealedCode: row.sealedCode };
}

export interface NewAgent {
  readonly pairing: Pick<PairingRow, "id" | "siteId">;
  readonly key: string;
  readonly fingerprint: string;
  readonly version: string;
  readonly now: Date;
}

/**
 * Takes in the agent that proved a code, which is used by that and destroyed. It may do nothing yet: somebody of the home
 * has to say that this is their installer.
 * @throws CaretakerError `gone` when the code was used, became void or too old meanwhile; `conflict` when the home has an
 * agent, or had one with this key.
 */
export async function pair(trx: Trx, { pairing, key, fingerprint, version, now }: NewAgent): Promise<AgentRow> {
  // Whoever takes the site out of service, or makes another code, is first or waits.
  await trx.selectFrom("site").select("id").where("id", "=", pairing.siteId).forUpdate().execute();
  const agentId = newId<AgentId>(now.getTime());
  const open = await trx
    .selectFrom("agentPairing")
    .innerJoin("site", "site.id", "agentPairing.siteId")
    .selectAll("agentPairing")
    .where("agentPairing.id", "=", pairing.id)
    .where("sealedCode", "is not", null)
    .where("expiresAt", ">", now.toISOString())
    .where("site.removedAt", "is", null)
    .executeTakeFirst();
  if (open === undefined)
    throw new CaretakerError("gone", "This code was used already, or is too old. Make a new one on the home's page.");
  const { siteId, madeBy: pairedBy } = open;
  const agent = await onlyOne(() =>
    trx
      .insertInto("agent")
      .values({
        id: agentId,
        siteId,
        publicKey: key,
        fingerprint,
        status: "waiting",
        version,
        pairedAt: now,
        pairedBy,
        lastSeenAt: now,
      })
      .returningAll()
      .executeTakeFirstOrThrow(),
  );
  await trx
    .updateTable("agentPairing")
    .set({ usedAt: now, agentId, sealedCode: null })
    .where("id", "=", open.id)
    .execute();
  await enter(trx, agent, "agent.paired", { actor: pairedBy, now, more: { version } });
  return agent;
}

async function onlyOne(insert: () => Promise<AgentRow>): Promise<AgentRow> {
  try {
    return await insert();
  } catch (cause) {
    if (!isDuplicate(cause)) throw cause;
    throw new CaretakerError("conflict", "This home has an agent, or had one with this very key. End that one first.", {
      cause,
    });
  }
}

/**
 * Somebody of the home said on the agent's page that this is their installer. What its predecessor held is now held by it:
 * those gateways are returned, to be begun anew.
 */
export async function confirm(trx: Trx, agentId: AgentId, now: Date): Promise<readonly GatewayId[]> {
  const agent = await trx
    .updateTable("agent")
    .set({ status: "paired", confirmedAt: now })
    .where("id", "=", agentId)
    .where("status", "=", "waiting")
    .returningAll()
    .executeTakeFirst();
  if (agent === undefined) return [];
  const moved = await trx
    .updateTable("gateway")
    .set({ agentId })
    .where("siteId", "=", agent.siteId)
    .where("agentId", "is not", null)
    .where("removedAt", "is", null)
    .returning("id")
    .execute();
  await enter(trx, agent, "agent.confirmed", { actor: "hub", now, more: { gateways: moved.map(({ id }) => id) } });
  return moved.map(({ id }) => id as GatewayId);
}

/** Its key opens nothing any more. `by` is `hub` where the home let go of us. False where it was ended before. */
export async function end(trx: Trx, agentId: AgentId, by: string, reason: string, now: Date): Promise<boolean> {
  const agent = await trx
    .updateTable("agent")
    .set({ status: "ended", endedAt: now, endedBy: by })
    .where("id", "=", agentId)
    .where("status", "<>", "ended")
    .returningAll()
    .executeTakeFirst();
  if (agent !== undefined) await enter(trx, agent, "agent.ended", { actor: by, now, more: { reason } });
  return agent !== undefined;
}

/** No code that was made for this site lets anything in any more. */
export async function voidPairings(trx: Trx, siteId: SiteId): Promise<void> {
  await trx.updateTable("agentPairing").set({ sealedCode: null }).where("siteId", "=", siteId).execute();
}

/** A site that is taken out of service has no agent any more, and no code for one. Returns whose line is to be cut. */
export async function endAgentOf(
  trx: Trx,
  siteId: SiteId,
  by: string,
  reason: string,
  now: Date,
): Promise<AgentId | null> {
  await voidPairings(trx, siteId);
  const agent = await findAgentOf(trx, siteId);
  if (agent === undefined) return null;
  const agentId = AgentId.parse(agent.id);
  await end(trx, agentId, by, reason, now);
  return agentId;
}

/** Shuts it out until somebody of the firm knows why. Says whether it did: frozen once more changes nothing. */
export async function freeze(
  trx: Trx,
  agentId: AgentId,
  { by = "hub", why, now }: { readonly by?: string; readonly why: string; readonly now: Date },
): Promise<boolean> {
  const agent = await trx
    .updateTable("agent")
    .set({ frozenAt: now, frozenWhy: why })
    .where("id", "=", agentId)
    .where("status", "<>", "ended")
    .where("frozenAt", "is", null)
    .returningAll()
    .executeTakeFirst();
  if (agent !== undefined) await enter(trx, agent, "agent.frozen", { actor: by, now, more: { why } });
  return agent !== undefined;
}

/** Whether it may have a line: it is neither ended nor frozen. */
export async function mayComeIn(db: Database, agentId: AgentId): Promise<boolean> {
  const agent = await db
    .selectFrom("agent")
    .select(["status", "frozenAt"])
    .where("id", "=", agentId)
    .executeTakeFirst();
  return agent !== undefined && agent.status !== "ended" && agent.frozenAt === null;
}

/** False where it was not frozen. */
export async function unfreeze(trx: Trx, agentId: AgentId, by: string, reason: string, now: Date): Promise<boolean> {
  const agent = await trx
    .updateTable("agent")
    .set({ frozenAt: null, frozenWhy: null })
    .where("id", "=", agentId)
    .where("status", "<>", "ended")
    .where("frozenAt", "is not", null)
    .returningAll()
    .executeTakeFirst();
  if (agent !== undefined) await enter(trx, agent, "agent.unfrozen", { actor: by, now, more: { reason } });
  return agent !== undefined;
}

/** How long a hub is believed to have the line of an agent, which it says again every minute. */
const LINE_HOLDS_MILLISECONDS = 75_000;

/** It is there, or has said what its home allows. */
export async function seen(
  db: Database | Trx,
  agentId: AgentId,
  { version, hubId, policy }: { version: string; hubId: string; policy: AgentPolicy | null },
  now: Date,
): Promise<void> {
  const lineUntil = new Date(now.getTime() + LINE_HOLDS_MILLISECONDS);
  await db
    .updateTable("agent")
    .set({
      lastSeenAt: now,
      lineHub: hubId,
      lineUntil,
      version,
      ...(policy === null ? {} : { policy: JSON.stringify(policy) }),
    })
    .where("id", "=", agentId)
    .execute();
}

/** Its line at this hub has ended; one that it has at another hub since then stays. */
export async function lineEnded(db: Database, agentId: AgentId, hubId: string, now: Date): Promise<void> {
  await db
    .updateTable("agent")
    .set({ lastSeenAt: now, lineUntil: null })
    .where("id", "=", agentId)
    .where("lineHub", "=", hubId)
    .execute();
}

/** At which other hub it has its line, as that one last said. */
export async function lineElsewhere(db: Database, agentId: AgentId, hubId: string, now: Date): Promise<string | null> {
  const agent = await db
    .selectFrom("agent")
    .select("lineHub")
    .where("id", "=", agentId)
    .where("lineUntil", ">", now.toISOString())
    .where("lineHub", "<>", hubId)
    .executeTakeFirst();
  return agent?.lineHub ?? null;
}

interface Entry {
  readonly actor: string;
  readonly now: Date;
  readonly more: Readonly<Record<string, unknown>>;
}

function enter(
  trx: Trx,
  { id: agentId, siteId, fingerprint }: AgentRow,
  event: Extract<LedgerEvent, `agent.${string}`>,
  { actor, now, more }: Entry,
): Promise<unknown> {
  const payload = { agentId, fingerprint, ...more };
  return appendLedger(trx, { chain: SiteId.parse(siteId), event, actor, payload, now });
}
