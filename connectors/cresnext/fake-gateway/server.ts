import { X509Certificate } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { type WebSocket, WebSocketServer } from "ws";
import { CERTIFICATES } from "./certificates.ts";
import { Doors } from "./doors.ts";
import { defaultKnobs, type Knobs } from "./knobs.ts";
import { type Objects, objectsOf, type PanelPlan, testPanel, withOldNames } from "./panel.ts";

export interface StartFakePanel {
  /** Default: a touch panel in the hall, as `testPanel()` makes it. */
  readonly panel?: PanelPlan;
  /** Default: a free one of this machine's loopback. */
  readonly port?: number;
  readonly username?: string;
  readonly password?: string;
  readonly knobs?: Partial<Knobs>;
}

/** A touch panel or DM NVX that is not one: it listens on a port, speaks the same words, and breaks on demand. */
export class FakePanel {
  readonly knobs: Knobs;
  readonly doors: Doors;
  readonly plan: PanelPlan;
  /** Every change that arrived, in order: what a test counts double sends with. */
  readonly acts: { readonly path: string; readonly body: unknown }[] = [];
  /** Every path that was asked for over HTTP. */
  readonly asked: string[] = [];
  restarts = 0;
  /** Which of the two certificates it shows from the next start on. */
  certificate: 0 | 1 = 0;
  readonly #sockets = new Set<Socket>();
  readonly #clients = new Map<WebSocket, Set<string>>();
  readonly #upgrader = new WebSocketServer({ noServer: true, perMessageDeflate: true });
  #objects: Objects;
  #server: Server | undefined;
  #port: number;
  #restart: Promise<void> | undefined;
  #isClosed = false;

  private constructor(options: StartFakePanel) {
    this.knobs = { ...defaultKnobs(), ...options.knobs };
    this.plan = options.panel ?? testPanel();
    this.#objects = objectsOf(this.plan);
    this.doors = new Doors(this.knobs, options.username ?? "caretaker", options.password ?? "a-panel's-password");
    this.#port = options.port ?? 0;
  }

  static async start(options: StartFakePanel = {}): Promise<FakePanel> {
    const fake = new FakePanel(options);
    await fake.#listen();
    return fake;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `https://127.0.0.1:${this.#port}`;
  }

  /** What a technician would type, with the certificate that it shows now confirmed. */
  get config(): { url: string; username: string; password: string; pinnedCertificate: string } {
    const { username, password } = this.doors;
    return { url: this.url, username, password, pinnedCertificate: this.fingerprint };
  }

  get fingerprint(): string {
    return new X509Certificate(CERTIFICATES[this.certificate].cert).fingerprint256;
  }

  /** Clients on the WebSocket now. */
  get clients(): number {
    return this.#clients.size;
  }

