import type { Server } from "node:http";
import {
  type AgentId,
  type AgentPolicy,
  type AgentRefusal,
  type AgentWelcome,
  type Cancel,
  type Clock,
  isCaretakerError,
  KNOWS_PASSKEYS,
  type PasskeysSaid,
  type SiteId,
} from "@caretaker/protocol";
import { fingerprintOf, type ProofKey } from "@caretaker/reach/agent-proof.ts";
import type { Announcements } from "../announcements.ts";
import { type Database, now, transaction } from "../db/database.ts";
import { appendLedger } from "../ledger/append.ts";
import { AgentLink, type AgentNews } from "./agent-link.ts";
import { type Admitted, openAgentDoor } from "./door.ts";
import type { AgentsLive } from "./handlers.ts";
import type { PasskeyAgent } from "./passkeys.ts";
import type { AskedAgent } from "./questions.ts";
import {
  type AgentRow,
  confirm,
  end,
  findByKey,
  findPairing,
  freeze,
  lineEnded,
  mayComeIn,
  pair,
  pairingPlace,
  seen,
} from "./rows.ts";

export interface AgentsDeps {
  readonly db: Database;
  readonly server: Server;
  readonly clock: Clock;
  readonly log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
  readonly announcements: Announcements;
  readonly key: ProofKey;
  /** Which of the hubs on this database this is. */
  readonly hubId: string;
  readonly sealer: { open(sealed: object, boundTo: string): Promise<string> };
}

/** What somebody of a home said to the agent there. */
export interface SaidToAgent {
  readonly siteId: SiteId;
  readonly agentId: AgentId;
  readonly fingerprint: string;
  readonly said: Extract<AgentNews, { kind: "answered" | "help" }>;
}

