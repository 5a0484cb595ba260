import {
  AGENT_PATH,
  type Agent,
  type AgentId,
  type AgentPolicy,
  CaretakerError,
  type SiteId,
} from "@caretaker/protocol";
import { lookupOf, newCode } from "@caretaker/reach/agent-proof.ts";
import type { Announcements } from "../announcements.ts";
import { type Database, type Trx, transaction } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import type { Call, Handlers } from "../http/handler.ts";
import { actorText } from "../ledger/actor.ts";
import { appendLedger } from "../ledger/append.ts";
import { type AgentRow, end, findAgentOf, freeze, pairingPlace, unfreeze, voidPairings } from "./rows.ts";

/** What is known of an agent while it has a line here. */
export interface AgentsLive {
  statusOf(agentId: AgentId): {
    readonly isOnline: boolean;
    readonly roundTrip: number | null;
    readonly lostLines: number;
    readonly policy: AgentPolicy | null;
  };
  /** Cuts its line. */
  end(agentId: AgentId): void;
}

export interface AgentHandlersDeps {
  readonly db: Database;
  readonly sealer: { seal(words: string, boundTo: string): Promise<object> };
  readonly publicUrl: string;
  readonly announcements: Announcements;
  readonly agents: AgentsLive;
}

type AgentHandlers = Pick<
  Handlers,
  "agent.get" | "agent.pairing.make" | "agent.end" | "agent.freeze" | "agent.unfreeze"
>;

const CODE_HOLDS_MILLISECONDS = 15 * 60_000;

export function agentHandlers(deps: AgentHandlersDeps): AgentHandlers {
  const { db, announcements, agents } = deps;
  const agentOf = async (siteId: SiteId): Promise<Agent | null> => {
    const row = await findAgentOf(db, siteId);
    return row === undefined ? null : toAgent(row, agents);
  };
  return {
    "agent.get": async ({ siteId }) => ({ agent: await agentOf(siteId) }),

    "agent.pairing.make": async ({ siteId }, call) => {
      const code = newCode();
      const expiresAt = new Date(call.now.getTime() + CODE_HOLDS_MILLISECONDS);
      await transaction(db, (trx) => makePairing(trx, deps, { siteId, code, expiresAt }, call));
      const link = `${new URL(AGENT_PATH, deps.publicUrl).href}#${code}`;
      return { code, link, expiresAt: expiresAt.toISOString() };
    },

    "agent.end": async ({ agentId, reason }, { actor, now }) => {
      const siteId = await siteOf(db, agentId);
      if (!(await transaction(db, (trx) => end(trx, agentId, actorText(actor), reason, now)))) throw noSuchAgent();
      agents.end(agentId);
      announcements.announce({ type: "agent.changed", siteId, agentId });
      return {};
    },

    "agent.freeze": async ({ agentId, reason }, { actor, now }) => {
      const siteId = await siteOf(db, agentId);
      const by = actorText(actor);
      const isFrozen = await transaction(db, (trx) => freeze(trx, agentId, { by, why: reason, now }));
      if (!isFrozen) throw new CaretakerError("already_done", "This agent is frozen already, or was ended.");
      agents.end(agentId);
      announcements.announce({ type: "agent.changed", siteId, agentId });
      return { agent: await agentOf(siteId) };
    },

    "agent.unfreeze": async ({ agentId, reason }, { actor, now }) => {
      const siteId = await siteOf(db, agentId);
      const isLetIn = await transaction(db, (trx) => unfreeze(trx, agentId, actorText(actor), reason, now));
      if (!isLetIn) throw new CaretakerError("already_done", "This agent is not frozen (any more).");
      announcements.announce({ type: "agent.changed", siteId, agentId });
      return { agent: await agentOf(siteId) };
    },
  };
}

interface NewPairing {
  readonly siteId: SiteId;
  readonly code: string;
  readonly expiresAt: Date;
}

async function makePairing(
  trx: Trx,
  { sealer }: Pick<AgentHandlersDeps, "sealer">,
  { siteId, code, expiresAt }: NewPairing,
  { actor, now }: Call,
): Promise<void> {
  // Of two that are made at once, the later one is void or makes the other so.
  await trx.selectFrom("site").select("id").where("id", "=", siteId).forUpdate().execute();
  if ((await findAgentOf(trx, siteId)) !== undefined)
    throw new CaretakerError("conflict", "This home has an agent already. End that one first, then pair another.");
  await voidPairings(trx, siteId);
  const id = newId(now.getTime());
  await trx
    .insertInto("agentPairing")
    .values({
      id,
      siteId,
      lookup: lookupOf(code),
      sealedCode: JSON.stringify(await sealer.seal(code, pairingPlace(id))),
      madeBy: actorText(actor),
      madeById: actor.kind === "person" ? actor.id : null,
      madeAt: now,
      expiresAt,
    })
    .execute();
  const payload = { pairingId: id, expiresAt: expiresAt.toISOString() };
  await appendLedger(trx, { chain: siteId, event: "agent.pairing_made", actor: actorText(actor), payload, now });
}

async function siteOf(db: Database, agentId: AgentId): Promise<SiteId> {
  const row = await db.selectFrom("agent").select("siteId").where("id", "=", agentId).executeTakeFirst();
  if (row === undefined) throw noSuchAgent();
  return row.siteId as SiteId;
}

function noSuchAgent(): CaretakerError {
  return new CaretakerError("not_found", "There is no such agent.");
}

function toAgent(row: AgentRow, agents: AgentsLive): Agent {
  const id = row.id as AgentId;
  const { isOnline, roundTrip, lostLines, policy } = agents.statusOf(id);
  const { siteId, fingerprint, version, pairedAt, confirmedAt, lastSeenAt, endedAt } = row;
  return {
    id,
    siteId,
    fingerprint,
    // At another hub it may have a line that this one does not.
    state: stateOf(row, isOnline || (row.lineUntil !== null && Date.parse(row.lineUntil) > Date.now())),
    version,
    pairedAt,
    confirmedAt,
    lastSeenAt,
    endedAt,
    roundTrip,
    frozenWhy: row.frozenWhy,
    lostLines,
    policy: policy ?? row.policy,
  };
}

function stateOf({ status, frozenAt }: AgentRow, isOnline: boolean): Agent["state"] {
  if (status === "ended") return "ended";
  if (frozenAt !== null) return "frozen";
  if (status === "waiting") return "waiting_for_home";
  return isOnline ? "online" : "away";
}
