import type { ClientToServerEvents, ServerToClientEvents } from "@caretaker/protocol";
import { io, type Socket } from "socket.io-client";
import type { Line, LineState } from "./line.ts";

const ANSWER_WITHIN_MS = 10_000;

/** The line to the hub; once opened it comes back by itself until the hub closes it on purpose. */
export function createLine(): Line {
  const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io({
    autoConnect: false,
    transports: ["websocket"],
    reconnectionDelay: 500,
    reconnectionDelayMax: 10_000,
    randomizationFactor: 0.5,
  });
  const listeners = new Set<(state: LineState) => void>();
  let state: LineState = "connecting";
  const become = (next: LineState): void => {
    if (next === state) return;
    state = next;
    for (const listener of listeners) listener(next);
  };

  socket.on("connect", () => become("live"));
  socket.on("disconnect", () => {
    if (state !== "closed") become("reconnecting");
    // After a close from the other side Socket.IO stays away by itself; a restarting hub is worth waiting for.
    if (state !== "closed" && !socket.active) setTimeout(() => socket.connect(), 1000);
  });
  socket.on("connect_error", () => {
    become("reconnecting");
    if (!socket.active) setTimeout(() => socket.connect(), 5000);
  });
  socket.on("live.closing", ({ reason }) => {
    if (reason !== "shutting_down") become("closed");
  });

  return {
    get state() {
      return state;
    },
    open: () => {
      if (state !== "closed") socket.connect();
    },
    watch: (request) => socket.timeout(ANSWER_WITHIN_MS).emitWithAck("watch", request),
    unwatch: (request) => {
      if (socket.connected) socket.emit("unwatch", request);
    },
    on: (name, listener) => {
      socket.on(name, listener as never);
    },
    onState: (listener) => {
      listeners.add(listener);
    },
    close: () => {
      become("closed");
      socket.disconnect();
    },
  };
}
