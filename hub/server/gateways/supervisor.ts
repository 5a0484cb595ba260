import {
  type ActRequest,
  type CapabilityInput,
  type CapabilityName,
  type CapabilityOutput,
  type Clock,
  type Connector,
  type ConnectorLog,
  type Dialer,
  type GatewayTarget,
  type MessageInput,
  type MessageName,
  type MessageOutput,
  type SessionEvent,
  type SessionMemory,
  sleep,
  targetsOf,
} from "@caretaker/protocol";
import { type Backoff, createBackoff } from "@caretaker/reach/backoff.ts";
import type { GatewayRecord, GatewayStatus } from "../state/records.ts";
import { type Asked, type AskOptions, ask } from "./ask.ts";
import { HeldSession } from "./held-session.ts";
import { type Outcome, outcomeOfError, outcomeOfLost } from "./outcome.ts";
import { say } from "./say.ts";
import type { Slots } from "./slots.ts";

export interface SupervisorDeps {
  readonly gateway: GatewayRecord;
  readonly connector: Connector;
  /** The configuration with its secrets: read anew for each attempt and not kept. */
  readonly openConfig: () => Promise<unknown>;
  readonly dialerFor: (targets: readonly GatewayTarget[]) => Dialer;
  readonly slots: Slots;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: ConnectorLog;
  /** What its connector keeps from one session to the next. */
  readonly memory: SessionMemory;
  readonly intake: (event: Exclude<SessionEvent, { type: "lost" | "gateway" | "tapped" }>) => void;
  /** Somebody pressed a button of one of our questions in the home. */
  readonly tapped: (tap: Extract<SessionEvent, { type: "tapped" }>) => void;
  /** Takes what changed of the gateway's status to the state, the database and whoever waits for it. */
  readonly report: (patch: Partial<GatewayStatus>) => void;
  /** Whether the credentials that are kept now were accepted at some time. */
  readonly wasAccepted: () => boolean;
}

const CONNECT_WITHIN_SECONDS = 60;
/** A home that restarts its gateway's software is given this long before it counts as away. */
const RESTART_WITHIN = 10 * 60_000;
const RESTART_RETRY = 4000;
const LOOK_EVERY = 30_000;
const SILENT_AFTER = 60_000;
const PROBE_SECONDS = 10;

/**
 * Keeps one gateway's session: connects, hands on what it says, and comes back after a loss with patience. What time
 * cannot mend (refused credentials, access taken back) is left alone until a person does something.
 */
export class Supervisor {
  readonly #deps: SupervisorDeps;
  readonly #backoff: Backoff;
  #life: AbortController | null = null;
  #ended: Promise<void> = Promise.resolve();
  #held: HeldSession | null = null;
  #restartingSince: number | null = null;
  #nap: AbortController | null = null;

  constructor(deps: SupervisorDeps) {
    this.#deps = deps;
    this.#backoff = createBackoff(deps.random);
  }

