import { randomBytes, X509Certificate } from "node:crypto";
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { setTimeout as wait } from "node:timers/promises";
import { OpenPort } from "../open-port.ts";
import { CERTIFICATES } from "./certificates.ts";
import { type Answer, answerCommand } from "./commands.ts";
import { asInReference, COLLECTIONS, devicesOf, type House, type HouseRow, testHouse } from "./house.ts";
import { defaultHomeKnobs, type HomeKnobs } from "./knobs.ts";

export interface StartFakeHome {
  /** Default: `testHouse()`. */
  readonly house?: House;
  readonly port?: number;
  readonly token?: string;
  /** Older processors speak plain HTTP. */
  readonly isPlain?: boolean;
  readonly knobs?: Partial<HomeKnobs>;
}

export const VERSION = "2.000.0004";

/** A Crestron Home's REST interface that is not one: it keeps a house, and breaks on demand. */
export class FakeHome {
  readonly knobs: HomeKnobs;
  readonly house: House;
  readonly token: string;
  readonly isPlain: boolean;
  logins = 0;
  refusals = 0;
  /** Everything that was asked, as `GET /lights`. */
  readonly asked: string[] = [];
  /** Commands that changed something, by their paths. */
  readonly acts: string[] = [];
  /** Which of its certificates it shows from the next start on: another one after each restart. */
  certificate: 0 | 1 = 0;
  readonly #keys = new Map<string, number>();
  readonly #port: OpenPort;
  #isClosed = false;

  private constructor(options: StartFakeHome) {
    this.knobs = { ...defaultHomeKnobs(), ...options.knobs };
    this.house = structuredClone(options.house ?? testHouse());
    this.token = options.token ?? "a-token-of-crestron-home";
    this.isPlain = options.isPlain ?? false;
    this.#port = new OpenPort(options.port ?? 0);
  }

  static async start(options: StartFakeHome = {}): Promise<FakeHome> {
    const fake = new FakeHome(options);
    await fake.#listen();
    return fake;
  }

  get port(): number {
    return this.#port.number;
  }

  get address(): string {
    return `${this.isPlain ? "http" : "https"}://127.0.0.1:${this.port}`;
  }

  get fingerprint(): string {
    return new X509Certificate(CERTIFICATES[this.certificate].cert).fingerprint256;
  }

  /** What a technician would type, with the certificate that it shows now confirmed. */
  get config(): { homeAddress: string; homeToken: string; pinnedCertificate?: string } {
    const pin = this.isPlain ? {} : { pinnedCertificate: this.fingerprint };
    return { homeAddress: this.address, homeToken: this.token, ...pin };
  }

  get sessions(): number {
    return this.#keys.size;
  }

  /** Connections that were opened so far. */
  get connections(): number {
    return this.#port.opened;
  }

  /** Lines that are open now. */
  get clients(): number {
    return this.#port.lines;
  }

  row(name: string): HouseRow {
    const found = COLLECTIONS.flatMap((one) => this.house[one]).find((one) => one.name === name && one.id !== 1001);
    if (found === undefined) throw new Error(`There is no ${name} in this house`);
    return found;
  }

  forgetKeys(): void {
    this.#keys.clear();
  }

  dropClients(): void {
    this.#port.cutLines();
  }