  /** Whether the panel reaches a control system, in its own words. */
  setLink(ipId: string, status: string): void {
    const entries = (this.#objects.IpTableV2?.Entries ?? {}) as Record<string, Record<string, unknown>>;
    const entry = entries[ipId];
    if (entry === undefined) throw new Error(`There is no IP id ${ipId} in the table`);
    entry.Status = status;
    this.#push("IpTableV2", { Entries: { [ipId]: { Status: status } } });
  }

  set(object: string, change: Record<string, unknown>): void {
    this.#objects[object] = { ...this.#objects[object], ...change };
    this.#push(object, change);
  }

  /** The panel no longer has such a thing. */
  remove(object: string): void {
    delete this.#objects[object];
  }

  /** Sends something as it is to everybody on the WebSocket. */
  sendRaw(frame: string | Buffer): void {
    for (const client of this.#clients.keys()) client.send(frame);
  }

  /** Drops every WebSocket, as a panel does without a word. */
  dropClients(): void {
    for (const client of this.#clients.keys()) client.close();
  }

  cutLine(): void {
    this.knobs.isHalfOpen = true;
    for (const client of this.#clients.keys()) client.pause();
  }

  /** It restarts itself. Resolves when it runs again. */
  restart(): Promise<void> {
    this.#restart ??= this.#restartNow().finally(() => {
      this.#restart = undefined;
    });
    return this.#restart;
  }

  /** The power goes: connections break, the port refuses. `comeBack` starts it again. */
  async goAway(): Promise<void> {
    await this.#stopListening();
  }

  async comeBack(): Promise<void> {
    this.doors.forgetSessions();
    await this.#listen();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#stopListening();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #restartNow(): Promise<void> {
    this.restarts += 1;
    await wait(this.knobs.cutsRestartAnswer ? 0 : 20);
    await this.#stopListening();
    await wait(this.knobs.restartDownMilliseconds);
    if (this.#isClosed) return;
    this.#objects.DeviceInfo = { ...this.#objects.DeviceInfo, RebootReason: "reboot command" };
    const entries = (this.#objects.IpTableV2?.Entries ?? {}) as Record<string, Record<string, unknown>>;
    if (this.knobs.restartHeals) for (const entry of Object.values(entries)) entry.Status = "ONLINE";
    this.knobs.bootStatus = 503;
    await this.comeBack();
    await wait(this.knobs.restartBootMilliseconds);
    this.knobs.bootStatus = undefined;
  }

  async #listen(): Promise<void> {
    const server = createServer(CERTIFICATES[this.certificate]);
    this.#server = server;
    server.on("request", (request, response) => void this.#answer(request, response));
    server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
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

  async #stopListening(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const client of this.#clients.keys()) client.terminate();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  // ---- HTTP ----

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request).catch(() => "");
    await wait(this.knobs.latencyMilliseconds);
    if (this.knobs.isHalfOpen) return;
    const path = (request.url ?? "/").split("?")[0] ?? "/";
    this.asked.push(path);
    const reply = this.#reply(request, path, body);
    if (reply === "cut") {
      request.socket.destroy();
      return;
    }
    response.writeHead(reply.status, { "content-length": Buffer.byteLength(reply.body), ...reply.headers });
    response.end(reply.body);
  }

  #reply(request: IncomingMessage, path: string, body: string): Reply | "cut" {
    if (this.knobs.bootStatus !== undefined) return plain(this.knobs.bootStatus, "Starting");
    if (this.knobs.isSomethingElse) return path === "/" ? page("<html>A printer</html>") : plain(404, "Not found");
    if (this.knobs.isFactoryNew) return replyOfNew(path);
    if (path === "/" || path === "/userlogin.html") return this.#replyAtLogin(request, body);
    if (path === "/logout") {
      this.doors.logOut(request);
      return plain(200, "");
    }
    if (!path.startsWith("/Device")) return plain(404, "Not found");
    if (!this.doors.isKnown(request)) return this.#turnAway();
    if (request.method === "POST") return this.#change(request, path, body);
    const found = this.#find(path);
    return found === undefined ? plain(404, "Not found") : json(200, found);
  }

  #replyAtLogin(request: IncomingMessage, body: string): Reply {
    if (request.method !== "POST") return page(LOGIN_PAGE, { "set-cookie": this.doors.track() });
    const accepted = this.doors.logIn(request, body);
    if (accepted === undefined) return { ...page(LOGIN_PAGE), status: this.knobs.refusedStatus };
    const token = this.knobs.hasNoToken ? {} : { "CREST-XSRF-TOKEN": accepted.token };
    return { ...plain(200, ""), headers: { "set-cookie": accepted.cookies, ...token } };
  }

  #turnAway(): Reply {
    const how = this.knobs.whenNotLoggedIn;
    if (how === "redirect") return { ...plain(302, ""), headers: { location: "/userlogin.html" } };
    return how === "unauthorized" ? plain(401, "Unauthorized") : page(LOGIN_PAGE);
  }