  start(): void {
    if (this.#life !== null) return;
    this.#life = new AbortController();
    this.#ended = this.#live(this.#life.signal);
  }

  async stop(): Promise<void> {
    this.#life?.abort();
    this.#life = null;
    this.#held?.lose("unreachable", { code: "stopped" });
    await this.#ended;
  }

  read<N extends CapabilityName>(
    capability: N,
    input: CapabilityInput<N>,
    options: AskOptions = {},
  ): Promise<CapabilityOutput<N>> {
    return ask(this.#asked(capability), (session) => session.read({ capability, input }), input, options);
  }

  /** Only runs/gate.ts gets here. */
  act<N extends CapabilityName>(request: ActRequest<N>, options: AskOptions = {}): Promise<CapabilityOutput<N>> {
    return ask(this.#asked(request.capability), (session) => session.act(request), request.input, options);
  }

  /** Something changed that may have been in the way: what waits for its next try does not wait any longer. */
  tryNow(): void {
    this.#nap?.abort();
  }

  say<N extends MessageName>(message: N, input: MessageInput<N>): Promise<MessageOutput<N>> {
    const { gateway, connector, clock } = this.#deps;
    const session = this.#held?.isOver === false ? this.#held.session : null;
    return say({ gateway, clock, messages: connector.manifest.messages ?? [], session }, message, input);
  }

  async diagnostics(): Promise<Record<string, unknown>> {
    return (await this.#held?.session?.diagnostics()) ?? {};
  }

  #asked(capability: CapabilityName): Asked {
    const { gateway, connector, clock } = this.#deps;
    const session = this.#held?.isOver === false ? this.#held.session : null;
    return { gateway, clock, capability, declaration: connector.manifest.capabilities[capability], session };
  }

  async #live(stopped: AbortSignal): Promise<void> {
    const { clock, report } = this.#deps;
    while (!stopped.aborted) {
      const { outcome, upFor } = await this.#holdSession(stopped);
      if (stopped.aborted) return;
      const wait = this.#waitAfter(outcome, upFor);
      const state = this.#isRestarting() && outcome.state === "unreachable" ? "restarting" : outcome.state;
      report({ state, reason: outcome.reason, nextTryAt: wait === null ? null : clock.now().getTime() + wait });
      if (wait === null) return;
      this.#nap = new AbortController();
      await sleep(clock, wait, AbortSignal.any([stopped, this.#nap.signal])).catch(() => {});
      this.#nap = null;
    }
  }

  /** Null where waiting does not help. */
  #waitAfter(outcome: Outcome, upFor: number): number | null {
    if (!outcome.isRetried) return null;
    if (outcome.state === "restarting") this.#restartingSince ??= this.#deps.clock.monotonic();
    if (this.#isRestarting()) return Math.round((0.5 + this.#deps.random() / 2) * RESTART_RETRY);
    return this.#backoff.next(upFor);
  }

  /** While it restarts it cannot be reached, and that is no news. */
  #isRestarting(): boolean {
    return this.#restartingSince !== null && this.#deps.clock.monotonic() - this.#restartingSince < RESTART_WITHIN;
  }

  /** One session from its first byte to its last: resolves when it is over, whatever ended it. */
  async #holdSession(stopped: AbortSignal): Promise<{ outcome: Outcome; upFor: number }> {
    const { clock, slots, report, wasAccepted } = this.#deps;
    const held = new HeldSession();
    const release = await slots.take();
    try {
      if (!stopped.aborted) await this.#connect(held, stopped);
    } catch (error) {
      return { outcome: outcomeOfError(error, wasAccepted()), upFor: 0 };
    } finally {
      release();
    }
    if (stopped.aborted) held.lose("unreachable", { code: "stopped" });
    const began = clock.monotonic();
    this.#held = held;
    this.#restartingSince = null;
    if (!held.isOver)
      report({ state: "online", reason: { code: "connected" }, lastSeenAt: clock.now().getTime(), nextTryAt: null });
    const stopLooking = this.#lookWhetherItLives(held);
    const { kind, reason } = await held.over;
    stopLooking();
    this.#held = null;
    // A half-open link never says goodbye: nobody waits for it.
    held.session?.close().catch((error: unknown) => this.#deps.log.debug({ error }, "Closing a session failed."));
    return { outcome: outcomeOfLost(kind, reason, true), upFor: clock.monotonic() - began };
  }

  async #connect(held: HeldSession, stopped: AbortSignal): Promise<void> {
    const { connector, clock, dialerFor, log, memory, intake, report } = this.#deps;
    const config = await this.#deps.openConfig();
    const emit = held.listener((event) => {
      if (event.type === "gateway") {
        const { version, state, isAdmin } = event;
        report({ version, software: state, ...(isAdmin === undefined ? {} : { isAdmin }) });
      } else if (event.type === "tapped") this.#deps.tapped(event);
      else intake(event);
    });
    const { byKey } = this.#deps.gateway;
    const remembered = () => Array.from(byKey.values(), ({ label, key }) => [label, key] as const);
    const context = { dialer: dialerFor(targetsOf(connector, config)), clock, log, emit, remembered, memory };
    await held.connect(connector, config, context, { clock, seconds: CONNECT_WITHIN_SECONDS, stopped });
  }

  /** A gateway that says nothing for a minute is asked something; one that does not answer is gone, whatever TCP thinks. */
  #lookWhetherItLives(held: HeldSession): () => void {
    const { clock, gateway, connector, report } = this.#deps;
    if (connector.manifest.capabilities["gateway.info"] === undefined) return () => {};
    let cancel = (): void => {};
    const probe = (): void => {
      this.read("gateway.info", {}, { timeoutSeconds: PROBE_SECONDS }).then(
        () => report({ lastSeenAt: clock.now().getTime() }),
        () => held.lose("unreachable", { code: "silent" }),
      );
    };
    const look = (): void => {
      cancel = clock.after(LOOK_EVERY, () => {
        if (held.isOver) return;
        if (clock.now().getTime() - gateway.status.lastSeenAt >= SILENT_AFTER) probe();
        look();
      });
    };
    look();
    return () => cancel();
  }
}
