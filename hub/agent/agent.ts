import { watchEntity } from "@caretaker/connector-home-assistant/watch-entity";
import {
  type AgentAsk,
  type CapabilityDeclaration,
  type CapabilityName,
  type Clock,
  type Connector,
  type ConnectorLog,
  type Dialer,
  type GatewayId,
  type GatewayTarget,
  type HubAlone,
  type HubMessage,
  isCaretakerError,
  isPasskeyAsk,
  KNOWS_PASSKEYS,
  type Reason,
  targetsOf,
} from "@caretaker/protocol";
import { openKey } from "@caretaker/reach/agent-proof.ts";
import { createDialer } from "@caretaker/reach/dialer.ts";
import { HomeGuard } from "./guard/home-guard.ts";
import { HOME_ASSISTANT, type OwnHomeAssistant, withOwnToken } from "./home-assistant.ts";
import { type HomeAssistantAccess, HomeSwitch, type SwitchState } from "./home-switch.ts";
import { readHubAddress } from "./link/address.ts";
import { Link, type LinkTrouble } from "./link/link.ts";
import { Sessions } from "./sessions.ts";
import { Store } from "./store/store.ts";

export interface AgentOptions {
  /** The folder of its key and of what the household decided. */
  readonly folder: string;
  readonly version: string;
  readonly connectors: readonly Connector[];
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: ConnectorLog;
  /** The port of its own page: nobody reaches that by way of the agent. */
  readonly ownPort: number | null;
  /** Only where the home is simulated on one machine. */
  readonly mayReachOwnMachine?: boolean;
  /** What the agent itself was given, for the household's switch and for gateways that the hub has no token for. */
  readonly homeAssistant?: OwnHomeAssistant | null;
  /** The switch in Home Assistant that stops everything; null for none. */
  readonly switchEntity?: string | null;
}

export interface LineState {
  readonly isOpen: boolean;
  /** Since when it is so. */
  readonly since: string;
  readonly trouble: LinkTrouble | null;
}

/**
 * The agent of one home: what is kept of it, the lock on the inside, the line to the hub, and the sessions with gateways.
 * Whoever lives there meets it on its page.
 */
export class Agent {
  readonly store: Store;
  readonly guard: HomeGuard;
  readonly #link: Link;
  readonly #sessions: Sessions;
  readonly #homeSwitch: HomeSwitch | null;
  readonly #options: AgentOptions;
  readonly #lineListeners = new Set<() => void>();
  #line: LineState;
  #hubAlone: HubAlone;
  /** The hub that is being paired with, until it is kept. */
  #pairingWith: string | null = null;

