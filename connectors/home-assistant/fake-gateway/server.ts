import { createServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { WebSocketServer } from "ws";
import { Connection } from "./connection.ts";
import type { BridgeExtra, BridgeMode, Home } from "./home.ts";
import { House, isAtLeast } from "./house.ts";
import { defaultKnobs, type GarbageKind, type Knobs } from "./knobs.ts";
import { liveIn } from "./life.ts";
import type { FakePhone } from "./phones.ts";
import { handleHttp } from "./rest.ts";
import { selfSigned } from "./self-signed.ts";
import { testHome } from "./test-home.ts";
import { Users } from "./users.ts";
import { Wire } from "./wire.ts";

export interface StartFakeHomeAssistant {
  /** Default: a home with two bridges, as `testHome()` makes it. */
  readonly home?: Home;
  /** Default `2026.11.0`. An old one, such as `2024.3.3`, lacks what that version lacked. */
  readonly version?: string;
  /** Default: a free one of this machine's loopback. */
  readonly port?: number;
  /** With a certificate that nobody has signed. */
  readonly tls?: boolean;
  /** Default: a random one. */
  readonly token?: string;
  /** Whether the user of `token` is an administrator. Default true. */
  readonly isAdmin?: boolean;
  /** Things happen in it by themselves, as for a demo. Default: only what a test does. */
  readonly isLivedIn?: boolean;
  readonly knobs?: Partial<Knobs>;
}

/** Something that was done to the home from outside. */
export interface ActSeen {
  readonly domain: string;
  readonly service: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly user: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface Counters {
  /** WebSockets that were opened. */
  sockets: number;
  logins: number;
  loginsRefused: number;
  framesSent: number;
  restarts: number;
  /** How often each command came. */
  commands: Record<string, number>;
}

/** What a connection sees of the server it belongs to. */
export interface Gateway {
  readonly version: string;
  readonly house: House;
  readonly wire: Wire;
  readonly users: Users;
  readonly knobs: Knobs;
  readonly counters: Counters;
  note(act: Omit<ActSeen, "at">): void;
  restart(): Promise<void>;
  forget(connection: Connection): void;
  countRefusedLogin(address: string): void;
}

/** A Home Assistant that is not one: it listens on a port, speaks the same words, and breaks on demand. */
export class FakeHomeAssistant implements Gateway {
  readonly version: string;
  readonly token: string;
  readonly house: House;
  readonly wire: Wire;
  readonly users = new Users();
  readonly knobs: Knobs;
  readonly counters: Counters = { sockets: 0, logins: 0, loginsRefused: 0, framesSent: 0, restarts: 0, commands: {} };
  /** Every service call and reload that arrived, in order: what a test counts double sends with. */
  readonly acts: ActSeen[] = [];
  readonly #hasTls: boolean;
  readonly #connections = new Set<Connection>();
  readonly #sockets = new Set<Socket>();
  readonly #upgrader = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  readonly #refusals = new Map<string, number>();
  #endLife = (): void => {};
  #server: Server | undefined;
  #port = 0;
  #restart: Promise<void> | undefined;

  private constructor(options: StartFakeHomeAssistant) {
    this.version = options.version ?? "2026.11.0";
    this.#hasTls = options.tls ?? false;
    this.knobs = { ...defaultKnobs(), ...options.knobs };
    this.wire = new Wire(this.version);
    this.house = new House(options.home ?? testHome(), {
      version: this.version,
      stepMilliseconds: () => this.knobs.reloadStepMilliseconds,
      retryMilliseconds: () => this.knobs.retryMilliseconds,
    });
    this.token = this.users.add("Caretaker", {
      isAdmin: options.isAdmin ?? true,
      ...(options.token ? { token: options.token } : {}),
    }).token;
  }

  static async start(options: StartFakeHomeAssistant = {}): Promise<FakeHomeAssistant> {
    const fake = new FakeHomeAssistant(options);
    if (options.isLivedIn) fake.#endLife = liveIn(fake.house);
    fake.#port = options.port ?? 0;
    await fake.#listen();
    return fake;
  }

  get url(): string {
    return `${this.#hasTls ? "https" : "http"}://127.0.0.1:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  /** Clients that are logged in now. */
  get clients(): number {
    return [...this.#connections].filter((connection) => connection.isLoggedIn).length;
  }

  /** What an entity shows now, such as `on` or `unavailable`. */
  state(id: string): string | undefined {
    return this.house.states.get(id)?.state;
  }

  setState(id: string, state: string, attributes?: Readonly<Record<string, unknown>>): void {
    this.house.change(id, state, attributes);
  }

  removeEntity(id: string): void {
    this.house.states.remove(id);
  }

  setBridge(name: string, mode: BridgeMode, extra?: BridgeExtra): void {
    this.house.setBridge(name, mode, extra);
  }

  /** The state of the integration with this title, such as `loaded` or `setup_retry`. */
  entryState(title: string): string {
    return this.house.entries.titled(title).state;
  }

  /** The text of a change that can be emitted often and cheaply. */
  prepareChange(id: string, state: string, attributes?: Readonly<Record<string, unknown>>): string {
    const now = Date.now() / 1000;
    return JSON.stringify({
      c: { [id]: { "+": { s: state, ...(attributes ? { a: attributes } : {}), lc: now, c: "01BENCH" } } },
    });
  }

  /** Sends a prepared change to everybody who subscribed; the house itself does not keep it. */
  emitPrepared(body: string): void {
    this.house.states.changes.say(body);
  }

  /** A phone of this person's with the companion app, and the person as a user. */
  addPhone(name: string, userName: string): FakePhone {
    return this.house.household.addPhone(name, userName);
  }

  /** The notes in the sidebar, by their ids. */
  get notices(): ReadonlyMap<string, { readonly title: string; readonly message: string }> {
    return this.house.household.notices;
  }

  createUser(name: string, options: { isAdmin: boolean }): { token: string } {
    return { token: this.users.add(name, options).token };
  }

  /** The homeowner takes a token back: its sockets close without a word, and it is refused from now on. */
  revokeToken(token: string = this.token): void {
    this.users.revoke(token);
    for (const connection of this.#connections) if (connection.token.value === token) this.#endOf(connection);
  }

  /** Nothing gets through any more, in either direction, and nobody is told. */
  cutLine(): void {
    this.knobs.isHalfOpen = true;
    for (const connection of this.#connections) connection.freeze();
  }

  mendLine(): void {
    this.knobs.isHalfOpen = false;
    for (const connection of this.#connections) connection.thaw();
  }

  /** Drops every connection, as a proxy or a router does. */
  dropClients(): void {
    for (const connection of this.#connections) connection.terminate();
  }

  sendGarbage(kind: GarbageKind): void {
    for (const connection of this.#connections) connection.sendGarbage(kind);
  }

  /** Home Assistant restarts itself. Resolves when it runs again. */
  restart(): Promise<void> {
    this.#restart ??= this.#restartNow().finally(() => {
      this.#restart = undefined;
    });
    return this.#restart;
  }

  /** The power goes: connections break, the port refuses. `comeBack` starts it again. */
  async goAway(): Promise<void> {
    this.house.stop();
    await this.#stopListening("terminate");
  }

  async comeBack(): Promise<void> {
    this.house.beginStart();
    await this.#listen();
    await this.house.finishStart(this.knobs.restartStartingMilliseconds);
  }

  async close(): Promise<void> {
    this.#endLife();
    this.house.stop();
    await this.#stopListening("terminate");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  note(act: Omit<ActSeen, "at">): void {
    this.acts.push({ ...act, at: Date.now() });
  }

  /** How often a service was called, with data that contains `data`. */
  countActs(domain: string, service: string, data: Readonly<Record<string, unknown>> = {}): number {
    return this.acts.filter(
      (act) =>
        act.domain === domain &&
        act.service === service &&
        Object.entries(data).every(([field, value]) => JSON.stringify(act.data[field]) === JSON.stringify(value)),
    ).length;
  }

  forget(connection: Connection): void {
    this.#connections.delete(connection);
  }

  countRefusedLogin(address: string): void {
    const refusals = (this.#refusals.get(address) ?? 0) + 1;
    this.#refusals.set(address, refusals);
    if (this.knobs.bansAfter > 0 && refusals >= this.knobs.bansAfter) this.knobs.isBanned = true;
  }

  async #restartNow(): Promise<void> {
    this.counters.restarts += 1;
    this.house.stop();
    // Whoever asked for it gets the answer, if at all, before the line closes.
    await wait(5);
    await this.#stopListening(isAtLeast(this.version, 2025, 1) ? "close" : "terminate");
    await wait(this.knobs.restartDownMilliseconds);
    await this.comeBack();
  }

  /** Newer ones say goodbye, older ones just hang up. */
  #endOf(connection: Connection): void {
    if (isAtLeast(this.version, 2025, 1)) connection.close();
    else connection.terminate();
  }

  async #listen(): Promise<void> {
    const server = this.#hasTls ? createTlsServer(selfSigned) : createServer();
    this.#server = server;
    server.on("request", (request, response) => handleHttp(this, request, response));
    server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) =>
      this.#upgrade(request, socket, head),
    );
    server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.#port, "127.0.0.1", resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    socket.on("error", () => {});
    if (this.knobs.isHalfOpen) return;
    const refusal = this.#refusal(request.url ?? "");
    if (refusal !== undefined) {
      socket.end(`HTTP/1.1 ${refusal}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    this.#upgrader.handleUpgrade(request, socket, head, (webSocket) => {
      this.counters.sockets += 1;
      this.#connections.add(new Connection(this, webSocket, socket, socket.remoteAddress ?? ""));
    });
  }

  #refusal(url: string): string | undefined {
    const { knobs } = this;
    if (knobs.redirectTo !== undefined) return `307 Temporary Redirect\r\nlocation: ${knobs.redirectTo}`;
    if (knobs.isSomethingElse) return "200 OK";
    if (knobs.isBehindUntrustedProxy) return "400 Bad Request";
    if (knobs.isBanned) return "403 Forbidden";
    return url.split("?")[0] === "/api/websocket" ? undefined : "404 Not Found";
  }

  async #stopListening(how: "close" | "terminate"): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const connection of this.#connections) connection[how]();
    if (how === "close") await wait(20);
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

/** Starts one on a port of this machine. `close()` ends it. */
export function startFakeHomeAssistant(options: StartFakeHomeAssistant = {}): Promise<FakeHomeAssistant> {
  return FakeHomeAssistant.start(options);
}
