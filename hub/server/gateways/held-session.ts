import {
  CaretakerError,
  type Clock,
  type Connector,
  type ConnectorContext,
  type GatewaySession,
  type LostKind,
  type Reason,
  type SessionEvent,
  sleep,
} from "@caretaker/protocol";
import { asError } from "./dialer/deadline.ts";

export interface Ending {
  readonly kind: LostKind;
  readonly reason: Reason;
}

/** A reason of our own: the default one takes a picture of the stack each time. */
const OVER = Symbol("over");

/**
 * One session, from its first byte until it reports that it was lost, is given up, or is stopped. After that nothing it
 * still says is heard.
 */
export class HeldSession {
  /** Resolves once, with why it ended. */
  readonly over: Promise<Ending>;
  session: GatewaySession | null = null;
  #isOver = false;
  #end: (ending: Ending) => void = () => {};

  constructor() {
    this.over = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  lose(kind: LostKind, reason: Reason): void {
    this.#isOver = true;
    this.#end({ kind, reason });
  }

  /** What a connector's `emit` does for this session. */
  listener(handle: (event: Exclude<SessionEvent, { type: "lost" }>) => void): (event: SessionEvent) => void {
    return (event) => {
      if (this.#isOver) return;
      if (event.type === "lost") this.lose(event.kind, event.reason);
      else handle(event);
    };
  }

  /** Rejects with what `connect` says, or in time. A session that comes too late is closed. */
  async connect(
    connector: Connector,
    config: unknown,
    context: ConnectorContext,
    limits: { clock: Clock; milliseconds: number; stopped: AbortSignal },
  ): Promise<GatewaySession> {
    const calledOff = new AbortController();
    const signal = AbortSignal.any([limits.stopped, calledOff.signal]);
    let isGivenUp = false;
    const connecting = connector.connect(config, context).then((session) => {
      if (isGivenUp) void session.close().catch(() => {});
      return session;
    });
    const late = sleep(limits.clock, limits.milliseconds, signal).then(
      () => {
        throw new CaretakerError(
          "gateway_timeout",
          `It did not finish connecting within ${limits.milliseconds / 1000} s.`,
        );
      },
      (reason: unknown) => {
        throw asError(reason);
      },
    );
    try {
      this.session = await Promise.race([connecting, late]);
      return this.session;
    } catch (error) {
      this.#isOver = true;
      isGivenUp = true;
      throw error;
    } finally {
      calledOff.abort(OVER);
      connecting.catch(() => {});
    }
  }
}