  private constructor(options: AgentOptions, store: Store) {
    const { clock, log, connectors, random, version } = options;
    this.#options = options;
    this.store = store;
    this.#line = { isOpen: false, since: clock.now().toISOString(), trouble: null };
    this.#hubAlone = store.home.hubAlone;
    this.guard = new HomeGuard({
      store,
      clock,
      log,
      rules: { ownPort: options.ownPort, mayReachOwnMachine: options.mayReachOwnMachine ?? false },
      declarationOf: (gatewayId, capability) => this.declarationOf(gatewayId, capability),
    });
    this.#sessions = new Sessions({
      connectors,
      guard: this.guard,
      clock,
      log,
      dialerFor: (targets) => this.#dialerFor(targets),
      complete: (connector, config) => withOwnToken(connector, config, options.homeAssistant ?? null),
      opened: (connector, config) => {
        if (connector.manifest.id === HOME_ASSISTANT) this.#homeSwitch?.opened(config as HomeAssistantAccess);
      },
      tell: (gatewayId, events) => this.#link.say({ kind: "events", gatewayId, events: [...events] }),
    });
    this.#link = new Link({
      clock,
      random,
      log,
      key: openKey(store.key),
      version,
      answer: (ask: AgentAsk, tell) => this.#answer(ask, tell),
      hear: (message) => this.#hear(message),
      opened: (welcome, hubKey) => {
        if (this.#pairingWith !== null) this.guard.paired(this.#pairingWith, hubKey, welcome);
        else this.guard.welcomed(welcome);
        this.#lineIs({ isOpen: true, trouble: null });
        this.#link.say({ kind: "policy", policy: this.guard.policy() });
      },
      lost: (trouble) => {
        this.guard.passkeys.carriedByHub(false);
        this.#lineIs({ isOpen: false, trouble });
        this.#sessions.closeAll().catch((error: unknown) => log.warn({ error }, "Not all sessions could be closed."));
      },
    });
    this.guard.on((change) => this.#tellHub(change));
    this.#homeSwitch = this.#openSwitch();
  }

  /** Opens what is kept, and the line to the hub where the home is paired. */
  static async start(options: AgentOptions): Promise<Agent> {
    const agent = new Agent(options, await Store.open(options.folder, options.clock));
    agent.#homeSwitch?.start();
    agent.#connect();
    return agent;
  }

  get homeSwitch(): SwitchState | null {
    return this.#homeSwitch?.state ?? null;
  }

  get line(): LineState {
    return this.#line;
  }

  onLine(listener: () => void): () => void {
    this.#lineListeners.add(listener);
    return () => this.#lineListeners.delete(listener);
  }

  /** Pairs this home with the hub that knows the code; rejects with a sentence for whoever typed it. */
  async pair(hub: string, code: string): Promise<void> {
    const { origin } = readHubAddress(hub);
    this.#pairingWith = origin;
    try {
      await this.#link.pair(origin, code);
    } finally {
      this.#pairingWith = null;
    }
  }

  async stop(): Promise<void> {
    await Promise.all([this.#link.stop(), this.#homeSwitch?.stop()]);
    await this.#sessions.closeAll();
    await this.store.close();
  }

  #connect(): void {
    const { pairing } = this.store.home;
    if (pairing !== null) this.#link.start(pairing.hub, () => ({ key: pairing.hubKey }));
  }

  #answer(ask: AgentAsk, tell: (line: unknown) => void): Promise<unknown> {
    return isPasskeyAsk(ask) ? this.guard.passkeys.answer(ask) : this.#sessions.answer(ask, tell);
  }

  #hear(message: Exclude<HubMessage, { kind: "ask" }>): void {
    if (message.kind === "at_work") this.guard.atWork(message.technician, message.why);
    else if (message.kind === "knows") this.guard.passkeys.carriedByHub(message.knows.includes(KNOWS_PASSKEYS));
    else if (message.kind === "question_over") this.guard.over(message.requestId);
    else this.#ask(message.question);
  }

  /** What was answered here while there was no line is said again when the hub asks again. */
  #ask(question: Extract<HubMessage, { kind: "question" }>["question"]): void {
    const { requestId, digest } = question;
    const known = this.store.home.questions.find((one) => one.question.requestId === requestId);
    if (known !== undefined && known.answer !== null && known.question.digest === digest) {
      const { answer, way, passkey } = known;
      const by = passkey === undefined ? {} : { passkey };
      this.#link.say({ kind: "answered", requestId, digest, answer, way: way ?? "agent_page", ...by });
      return;
    }
    try {
      this.guard.ask(question);
    } catch (error) {
      if (!isCaretakerError(error)) throw error;
      this.#options.log.warn({ requestId, code: error.code }, `A question is not shown: ${error.message}`);
    }
  }

  #tellHub(change: Parameters<Parameters<HomeGuard["on"]>[0]>[0]): void {
    if (change.kind === "policy") this.#policyChanged();
    else if (change.kind === "passkeys") this.#sayPasskeys();
    else this.#link.say(change);
    if (change.kind === "released") this.#letGo();
  }

  #sayPasskeys(): void {
    const said = this.guard.passkeys.said();
    if (said !== null) this.#link.say(said);
  }

  /** Sessions that began under other rules begin anew: the hub gets all that it may have now, and nothing of before. */
  #policyChanged(): void {
    const policy = this.guard.policy();
    const isOther = policy.hubAlone !== this.#hubAlone;
    this.#hubAlone = policy.hubAlone;
    if (policy.stoppedAt !== null) this.#closeStopped();
    else if (isOther) this.#end({ code: "allowed_otherwise" }, () => false);
    this.#link.say({ kind: "policy", policy });
  }

  /** What was cut and may have to be switched on again is kept for that; the guard lets nothing else through. */
  #closeStopped(): void {
    this.#end({ code: "stopped_by_home" }, (gatewayId) => this.guard.owesSettle(gatewayId));
  }

  #end(reason: Reason, isKept: (gatewayId: GatewayId) => boolean): void {
    this.#sessions
      .endAll(reason, isKept)
      .catch((error: unknown) => this.#options.log.warn({ error }, "Not all sessions could be closed."));
  }

  #letGo(): void {
    this.#sessions
      .closeAll()
      .then(() => this.#link.stop())
      .catch((error: unknown) => this.#options.log.warn({ error }, "The line was not closed in good order."));
    this.#lineIs({ isOpen: false, trouble: null });
  }

  #lineIs(state: Omit<LineState, "since">): void {
    const isTurn = state.isOpen !== this.#line.isOpen;
    this.#line = { ...state, since: isTurn ? this.#options.clock.now().toISOString() : this.#line.since };
    for (const listener of this.#lineListeners) listener();
  }

  /** What the agent's own copy of the make says of it; null where the home has no such gateway now. */
  declarationOf(gatewayId: GatewayId, capability: CapabilityName): CapabilityDeclaration | null {
    return this.#sessions.connectorOf(gatewayId)?.manifest.capabilities[capability] ?? null;
  }

  #openSwitch(): HomeSwitch | null {
    const { switchEntity: entityId = null, homeAssistant = null, clock, random, log, connectors } = this.#options;
    const make = connectors.find(({ manifest }) => manifest.id === HOME_ASSISTANT);
    if (entityId === null || make === undefined) return null;
    return new HomeSwitch(
      {
        entityId,
        clock,
        random,
        log,
        watch: (access, heard) =>
          watchEntity(access, { ...heard, entityId, clock, dialer: this.#dialerFor(targetsOf(make, access)) }),
        turned: (isOn) => this.#turned(isOn),
      },
      homeAssistant === null ? null : { ...homeAssistant },
    );
  }

  #turned(isOn: boolean | null): void {
    try {
      this.guard.switched(isOn);
    } catch (error) {
      // It holds all the same until the agent restarts, and then the switch is looked at anew.
      this.#options.log.warn({ error }, "The agent cannot write what it keeps. Is the disk full?");
    }
  }

  #dialerFor(targets: readonly GatewayTarget[]): Dialer {
    const { clock, ownPort } = this.#options;
    return createDialer({ allow: targets, clock, ownPorts: ownPort === null ? [] : [ownPort] });
  }
}