  /** It shows another certificate afterwards, and answers 503 for a while before it answers. */
  async restart(): Promise<void> {
    await this.goAway();
    this.forgetKeys();
    this.certificate = this.certificate === 0 ? 1 : 0;
    await wait(this.knobs.restartMilliseconds);
    if (this.#isClosed) return;
    if (this.knobs.bootMilliseconds > 0) {
      this.knobs.bootStatus = 503;
      setTimeout(() => {
        this.knobs.bootStatus = 0;
      }, this.knobs.bootMilliseconds).unref();
    }
    await this.#listen();
  }

  goAway(): Promise<void> {
    return this.#port.shut();
  }

  comeBack(): Promise<void> {
    return this.#listen();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.goAway();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #listen(): Promise<void> {
    const handle = (request: IncomingMessage, response: ServerResponse): void => void this.#handle(request, response);
    const server = this.isPlain
      ? createHttpServer(handle)
      : createHttpsServer({ ...CERTIFICATES[this.certificate] }, handle);
    // How long a real one keeps a line that nobody uses is in no source; this is longer than from one look to the next.
    server.keepAliveTimeout = 60_000;
    await this.#port.listen(server);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on("error", () => {});
    request.resume();
    let body = "";
    for await (const chunk of request) body = (body + String(chunk)).slice(0, 100_000);
    const path = new URL(request.url ?? "/", "http://home").pathname.toLowerCase().replace(/^\/cws\/api/, "");
    this.asked.push(`${request.method} ${path}`);
    if (this.knobs.latencyMilliseconds > 0) await wait(this.knobs.latencyMilliseconds);
    if (this.knobs.silent.has(path)) return;
    const { status, body: said } = this.#answer(request, path, body);
    const text = typeof said === "string" || Buffer.isBuffer(said) ? said : JSON.stringify(said);
    response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
    response.end(text);
  }

  #answer(request: IncomingMessage, path: string, body: string): Answer {
    const { knobs } = this;
    if (knobs.bootStatus !== 0) return { status: knobs.bootStatus, body: "" };
    const fixed = knobs.answers.get(path);
    if (fixed !== undefined) return fixed;
    if (path === "/login") return this.#logIn(request);
    const key = String(request.headers["crestron-restapi-authkey"] ?? "");
    if (!this.#isGood(key)) return failed(knobs.expiredStatus, 5001, "Session has expired.");
    if (path === "/logout") {
      this.#keys.delete(key);
      return ok({ status: true });
    }
    if (request.method === "POST") return answerCommand(this, path, body);
    return this.#collection(path) ?? ok({ description: "Crestron Pyng REST API" });
  }

  #logIn(request: IncomingMessage): Answer {
    if (request.headers["crestron-restapi-authtoken"] !== this.token) {
      this.refusals += 1;
      return failed(this.knobs.expiredStatus, 5002, "Authentication failed.");
    }
    this.logins += 1;
    const key = randomBytes(12).toString("hex");
    if (!this.knobs.forgetsKeys) this.#keys.set(key, Date.now());
    return ok({ [this.knobs.keySpelling]: key });
  }

  #isGood(key: string): boolean {
    const usedAt = this.#keys.get(key);
    if (usedAt === undefined) return false;
    if (Date.now() - usedAt > this.knobs.keyMilliseconds) {
      this.#keys.delete(key);
      return false;
    }
    this.#keys.set(key, Date.now());
    return true;
  }

  /** A collection, or one of its rows, which comes as a list of one. */
  #collection(path: string): Answer | undefined {
    const [, name = "", id] = path.split("/");
    if (this.knobs.lacks.has(`/${name}`)) return undefined;
    const known = name === "devices" ? name : COLLECTIONS.find((one) => one.toLowerCase() === name);
    if (known === undefined) return undefined;
    const all = known === "devices" ? devicesOf(this.house) : this.house[known];
    const rows = known === "thermostats" && this.knobs.hasReferenceThermostats ? all.map(asInReference) : all;
    if (id === undefined) return ok({ [known]: rows });
    const found = rows.filter((one) => one.id === Number(id));
    const message = `${known} with Id ${id} has not found in the system.`;
    return ok(found.length > 0 ? { [known]: found } : { status: "failure", errorMessage: message });
  }
}

export function ok(body: Record<string, unknown>): Answer {
  return { status: 200, body: { ...body, version: VERSION } };
}

function failed(status: number, errorSource: number, errorMessage: string): Answer {
  return { status, body: { errorSource, errorMessage, version: VERSION } };
}

/** Starts one on a port of this machine. `close()` ends it. */
export function startFakeHome(options: StartFakeHome = {}): Promise<FakeHome> {
  return FakeHome.start(options);
}
