import {
  type AgentSessionEvent,
  type CapabilityDeclaration,
  CaretakerError,
  type Clock,
  type Connector,
  type ConnectorLog,
  type Dialer,
  type GatewayAsk,
  type GatewayId,
  type GatewaySession,
  type GatewayTarget,
  isCaretakerError,
  type Reason,
  type SessionEvent,
  targetsOf,
} from "@caretaker/protocol";
import type { Guard } from "./guard/guard.ts";

export interface SessionsDeps {
  readonly connectors: readonly Connector[];
  readonly guard: Guard;
  readonly clock: Clock;
  readonly log: ConnectorLog;
  readonly dialerFor: (targets: readonly GatewayTarget[]) => Dialer;
  /** A gateway's settings with what the agent itself adds to them. */
  readonly complete?: (connector: Connector, config: Readonly<Record<string, unknown>>) => typeof config;
  /** The hub has a session with a gateway of these settings. */
  readonly opened?: (connector: Connector, config: unknown) => void;
  /** What leaves the home. */
  readonly tell: (gatewayId: GatewayId, events: readonly AgentSessionEvent[]) => void;
}

/** Changes that come together leave together; more than this long they do not wait. Milliseconds. */
const TELL_WITHIN = 5;

interface Held {
  readonly connector: Connector;
  session: GatewaySession | null;
  isOver: boolean;
}

type AskOf<W extends GatewayAsk["what"]> = Extract<GatewayAsk, { what: W }>;

/**
 * The gateways' sessions, which the hub opens and asks over the line. Each thing it asks passes the guard first, and each
 * thing a session says passes it on its way out.
 */
export class Sessions {
  readonly #deps: SessionsDeps;
  readonly #held = new Map<GatewayId, Held>();
  readonly #untold = new Map<GatewayId, AgentSessionEvent[]>();
  #isTelling = false;

  constructor(deps: SessionsDeps) {
    this.#deps = deps;
  }

  async answer(ask: GatewayAsk, tellLine: (line: unknown) => void): Promise<unknown> {
    switch (ask.what) {
      case "open":
        return this.#open(ask);
      case "test":
        return this.#test(ask, tellLine);
      case "close":
        return this.#close(ask.gatewayId);
      case "read":
        this.#deps.guard.permitRead(ask.gatewayId, ask.capability);
        return this.#sessionOf(ask.gatewayId).read({ capability: ask.capability, input: ask.input as never });
      case "act":
        return this.#act(ask);
      case "say":
        return this.#say(ask);
      case "diagnostics":
        // As deep as a log: it tells more of a home than its name.
        this.#deps.guard.permitRead(ask.gatewayId, "log.errors");
        return this.#sessionOf(ask.gatewayId).diagnostics();
    }
  }

