import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import { answerCommand, type Message } from "./commands.ts";
import { sendGarbage } from "./garbage.ts";
import type { GarbageKind } from "./knobs.ts";
import type { Gateway } from "./server.ts";
import { callService, Refusal } from "./services.ts";
import type { User } from "./users.ts";
import { Written } from "./wire.ts";

/** One client's WebSocket: first it says who it is, then it asks by number. */
export class Connection {
  readonly gateway: Gateway;
  readonly token = { value: "" };
  #user: User | undefined;
  readonly #socket: WebSocket;
  readonly #raw: Duplex;
  readonly #address: string;
  readonly #subscriptions = new Map<number, () => void>();
  #lastId = 0;
  #coalesces = false;
  #queue: string[] = [];
  #login: NodeJS.Timeout | undefined;

  constructor(gateway: Gateway, socket: WebSocket, raw: Duplex, address: string) {
    this.gateway = gateway;
    this.#socket = socket;
    this.#raw = raw;
    this.#address = address;
    const { knobs } = gateway;
    socket.on("error", () => {});
    socket.on("close", () => this.#forget());
    socket.on("message", (data, isBinary) => this.#handleFrame(String(data), isBinary));
    if (knobs.isHalfOpen) this.freeze();
    if (knobs.dropsAfterAccepting) {
      socket.terminate();
      return;
    }
    this.#login = setTimeout(() => socket.close(), knobs.loginSeconds * 1000).unref();
    this.#after(knobs.greetingDelayMilliseconds, () =>
      this.#send({ type: "auth_required", ha_version: gateway.version }),
    );
  }

  get user(): User {
    if (this.#user === undefined) throw new Error("Nobody has logged in on this connection");
    return this.#user;
  }

  get isLoggedIn(): boolean {
    return this.#user !== undefined;
  }

  /** Registers what ends a subscription. */
  subscribe(id: number, end: () => void): void {
    this.#subscriptions.set(id, end);
  }

  unsubscribe(id: number): boolean {
    this.#subscriptions.get(id)?.();
    return this.#subscriptions.delete(id);
  }

  event(id: number, event: unknown): void {
    this.#send({ id, type: "event", event });
  }

  /** After the answer that is being made has gone. */
  later(callback: () => void): void {
    queueMicrotask(callback);
  }

  setFeatures(features: unknown): null {
    this.#coalesces = (features as { coalesce_messages?: number } | undefined)?.coalesce_messages === 1;
    return null;
  }

  /** The hot path of a fleet: text as it goes out. */
  sendText(text: string): void {
    const { knobs } = this.gateway;
    if (knobs.isHalfOpen || this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > knobs.maxUnsentBytes) this.#socket.terminate();
    this.gateway.counters.framesSent += 1;
    if (!this.#coalesces || !knobs.coalesces) this.#socket.send(text);
    else if (this.#queue.push(text) === 1) setImmediate(() => this.#flush());
  }

  async callService(message: Message): Promise<unknown> {
    const { gateway } = this;
    const data = (message.service_data ?? {}) as Record<string, unknown>;
    const target = (message.target ?? {}) as Record<string, unknown>;
    const domain = String(message.domain);
    const service = String(message.service);
    gateway.note({ domain, service, data: { ...data, ...target }, user: this.user.name });
    const context = gateway.house.states.newContext(this.user.id);
    gateway.house.fire("call_service", { domain, service, service_data: data }, context);
    const call = {
      domain,
      service,
      data,
      entities: listOf(target.entity_id ?? data.entity_id),
      isAdmin: this.user.isAdmin,
      context,
    };
    await callService(gateway.house, call, () => void gateway.restart());
    if (domain === "homeassistant" && service === "restart" && gateway.knobs.restartNeverAnswers)
      return new Promise(() => {});
    return { context: { id: context.id, parent_id: null, user_id: this.user.id } };
  }

  sendGarbage(kind: GarbageKind): void {
    sendGarbage(this.#socket, kind, [...this.#subscriptions.keys()], this.#raw);
  }

  /** The line is cut: nothing is read, not even a ping. */
  freeze(): void {
    this.#socket.pause();
    this.#raw.pause();
  }

  thaw(): void {
    this.#socket.resume();
    this.#raw.resume();
  }

  close(): void {
    this.#socket.close(1000);
  }

  terminate(): void {
    this.#socket.terminate();
  }

  #handleFrame(text: string, isBinary: boolean): void {
    if (this.gateway.knobs.isHalfOpen) return;
    const message = isBinary ? undefined : parse(text);
    // Home Assistant ends the connection of a client that does not speak JSON.
    if (message === undefined) this.close();
    else if (this.#user === undefined) this.#logIn(message);
    else for (const one of Array.isArray(message) ? message : [message]) void this.#handleCommand(one as Message);
  }

  #logIn(message: unknown): void {
    const { knobs, users, counters } = this.gateway;
    const { type, access_token: token } = (message ?? {}) as Record<string, unknown>;
    clearTimeout(this.#login);
    if (knobs.neverAnswersLogin) return;
    this.#after(knobs.loginDelayMilliseconds, () => {
      const user = type === "auth" ? users.find(token) : undefined;
      if (user === undefined) {
        counters.loginsRefused += 1;
        this.gateway.countRefusedLogin(this.#address);
        const reason = type === "auth" ? "Invalid access token or password" : "Auth message incorrectly formatted";
        this.#send({ type: "auth_invalid", message: reason });
        return this.close();
      }
      this.#user = user;
      this.token.value = String(token);
      counters.logins += 1;
      this.#send({ type: "auth_ok", ha_version: this.gateway.version });
      if (knobs.dropsAfterLoginMilliseconds !== undefined)
        this.#after(knobs.dropsAfterLoginMilliseconds, () => this.terminate());
    });
  }

  async #handleCommand(message: Message): Promise<void> {
    const { knobs, counters } = this.gateway;
    const { id, type } = message;
    if (!Number.isSafeInteger(id) || id < 1 || typeof type !== "string")
      return this.#refuse(Number.isSafeInteger(id) ? id : 0, "invalid_format", "Message incorrectly formatted.");
    if (id <= this.#lastId) return this.#refuse(id, "id_reuse", "Identifier values have to increase.");
    this.#lastId = id;
    counters.commands[type] = (counters.commands[type] ?? 0) + 1;
    if (knobs.silentCommands.has(type)) return;
    const slow = knobs.slowCommands.get(type);
    if (slow !== undefined) await new Promise((resolve) => setTimeout(resolve, slow).unref());
    if (type === "ping" && !knobs.unknownCommands.has(type)) return this.#send({ id, type: "pong" });
    try {
      // Events of a subscription come after its answer: only a promise is waited for.
      const answer = answerCommand(this, message);
      const result = answer instanceof Promise ? await answer : answer;
      if (result instanceof Written)
        this.sendText(`{"id":${id},"type":"result","success":true,"result":${result.text}}`);
      else this.#send({ id, type: "result", success: true, result });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#refuse(id, error.code, error.message, error.more);
    }
  }

  #refuse(id: number, code: string, message: string, more: Readonly<Record<string, unknown>> = {}): void {
    this.#send({ id, type: "result", success: false, error: { code, message, ...more } });
  }

  #send(message: unknown): void {
    this.sendText(JSON.stringify(message));
  }

  #flush(): void {
    const queue = this.#queue;
    this.#queue = [];
    if (this.#socket.readyState !== this.#socket.OPEN || this.gateway.knobs.isHalfOpen) return;
    this.#socket.send(queue.length === 1 ? (queue[0] ?? "") : `[${queue.join(",")}]`);
  }

  #after(milliseconds: number, callback: () => void): void {
    if (milliseconds === 0) callback();
    else setTimeout(callback, milliseconds).unref();
  }

  #forget(): void {
    clearTimeout(this.#login);
    for (const end of this.#subscriptions.values()) end();
    this.#subscriptions.clear();
    this.gateway.forget(this);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function listOf(value: unknown): string[] {
  if (typeof value === "string") return value.split(",").map((id) => id.trim());
  return Array.isArray(value) ? value.filter((id) => typeof id === "string") : [];
}