  #change(request: IncomingMessage, path: string, body: string): Reply | "cut" {
    if (!this.doors.mayChange(request)) return plain(403, "Forbidden");
    const { changeStatus, changeStatusId: StatusId, cutsRestartAnswer } = this.knobs;
    const change = parse(body);
    if (path !== "/Device/DeviceOperations" || !isReboot(change)) return plain(400, "Unsupported");
    const result = { Path: "Device.DeviceOperations", Property: "Reboot", StatusId, StatusInfo: statusInfo(StatusId) };
    const reply = json(changeStatus, { Actions: [{ Results: [result] }] });
    if (changeStatus >= 300 || StatusId < 0) return reply;
    this.acts.push({ path, body: change });
    void this.restart();
    return cutsRestartAnswer ? "cut" : reply;
  }

  /** What stands at a path, in the shell that it comes in. */
  #find(path: string): unknown {
    const names = path.split("/").filter((name) => name !== "");
    let found: unknown = { Device: this.#shown() };
    for (const name of names) {
      if (typeof found !== "object" || found === null || !Object.hasOwn(found, name)) return undefined;
      found = (found as Record<string, unknown>)[name];
    }
    return names.reduceRight<unknown>((inner, name) => ({ [name]: inner }), found);
  }

  #shown(): Objects {
    const objects = structuredClone(this.#objects);
    const entries = Object.values((objects.IpTableV2?.Entries ?? {}) as Record<string, Record<string, unknown>>);
    if (this.knobs.saysNoStatus) for (const entry of entries) delete entry.Status;
    return this.knobs.hasOldNames ? withOldNames(objects) : objects;
  }

  // ---- WebSocket ----

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => {});
    if (this.knobs.isHalfOpen) return;
    const refusal =
      this.knobs.bootStatus ?? this.knobs.socketStatus ?? (this.doors.maySubscribe(request) ? undefined : 403);
    if (refusal !== undefined || request.url !== "/websockify") {
      socket.end(`HTTP/1.1 ${refusal ?? 404} No\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    this.#upgrader.handleUpgrade(request, socket, head, (client) => {
      this.#clients.set(client, new Set());
      client.on("error", () => {});
      client.on("close", () => this.#clients.delete(client));
      client.on("message", (data) => this.#hear(client, data.toString()));
    });
  }

  /** A bare path reads and subscribes; an object writes. */
  #hear(client: WebSocket, text: string): void {
    if (!text.startsWith("/")) {
      this.acts.push({ path: "/websockify", body: parse(text) });
      return;
    }
    const found = this.#find(text);
    if (found === undefined) return;
    const [, object] = text.split("/").filter((name) => name !== "");
    if (object !== undefined) this.#clients.get(client)?.add(object);
    this.#say(client, JSON.stringify(found));
  }

  #push(object: string, change: Record<string, unknown>): void {
    const name = this.knobs.hasOldNames
      ? ({ IpTableV2: "IpTable", NetworkAdapters: "Ethernet" }[object] ?? object)
      : object;
    // A list has no names for its parts, so all of it is said.
    const said = name === "IpTable" ? this.#shown().IpTable : change;
    for (const [client, subscribed] of this.#clients)
      if (subscribed.has(name)) this.#say(client, JSON.stringify({ Device: { [name]: said } }));
  }

  #say(client: WebSocket, text: string): void {
    const { frameCharacters, joinsMessages } = this.knobs;
    const whole = joinsMessages ? `${text}\r\n${text}` : text;
    const size = frameCharacters ?? whole.length;
    for (let at = 0; at < whole.length; at += size) client.send(whole.slice(at, at + size));
  }
}

interface Reply {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
}

const LOGIN_PAGE = "<html><title>Crestron</title><form action='/userlogin.html'></form></html>";

function plain(status: number, body: string): Reply {
  return { status, body, headers: {} };
}

function page(body: string, headers: Reply["headers"] = {}): Reply {
  return { status: 200, body, headers: { "content-type": "text/html", ...headers } };
}

function json(status: number, body: unknown): Reply {
  return { status, body: JSON.stringify(body), headers: { "content-type": "application/json" } };
}

function replyOfNew(path: string): Reply {
  if (path === "/createUser.html") return page("<html>Create a user</html>");
  return { ...plain(302, ""), headers: { location: "/createUser.html" } };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isReboot(change: unknown): boolean {
  return JSON.stringify(change) === '{"Device":{"DeviceOperations":{"Reboot":true}}}';
}

function statusInfo(id: number): string {
  return id === 0 ? "OK" : id === 1 ? "OK, restart required" : "Unsupported property";
}

/** Starts one on a port of this machine. `close()` ends it. */
export function startFakePanel(options: StartFakePanel = {}): Promise<FakePanel> {
  return FakePanel.start(options);
}
