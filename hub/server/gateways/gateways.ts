import {
  type ActRequest,
  type AgentId,
  type AgentPolicy,
  type CapabilityDeclaration,
  type CapabilityInput,
  type CapabilityName,
  type CapabilityOutput,
  CaretakerError,
  type Clock,
  type Connector,
  type ConnectorLog,
  type Dialer,
  type Gateway,
  type GatewayId,
  type GatewayTarget,
  HUB_CAPABILITIES,
  type HubAlone,
  isHubRead,
  type MessageInput,
  type MessageName,
  type MessageOutput,
  type SiteId,
} from "@caretaker/protocol";
import { createDialer } from "@caretaker/reach/dialer.ts";
import type { AgentLink } from "../agents/agent-link.ts";
import { throughAgent } from "../agents/through-agent.ts";
import type { Announcements } from "../announcements.ts";
import type { Database } from "../db/database.ts";
import type { GatewayRecord, GatewayStatus } from "../state/records.ts";
import { toGateway } from "../state/shapes.ts";
import type { HubState } from "../state/state.ts";
import type { AskOptions } from "./ask.ts";
import { type CredentialVault, parseConfig } from "./credentials.ts";
import { type Follower, followOthers } from "./follow-others.ts";
import { memoryOf } from "./gateway-memory.ts";
import { Intake } from "./intake.ts";
import { readByHub } from "./own-reads.ts";
import { seeAgain } from "./see-again.ts";
import { Slots } from "./slots.ts";
import { StatusWriter } from "./status-writer.ts";
import { openPartOf, readToBegin, storedConfig } from "./stored-config.ts";
import { Supervisor } from "./supervisor.ts";
import { isAtLeast } from "./versions.ts";

export interface GatewaysDeps {
  readonly db: Database;
  readonly state: HubState;
  readonly vault: CredentialVault;
  readonly connectors: readonly Connector[];
  readonly clock: Clock;
  readonly log: ConnectorLog;
  readonly announcements: Announcements;
  /** Ports of this machine that are the hub's own: no gateway may claim them. */
  readonly ownPorts?: readonly number[];
  readonly random?: () => number;
  /** How many gateways are connected to at one time. */
  readonly connectAtOnce?: number;
  /** The line of an agent in a home, while it has one here. */
  readonly linkOf?: (agentId: AgentId) => AgentLink | null;
  /** What the home of an agent allows, as it last said. */
  readonly policyOf?: (agentId: AgentId) => AgentPolicy | null;
}