export interface Agents extends AgentsLive {
  linkOf(agentId: AgentId): AgentLink | null;
  policyOf(agentId: AgentId): AgentPolicy | null;
  /** Who has a line here, for whoever keeps their pages told. */
  connected(): readonly AskedAgent[];
  /** Those of them that take passkeys. */
  withPasskeys(): readonly PasskeyAgent[];
  /** Called with what somebody of a home said; consent takes it from there. */
  onSaid(listener: (said: SaidToAgent) => void): void;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** A copied key is alive at both ends; a line that broke unnoticed is not. */
const ALIVE_WITHIN = 3000;
const LOOK_EVERY = 60_000;
const DAY = 24 * 60 * 60_000;
const TWICE = "Two agents with this key were connected at once: somebody may have copied it.";
const FROZEN = "The firm has frozen this agent. Ask your installer: they can see why, and lift it.";
const HAS_ONE = "This home has an agent already. Your installer ends that one first.";
const TOO_LATE = "This code was used or is too old. Ask your installer for a new one.";

interface Held {
  readonly link: AgentLink;
  readonly version: string;
  readonly fingerprint: string;
  readonly asked: AskedAgent;
  /** What it said of its passkeys; null where it knows of none. */
  passkeys: PasskeysSaid | null;
}

type Answer = AgentWelcome | { refused: AgentRefusal; message: string };

/** The agents in homes: who they are, which of them have a line here, and what their homes allow. */
export function createAgents(deps: AgentsDeps): Agents {
  const { db, clock, log, announcements, key } = deps;
  const held = new Map<AgentId, Held>();
  const policies = new Map<AgentId, AgentPolicy>();
  /** When lines of it ended here, of the last day. */
  const lost = new Map<AgentId, readonly number[]>();
  const stops: (() => void)[] = [];
  const listeners: ((said: SaidToAgent) => void)[] = [];
  let door: { close(): Promise<void> } | null = null;
  let cancelLook: Cancel = () => {};

  const findCode = async (lookup: string): Promise<string | null> => {
    const pairing = await findPairing(db, lookup, await now(db));
    return pairing === undefined ? null : deps.sealer.open(pairing.sealedCode, pairingPlace(pairing.id));
  };
  const findAgent = async (agentKey: string): Promise<AgentRow | null> => (await findByKey(db, agentKey)) ?? null;

  const admit = async (admitted: Admitted<AgentRow>): Promise<Answer> => {
    const { hello, agent } = admitted;
    if (hello.lookup !== undefined) return pairNew(deps, admitted);
    const row = agent as AgentRow;
    if (row.frozenAt !== null) return { refused: "frozen", message: FROZEN };
    const other = held.get(row.id as AgentId);
    if (other !== undefined) {
      if (await other.link.answersWithin(ALIVE_WITHIN)) {
        await transaction(db, async (trx) => freeze(trx, row.id as AgentId, { why: TWICE, now: await now(trx) }));
        other.link.cut();
        log.warn({ agentId: row.id, siteId: row.siteId }, "An agent was seen in two places and is frozen.");
        return { refused: "frozen", message: FROZEN };
      }
      other.link.cut();
    }
    return welcomeTo(db, row);
  };

  const opened = (
    { agent, made, hello }: Admitted<AgentRow>,
    {
      socket,
      turns,
    }: { socket: ConstructorParameters<typeof AgentLink>[0]; turns: ConstructorParameters<typeof AgentLink>[1] },
  ): void => {
    const row = (made ?? agent) as AgentRow;
    const agentId = row.id as AgentId;
    const link = new AgentLink(socket, turns, { clock, log, hear: (news) => hear(row, news) });
    const asked: AskedAgent = {
      agentId,
      siteId: row.siteId as SiteId,
      say: (message) => link.say(message),
      shown: new Set(),
      atWork: null,
    };
    held.set(agentId, { link, version: hello.version, fingerprint: row.fingerprint, asked, passkeys: null });
    // An agent that does not know this word leaves it, and says nothing of what it stands for.
    link.say({ kind: "knows", knows: [KNOWS_PASSKEYS] });
    link.onEnd(() => {
      if (held.get(agentId)?.link !== link) return;
      held.delete(agentId);
      noteLost(agentId);
      log.info({ agentId, siteId: row.siteId }, "The line of an agent has ended.");
      changed(row);
    });
    void note(agentId, null);
    log.info({ agentId, siteId: row.siteId, version: hello.version }, "An agent is connected.");
    changed(row);
  };

  const changed = ({ id, siteId }: AgentRow): void =>
    announcements.announce({ type: "agent.changed", siteId: siteId as SiteId, agentId: id as AgentId });

  const noteLost = (agentId: AgentId): void => {
    const since = clock.now().getTime() - DAY;
    lost.set(agentId, [...(lost.get(agentId) ?? []).filter((at) => at > since), clock.now().getTime()]);
    now(db)
      .then((moment) => lineEnded(db, agentId, deps.hubId, moment))
      .catch((error: unknown) => log.warn({ error, agentId }, "That the line of an agent ended could not be written."));
  };

  const note = async (agentId: AgentId, policy: AgentPolicy | null): Promise<void> => {
    const version = held.get(agentId)?.version;
    if (version === undefined) return;
    await now(db)
      .then((moment) => seen(db, agentId, { version, hubId: deps.hubId, policy }, moment))
      .catch((error: unknown) => log.warn({ error, agentId }, "That an agent was seen could not be written."));
  };

  const hear = (row: AgentRow, news: AgentNews): void => {
    const agentId = row.id as AgentId;
    const heard = async (): Promise<void> => {
      if (news.kind === "policy") {
        const before = policies.get(agentId);
        policies.set(agentId, news.policy);
        // What it refused to show before, it may show now.
        held.get(agentId)?.asked.shown.clear();
        await noteStop(db, row, before, news.policy);
        await note(agentId, news.policy);
        if (news.policy.isConfirmed) {
          const moved = await transaction(db, async (trx) => confirm(trx, agentId, await now(trx)));
          // Another agent of the home held them before.
          for (const gatewayId of moved)
            announcements.announce({ type: "gateway.moved", siteId: row.siteId as SiteId, gatewayId });
        }
        changed(row);
      } else if (news.kind === "passkeys") {
        const holder = held.get(agentId);
        if (holder !== undefined) holder.passkeys = news;
      } else if (news.kind === "released") {
        await transaction(db, async (trx) => end(trx, agentId, "homeowner", "The home let go of us.", await now(trx)));
        held.get(agentId)?.link.cut();
        changed(row);
      } else {
        const { siteId, fingerprint } = row;
        for (const listener of listeners) listener({ siteId: siteId as SiteId, agentId, fingerprint, said: news });
      }
    };
    heard().catch((error: unknown) =>
      log.warn({ error, agentId, kind: news.kind }, "What an agent said was not taken."),
    );
  };

  /** It has its line at another hub, which wrote down what it said. */
  const readPolicy = (agentId: AgentId): void => {
    db.selectFrom("agent")
      .select("policy")
      .where("id", "=", agentId)
      .executeTakeFirst()
      .then((row) => {
        if (row?.policy != null) policies.set(agentId, row.policy);
      })
      .catch((error: unknown) => log.warn({ error, agentId }, "What the home of an agent allows could not be read."));
  };

  /** Ended or frozen, maybe at another hub, while its line is here. */
  const cutIfShut = (agentId: AgentId): void => {
    mayComeIn(db, agentId)
      .then((isLetIn) => void (isLetIn || held.get(agentId)?.link.cut()))
      .catch((error: unknown) => log.warn({ error, agentId }, "Whether an agent may stay could not be read."));
  };

  const look = (): void => {
    for (const agentId of held.keys()) void note(agentId, null);
    cancelLook = clock.after(LOOK_EVERY, look);
  };

  return {
    linkOf: (agentId) => held.get(agentId)?.link ?? null,
    statusOf: (agentId) => {
      const link = held.get(agentId)?.link;
      return {
        isOnline: link !== undefined,
        roundTrip: link?.roundTrip ?? null,
        lostLines: (lost.get(agentId) ?? []).filter((at) => at > clock.now().getTime() - DAY).length,
        policy: policies.get(agentId) ?? null,
      };
    },
    policyOf: (agentId) => policies.get(agentId) ?? null,
    connected: () => [...held.values()].map(({ asked }) => asked),
    withPasskeys: () => passkeyAgentsIn(held.values(), policies),
    onSaid: (listener) => void listeners.push(listener),
    end: (agentId) => held.get(agentId)?.link.cut(),
    async start() {
      const known = await db.selectFrom("agent").select(["id", "policy"]).where("status", "<>", "ended").execute();
      for (const { id, policy } of known) if (policy !== null) policies.set(id as AgentId, policy);
      stops.push(
        announcements.on("agent.changed", ({ agentId }) =>
          held.has(agentId) ? cutIfShut(agentId) : readPolicy(agentId),
        ),
      );
      door = openAgentDoor<AgentRow>({ server: deps.server, key, clock, log, findCode, findAgent, admit, opened });
      cancelLook = clock.after(LOOK_EVERY, look);
    },
    async close() {
      cancelLook();
      for (const stop of stops.splice(0)) stop();
      await door?.close();
    },
  };
}

function passkeyAgentsIn(held: Iterable<Held>, policies: ReadonlyMap<AgentId, AgentPolicy>): readonly PasskeyAgent[] {
  return [...held].flatMap(({ link, fingerprint, asked: { agentId, siteId }, passkeys }) =>
    passkeys === null
      ? []
      : [{ link, agentId, siteId, fingerprint, said: passkeys, policy: policies.get(agentId) ?? null }],
  );
}

type Stop = Pick<AgentPolicy, "stoppedAt" | "stoppedBy">;

/** The home's own ledger says when everything was stopped there and by which way, and when it was allowed again. */
async function noteStop(db: Database, row: AgentRow, before: Stop | undefined, { stoppedAt, stoppedBy }: Stop) {
  if (((before?.stoppedAt ?? null) === null) === (stoppedAt === null)) return;
  await transaction(db, async (trx) => {
    await appendLedger(trx, {
      chain: row.siteId as SiteId,
      event: stoppedAt === null ? "agent.allowed_again" : "agent.stopped",
      actor: "homeowner",
      payload: { agentId: row.id, fingerprint: row.fingerprint, stoppedAt, by: stoppedBy },
      now: await now(trx),
    });
  });
}

/** The code was right: the key is taken in, and waits for somebody of the home to say that this is their installer. */
async function pairNew({ db }: AgentsDeps, admitted: Admitted<AgentRow>): Promise<Answer> {
  const { key, lookup = "", version } = admitted.hello;
  try {
    const row = await transaction(db, async (trx) => {
      const moment = await now(trx);
      const pairing = await findPairing(trx, lookup, moment);
      if (pairing === undefined) return null;
      return pair(trx, { pairing, key, fingerprint: fingerprintOf(key), version, now: moment });
    });
    if (row === null) return { refused: "not_known", message: TOO_LATE };
    admitted.made = row;
    return welcomeTo(db, row);
  } catch (error) {
    if (isCaretakerError(error, "conflict")) return { refused: "not_known", message: HAS_ONE };
    if (isCaretakerError(error, "gone")) return { refused: "not_known", message: TOO_LATE };
    throw error;
  }
}

async function welcomeTo(db: Database, row: AgentRow): Promise<AgentWelcome> {
  const { name, phone } = await db.selectFrom("firm").select(["name", "phone"]).executeTakeFirstOrThrow();
  const site = await db
    .selectFrom("site")
    .select(["name", "language"])
    .where("id", "=", row.siteId)
    .executeTakeFirstOrThrow();
  return {
    kind: "welcome",
    firm: { name, phone },
    home: site.name,
    siteId: row.siteId as SiteId,
    language: site.language,
    isConfirmed: row.status === "paired",
  };
}
