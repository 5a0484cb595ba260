import type { BroadcastName, ServerToClientEvents, WatchAnswer, WatchRequest } from "@caretaker/protocol";

/** `closed`: the hub ended it on purpose (signed out, not allowed), so it is not tried again. */
export type LineState = "connecting" | "live" | "reconnecting" | "closed";

/** The wire below the mirror: one Socket.IO connection in the browser, a fake in tests. */
export interface Line {
  readonly state: LineState;
  /** Begins to connect, and keeps at it. */
  open(): void;
  /** Rejects when there is no answer. */
  watch(request: WatchRequest): Promise<WatchAnswer>;
  unwatch(request: WatchRequest): void;
  on<N extends BroadcastName>(name: N, listener: ServerToClientEvents[N]): void;
  onState(listener: (state: LineState) => void): void;
  close(): void;
}