export interface Gateways {
  /**
   * Input in the make's keys. Rejects with `gateway_unreachable` (`meta.isSent` false) while it is not connected, but for
   * what the hub reads by itself.
   */
  read<N extends CapabilityName>(
    gatewayId: GatewayId,
    capability: N,
    input: CapabilityInput<N>,
    options?: AskOptions,
  ): Promise<CapabilityOutput<N>>;
  /** Input in the make's keys. For runs/gate.ts alone: everything else would act without consent. */
  act<N extends CapabilityName>(
    gatewayId: GatewayId,
    request: ActRequest<N>,
    options?: AskOptions,
  ): Promise<CapabilityOutput<N>>;
  /** Says something to the people of the home. For questions of the hub's own: no runbook gets here. */
  say<N extends MessageName>(gatewayId: GatewayId, message: N, input: MessageInput<N>): Promise<MessageOutput<N>>;
  /** Whether this gateway is of a make that can say it. */
  canSay(gatewayId: GatewayId, message: MessageName): boolean;
  status(gatewayId: GatewayId): Gateway;
  /** What the gateway can do as it is now: without what its software is too old for. */
  capabilitiesOf(gatewayId: GatewayId): Partial<Record<CapabilityName, CapabilityDeclaration>>;
  /** How far the hub's word alone is enough in a home with an agent; null where the hub reaches the gateway itself. */
  hubAloneAt(gatewayId: GatewayId): HubAlone | null;
  /** The agent that the gateway is behind, where that has no line here; null for a gateway that can be reached from here. */
  agentWithoutLine(gatewayId: GatewayId): AgentId | null;
  isOnline(gatewayId: GatewayId): boolean;
  /** Resolves when it is connected; rejects with the signal's reason, or when it was removed. */
  whenOnline(gatewayId: GatewayId, signal: AbortSignal): Promise<void>;
  diagnostics(gatewayId: GatewayId): Promise<Record<string, unknown>>;
  dialerFor(targets: readonly GatewayTarget[]): Dialer;
  /** Takes up a gateway whose row is committed. */
  adopt(gatewayId: GatewayId): Promise<Gateway>;
  /** Begins anew with what is stored now: after new credentials. */
  restart(gatewayId: GatewayId): Promise<Gateway>;
  release(gatewayId: GatewayId): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Refused or withdrawn stays so over a restart of the hub: a person has to do something. */
const LEFT_ALONE: ReadonlySet<GatewayStatus["state"]> = new Set(["credentials_refused", "access_withdrawn"]);
/** Of an agent that has not said it yet; it is what a home begins with. */
const DEFAULT_HUB_ALONE: HubAlone = "quiet";
const CONNECT_AT_ONCE = 50;
const READ_AT_ONCE = 50;
const WRITE_AT_ONCE = 4;

/** What the hub sees of a gateway's network from where it stands: of one behind an agent, nothing. */
const NETWORK_READS: ReadonlySet<string> = new Set(["net.resolve", "net.connect", "net.tls"]);

interface Kept {
  readonly gateway: GatewayRecord;
  readonly connector: Connector;
  readonly supervisor: Supervisor;
  readonly intake: Intake;
  readonly log: ConnectorLog;
}

export function createGateways(deps: GatewaysDeps): Gateways {
  const { state, clock, announcements, connectors } = deps;
  const slots = new Slots(deps.connectAtOnce ?? CONNECT_AT_ONCE);
  const writes = new Slots(WRITE_AT_ONCE);
  const writer = new StatusWriter(deps);
  const kept = new Map<GatewayId, Kept>();
  const waiting = new Set<() => void>();
  const stops: (() => void)[] = [];
  let follower: Follower | null = null;

  const dialerFor = (targets: readonly GatewayTarget[]): Dialer =>
    createDialer({ allow: targets, clock, ownPorts: deps.ownPorts ?? [] });

  function found(gatewayId: GatewayId): Kept {
    const one = kept.get(gatewayId);
    if (one === undefined)
      throw new CaretakerError("not_found", "There is no such gateway.", { meta: { gatewayId, isSent: false } });
    return one;
  }

  /** Where the status of a gateway changes, and nowhere else. */
  function report(one: Kept, patch: Partial<GatewayStatus>): void {
    const { gateway } = one;
    const before = gateway.status.state;
    const next = patch.state ?? before;
    const isTurn = next !== before;
    const now = clock.now().getTime();
    const acceptedAt = next === "online" ? (gateway.status.acceptedAt ?? now) : gateway.status.acceptedAt;
    state.store.setStatus(gateway, { acceptedAt, ...patch, ...(isTurn ? { since: now } : {}) });
    if (isTurn) {
      sayTurn(one.log, before, gateway.status);
      writer.turned(gateway);
      for (const wake of [...waiting]) wake();
    } else writer.changed(gateway);
    if (isTurn && before === "online") void state.save().catch(() => {});
  }

  /** `read` is the configuration as it was read with others': good for the first attempt. */
  function keep(gateway: GatewayRecord, read?: Readonly<Record<string, unknown>>): Kept | undefined {
    const make = connectors.find(({ manifest }) => manifest.id === gateway.facts.connector);
    if (make === undefined) {
      state.store.setStatus(gateway, { state: "unsupported", reason: { code: "no_connector" } });
      return undefined;
    }
    const { id, agentId } = gateway.facts;
    const connector = agentId === null ? make : throughAgent(make, id, () => deps.linkOf?.(agentId) ?? null);
    let first = read;
    const log = withGateway(deps.log, gateway);
    const intake = new Intake({ ...deps, store: state.store, log, writes }, gateway);
    const supervisor = new Supervisor({
      gateway,
      connector,
      slots,
      clock,
      log,
      dialerFor,
      random: deps.random ?? Math.random,
      openConfig: async () => {
        const config = first;
        first = undefined;
        return config === undefined ? storedConfig(deps, connector, id) : parseConfig(connector, config);
      },
      memory: memoryOf(deps.db, id),
      intake: (event) => intake.take(event),
      report: (patch) => report(one, patch),
      tapped: ({ action, userId }) =>
        announcements.announce({ type: "phone.tapped", siteId: gateway.site.facts.id, gatewayId: id, action, userId }),
      wasAccepted: () => gateway.status.acceptedAt !== null,
    });
    const one: Kept = { gateway, connector, supervisor, intake, log };
    kept.set(id, one);
    return one;
  }

  async function release(gatewayId: GatewayId): Promise<void> {
    const one = kept.get(gatewayId);
    kept.delete(gatewayId);
    if (one !== undefined) writer.forget(one.gateway);
    for (const wake of [...waiting]) wake();
    await one?.supervisor.stop();
    await one?.intake.written;
    state.store.removeGateway(gatewayId);
  }

  function begin(one: Kept): void {
    if (one.gateway.status.state === "online" || one.gateway.status.state === "restarting")
      state.store.setStatus(one.gateway, {
        state: "connecting",
        reason: { code: "connecting" },
        since: clock.now().getTime(),
      });
    one.supervisor.start();
  }

  function askAgain(gateway: GatewayRecord, keys: readonly string[]): void {
    const one = kept.get(gateway.facts.id);
    if (one === undefined || capabilitiesNow(one)["entity.state"] === undefined) return;
    const read = (entity: string) => one.supervisor.read("entity.state", { entity });
    seeAgain({ store: state.store, read, log: one.log }, gateway, keys).catch((error: unknown) =>
      one.log.warn({ error }, "What may be seen again could not be shown."),
    );
  }

  async function adopt(gatewayId: GatewayId): Promise<Gateway> {
    const gateway = await state.addGateway(gatewayId);
    const one = kept.get(gatewayId) ?? keep(gateway);
    if (one !== undefined) begin(one);
    return toGateway(gateway);
  }

  async function restart(gatewayId: GatewayId): Promise<Gateway> {
    const before = found(gatewayId);
    await before.supervisor.stop();
    await before.intake.written;
    const gateway = await state.readFacts(before.gateway);
    // It may have been let go meanwhile.
    found(gatewayId);
    const one = keep(gateway);
    if (one === undefined) return toGateway(gateway);
    report(one, { state: "connecting", reason: { code: "connecting" }, acceptedAt: null, nextTryAt: null });
    one.supervisor.start();
    return toGateway(gateway);
  }

  return {
    async read(gatewayId, capability, input, options) {
      const one = found(gatewayId);
      if (!isHubRead(capability)) return one.supervisor.read(capability, input, options);
      if (one.gateway.facts.agentId !== null && NETWORK_READS.has(capability))
        throw notFromHere(one.gateway, capability);
      const seconds = options?.timeoutSeconds ?? HUB_CAPABILITIES[capability].timeoutSeconds;
      const openPart = () => openPartOf(deps.db, gatewayId);
      return readByHub({ ...one, clock, dialerFor, openPart }, one.gateway, capability, seconds) as never;
    },
    act: async (gatewayId, request, options) => found(gatewayId).supervisor.act(request, options),
    say: async (gatewayId, message, input) => found(gatewayId).supervisor.say(message, input),
    canSay: (gatewayId, message) => kept.get(gatewayId)?.connector.manifest.messages?.includes(message) ?? false,
    status: (gatewayId) => toGateway(found(gatewayId).gateway),
    capabilitiesOf: (gatewayId) => capabilitiesNow(found(gatewayId)),
    hubAloneAt: (gatewayId) => {
      const agentId = kept.get(gatewayId)?.gateway.facts.agentId ?? null;
      return agentId === null ? null : (deps.policyOf?.(agentId)?.hubAlone ?? DEFAULT_HUB_ALONE);
    },
    agentWithoutLine: (gatewayId) => {
      const agentId = kept.get(gatewayId)?.gateway.facts.agentId ?? null;
      return agentId === null || deps.linkOf?.(agentId) != null ? null : agentId;
    },
    isOnline: (gatewayId) => kept.get(gatewayId)?.gateway.status.state === "online",
    whenOnline: (gatewayId, signal) =>
      new Promise((resolve, reject) => {
        const settle = (end: () => void): void => {
          waiting.delete(look);
          signal.removeEventListener("abort", handleAbort);
          end();
        };
        const handleAbort = (): void => settle(() => reject(signal.reason));
        const look = (): void => {
          const one = kept.get(gatewayId);
          if (one === undefined) settle(() => reject(new CaretakerError("not_found", "The gateway was removed.")));
          else if (one.gateway.status.state === "online") settle(resolve);
        };
        if (signal.aborted) return handleAbort();
        waiting.add(look);
        signal.addEventListener("abort", handleAbort, { once: true });
        look();
      }),
    diagnostics: async (gatewayId) => found(gatewayId).supervisor.diagnostics(),
    dialerFor,
    adopt,
    restart,
    release,
    async start() {
      const ids = [...state.store.gateways.keys()].filter((id) => !kept.has(id));
      const some = Array.from({ length: Math.ceil(ids.length / READ_AT_ONCE) }, (_, index) =>
        ids.slice(index * READ_AT_ONCE, (index + 1) * READ_AT_ONCE),
      );
      // The database reads the next while these are connected to.
      let reading = readToBegin(deps, some[0] ?? []);
      for (const [index, these] of some.entries()) {
        const configs = await reading;
        reading = readToBegin(deps, some[index + 1] ?? []);
        for (const id of these) {
          const gateway = state.store.gateways.get(id);
          const one = gateway === undefined || kept.has(id) ? undefined : keep(gateway, configs.get(id));
          if (one !== undefined && !LEFT_ALONE.has(one.gateway.status.state)) begin(one);
        }
      }
      writer.keepSeen(() => state.store.gateways.values());
      stops.push(state.store.onSeenAgain(askAgain));
      stops.push(
        announcements.on("agent.changed", ({ agentId }) => {
          for (const { gateway, supervisor } of kept.values())
            if (gateway.facts.agentId === agentId) supervisor.tryNow();
        }),
      );
      follower = followOthers({ ...deps, kept, known: state.store.gateways, adopt, restart, release });
      stops.push(announcements.on("site.removed", ({ siteId }) => releaseSite(kept, siteId, release, deps.log)));
    },
    async close() {
      for (const stop of stops.splice(0)) stop();
      await follower?.stop();
      // The database keeps how each was doing, not that the hub stopped: so it can tell, at its start, what is new.
      await Promise.all([...kept.values()].map((one) => one.supervisor.stop()));
      await Promise.all([...kept.values()].map((one) => one.intake.written));
      await writer.close();
    },
  };
}

function capabilitiesNow({ connector, gateway }: Kept): Partial<Record<CapabilityName, CapabilityDeclaration>> {
  const { version } = gateway.status;
  const there = Object.entries(connector.manifest.capabilities).filter(
    ([, { since }]) => since === undefined || version === null || isAtLeast(version, since),
  );
  const own = Object.entries(HUB_CAPABILITIES).filter(
    ([name]) => gateway.facts.agentId === null || !NETWORK_READS.has(name),
  );
  return { ...Object.fromEntries(there), ...Object.fromEntries(own) };
}

function notFromHere({ facts }: GatewayRecord, capability: CapabilityName): CaretakerError {
  return new CaretakerError(
    "not_available_here",
    `${facts.name} is reached through the agent in the home, so the hub has no ${capability} of it.`,
    { meta: { capability, isSent: false } },
  );
}

function releaseSite(
  kept: ReadonlyMap<GatewayId, Kept>,
  siteId: SiteId,
  release: (gatewayId: GatewayId) => Promise<void>,
  log: ConnectorLog,
): void {
  for (const [gatewayId, { gateway }] of kept)
    if (gateway.site.facts.id === siteId)
      release(gatewayId).catch((error: unknown) => log.warn({ error, gatewayId }, "A gateway was not let go."));
}

function withGateway(log: ConnectorLog, { facts, site }: GatewayRecord): ConnectorLog {
  const fields = { gatewayId: facts.id, gateway: facts.name, site: site.facts.name };
  return {
    debug: (more, message) => log.debug({ ...fields, ...more }, message),
    info: (more, message) => log.info({ ...fields, ...more }, message),
    warn: (more, message) => log.warn({ ...fields, ...more }, message),
  };
}

/** Lost and found are said once each, not with every try. */
function sayTurn(log: ConnectorLog, before: GatewayStatus["state"], { state, reason, version }: GatewayStatus): void {
  if (state === "online") log.info({ version }, "The gateway is connected.");
  else if (state !== "connecting")
    log.warn({ before, state, reason: reason.code, detail: reason.detail }, "The gateway is not connected.");
}
