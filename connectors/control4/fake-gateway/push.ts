import { randomUUID } from "node:crypto";
import type { Server as HttpsServer } from "node:https";
import { Server, type Socket } from "socket.io";
import type { PushEvent } from "./house.ts";
import type { Knobs } from "./knobs.ts";
import type { Tokens } from "./tokens.ts";

/**
 * The push channel: Socket.IO of the second generation over Engine.IO 3, by the server library of the fourth, which still
 * speaks it. A client of the fourth is turned away, as a real controller cannot talk to it.
 */
export class PushServer {
  readonly #io: Server;
  readonly #knobs: Knobs;
  readonly #tokens: Tokens;
  readonly #clients = new Map<string, Socket>();
  readonly #subscriptions = new Map<string, { socket: Socket; hasBegun: boolean }>();
  acknowledged = 0;
  probed = 0;

  constructor(server: HttpsServer, knobs: Knobs, tokens: Tokens) {
    this.#knobs = knobs;
    this.#tokens = tokens;
    this.#io = new Server(server, {
      allowEIO3: true,
      transports: ["websocket"],
      pingInterval: 25_000,
      pingTimeout: 20_000,
      allowRequest: (request, answer) => {
        const version = new URL(request.url ?? "/", "https://director").searchParams.get("EIO");
        answer(null, version === "3" && !knobs.hangs && !knobs.isRestarting);
      },
    });
    this.#io.on("connection", (socket) => this.#welcome(socket));
  }

  get isWatched(): boolean {
    return this.clients > 0;
  }

  /** Lines for news that are open. */
  get clients(): number {
    return [...this.#subscriptions.values()].filter(({ socket, hasBegun }) => hasBegun && socket.connected).length;
  }

  /** The names under which clients hear now. */
  get names(): readonly string[] {
    return [...this.#subscriptions].flatMap(([id, { hasBegun }]) => (hasBegun ? [id] : []));
  }

  /** The name of the events that a client will hear, as the answer to `datatoui`. */
  subscribe(clientId: string | null): string | undefined {
    const socket = this.#clients.get(clientId ?? "");
    if (socket === undefined) return undefined;
    const id = randomUUID();
    this.#subscriptions.set(id, { socket, hasBegun: false });
    return id;
  }

  send(event: PushEvent): void {
    const { sendsArrays, sendsTwice, sendsStatus, isStalled, stopsAfterExpiry } = this.#knobs;
    if (isStalled) return;
    for (const [id, { socket, hasBegun }] of this.#subscriptions) {
      if (!hasBegun || !socket.connected) continue;
      if (stopsAfterExpiry && !this.#tokens.isGood(tokenOf(socket))) continue;
      if (sendsStatus) socket.emit(id, { status: "ok" });
      for (let time = 0; time < (sendsTwice ? 2 : 1); time += 1) socket.emit(id, sendsArrays ? [event] : event);
    }
  }

  /** Anything at all, under the names that clients listen to: for garbage. */
  sendRaw(payload: unknown): void {
    for (const [id, { socket, hasBegun }] of this.#subscriptions) if (hasBegun) socket.emit(id, payload);
  }

  dropAll(): void {
    this.#io.disconnectSockets(true);
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#io.close(() => resolve()));
  }

  #welcome(socket: Socket): void {
    const clientId = randomUUID();
    this.#clients.set(clientId, socket);
    socket.on("2probe", () => {
      this.probed += 1;
    });
    socket.on("2", () => {
      this.acknowledged += 1;
    });
    socket.on("startSubscription", (id: unknown) => {
      const found = this.#subscriptions.get(String(id));
      if (found?.socket === socket) found.hasBegun = true;
    });
    socket.on("disconnect", () => {
      this.#clients.delete(clientId);
      for (const [id, one] of this.#subscriptions) if (one.socket === socket) this.#subscriptions.delete(id);
    });
    socket.emit("clientId", clientId);
  }
}

function tokenOf(socket: Socket): string | undefined {
  const { jwt } = socket.handshake.headers;
  return typeof jwt === "string" ? jwt : undefined;
}