  /** The line is gone, or the home pressed Stop: nothing is held for a hub that is not there. */
  async closeAll(): Promise<void> {
    await Promise.all([...this.#held.keys()].map((id) => this.#close(id)));
  }

  /** Ends them and says so to the hub, as a session does that was lost; but for those that are kept. */
  async endAll(reason: Reason, isKept: (gatewayId: GatewayId) => boolean): Promise<void> {
    const ended = [...this.#held].filter(([gatewayId]) => !isKept(gatewayId));
    for (const [gatewayId, held] of ended) this.#hear(gatewayId, held, { type: "lost", kind: "unreachable", reason });
    await Promise.all(ended.map(([, { session }]) => this.#closeSession(session)));
  }

  connectorOf(gatewayId: GatewayId): Connector | undefined {
    return this.#held.get(gatewayId)?.connector;
  }

  async #open({ gatewayId, connector: id, config }: AskOf<"open">): Promise<null> {
    const { guard, clock, log, dialerFor } = this.#deps;
    await this.#close(gatewayId);
    const { connector, read } = this.#read(id, config);
    const targets = targetsOf(connector, read);
    guard.permitOpen(id, targets);
    const held: Held = { connector, session: null, isOver: false };
    this.#held.set(gatewayId, held);
    const emit = (event: SessionEvent): void => this.#hear(gatewayId, held, event);
    try {
      const session = await connector.connect(read, { dialer: dialerFor(targets), clock, log, emit });
      if (held.isOver) await session.close().catch(() => {});
      else held.session = session;
      // What it said while it was opened stands before the answer.
      this.#tell();
      if (held.isOver) throw new CaretakerError("gateway_lost", "The session was closed while it was being opened.");
      this.#deps.opened?.(connector, read);
      return null;
    } catch (error) {
      held.isOver = true;
      if (this.#held.get(gatewayId) === held) this.#held.delete(gatewayId);
      throw error;
    }
  }

  async #test({ connector: id, config }: AskOf<"test">, tellLine: (line: unknown) => void): Promise<null> {
    const { guard, clock, log, dialerFor } = this.#deps;
    const { connector, read } = this.#read(id, config);
    const targets = targetsOf(connector, read);
    guard.permitOpen(id, targets);
    const context = { dialer: dialerFor(targets), clock, log, emit: () => {} };
    for await (const line of connector.test(read, context)) tellLine(line);
    return null;
  }

  async #act(ask: AskOf<"act">): Promise<unknown> {
    const { gatewayId, capability, input, attemptId } = ask;
    const { guard } = this.#deps;
    const session = this.#sessionOf(gatewayId);
    const { connector } = this.#held.get(gatewayId) as Held;
    const declaration: CapabilityDeclaration | undefined = connector.manifest.capabilities[capability];
    if (declaration === undefined)
      throw notSent("not_available_here", `${connector.manifest.name} has no ${capability}.`);
    await guard.permitAct({ ...ask, connector: connector.manifest.id, declaration });
    try {
      const answer = await session.act({ capability, input: input as never, attemptId });
      guard.acted(attemptId, "done");
      return answer;
    } catch (error) {
      guard.acted(attemptId, isCaretakerError(error, "step_failed") ? "failed" : "uncertain");
      throw error;
    }
  }

  async #say({ gatewayId, message, input }: AskOf<"say">): Promise<unknown> {
    const session = this.#sessionOf(gatewayId);
    const { connector } = this.#held.get(gatewayId) as Held;
    this.#deps.guard.permitRead(gatewayId, "gateway.info");
    if (session.say === undefined || !connector.manifest.messages?.includes(message as never))
      throw notSent("not_available_here", `${connector.manifest.name} cannot say ${message}.`);
    return session.say({ message: message as never, input: input as never });
  }

  async #close(gatewayId: GatewayId): Promise<null> {
    const held = this.#held.get(gatewayId);
    this.#held.delete(gatewayId);
    if (held === undefined) return null;
    held.isOver = true;
    this.#deps.guard.forget(gatewayId);
    await this.#closeSession(held.session);
    return null;
  }

  async #closeSession(session: GatewaySession | null): Promise<void> {
    await session?.close().catch((error: unknown) => this.#deps.log.debug({ error }, "Closing a session failed."));
  }

  #sessionOf(gatewayId: GatewayId): GatewaySession {
    const held = this.#held.get(gatewayId);
    if (held?.session != null && !held.isOver) return held.session;
    throw notSent("gateway_unreachable", "The agent has no session with that gateway now, so nothing was sent.");
  }

  /** The make's own schema, on this side too: what the hub sends is a stranger's word here. */
  #read(id: string, config: Readonly<Record<string, unknown>>): { connector: Connector; read: unknown } {
    const connector = this.#deps.connectors.find(({ manifest }) => manifest.id === id);
    if (connector === undefined)
      throw new CaretakerError("gateway_unsupported", `This agent has no connector called ${id}. Update the agent.`);
    const parsed = connector.manifest.config.safeParse(this.#deps.complete?.(connector, config) ?? config);
    if (parsed.success) return { connector, read: parsed.data };
    throw new CaretakerError("invalid_input", `The settings for ${connector.manifest.name} have mistakes.`, {
      meta: { fields: parsed.error.issues.map(({ path }) => path.join(".")) },
    });
  }

  #hear(gatewayId: GatewayId, held: Held, event: SessionEvent): void {
    if (held.isOver) return;
    // A session that was lost closes itself.
    if (event.type === "lost") {
      held.isOver = true;
      this.#held.delete(gatewayId);
    }
    const allowed = this.#deps.guard.filter(gatewayId, event as AgentSessionEvent);
    if (allowed === null) return;
    const untold = this.#untold.get(gatewayId);
    if (untold === undefined) this.#untold.set(gatewayId, [allowed]);
    else untold.push(allowed);
    if (this.#isTelling) return;
    this.#isTelling = true;
    this.#deps.clock.after(TELL_WITHIN, () => this.#tell());
  }

  #tell(): void {
    this.#isTelling = false;
    for (const [gatewayId, events] of this.#untold) this.#deps.tell(gatewayId, events);
    this.#untold.clear();
  }
}

function notSent(code: "not_available_here" | "gateway_unreachable", message: string): CaretakerError {
  return new CaretakerError(code, message, { meta: { isSent: false } });
}
