import {
  CaretakerError,
  type Clock,
  type Connector,
  type ConnectorContext,
  type GatewaySession,
  type LostKind,
  type Reason,
  type SessionEvent,
} from "@caretaker/protocol";
import { asError } from "@caretaker/reach/dialer/deadline.ts";

export interface Ending {
  readonly kind: LostKind;
  readonly reason: Reason;
}

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
  connect(
    connector: Connector,
    config: unknown,
    context: ConnectorContext,
    { clock, seconds, stopped }: { clock: Clock; seconds: number; stopped: AbortSignal },
  ): Promise<GatewaySession> {
    return new Promise((resolve, reject) => {
      let isSettled = false;
      const settle = (end: () => void): void => {
        if (isSettled) return;
        isSettled = true;
        cancel();
        stopped.removeEventListener("abort", handleStop);
        end();
      };
      const fail = (error: unknown): void =>
        settle(() => {
          this.#isOver = true;
          reject(asError(error));
        });
      const handleStop = (): void => fail(stopped.reason);
      const cancel = clock.after(seconds * 1000, () =>
        fail(new CaretakerError("gateway_timeout", `It did not finish connecting within ${seconds} s.`)),
      );
      stopped.addEventListener("abort", handleStop, { once: true });
      if (stopped.aborted) return handleStop();
      connector.connect(config, context).then((session) => {
        if (isSettled) session.close().catch(() => {});
        else
          settle(() => {
            this.session = session;
            resolve(session);
          });
      }, fail);
    });
  }
}
