import { createHash } from "node:crypto";
import { createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import ssh2, { type Connection, type ServerChannel } from "ssh2";
import { Console } from "./console.ts";
import { HOST_KEYS } from "./host-keys.ts";
import { defaultKnobs, type Knobs } from "./knobs.ts";
import { OpenPort } from "./open-port.ts";
import { type ProcessorPlan, testProcessor } from "./processor.ts";

export interface StartFakeProcessor {
  /** Default: a 4-Series processor with one program and two panels, as `testProcessor()` makes it. */
  readonly processor?: ProcessorPlan;
  readonly port?: number;
  readonly username?: string;
  readonly password?: string;
  readonly knobs?: Partial<Knobs>;
  /** What runs on it and starts anew with it, such as its Crestron Home. */
  readonly alongside?: { restart(): Promise<void> };
}

const OLD = {
  kex: ["diffie-hellman-group1-sha1"],
  cipher: ["aes128-cbc"],
  serverHostKey: ["ssh-ed25519"],
  hmac: ["hmac-sha1"],
} as const;

/** A Crestron processor that is not one: a real SSH server with its console, which breaks on demand. */
export class FakeProcessor {
  readonly knobs: Knobs;
  readonly console: Console;
  readonly plan: ProcessorPlan;
  readonly username: string;
  readonly password: string;
  logins = 0;
  refusals = 0;
  /** Passwords that were offered, right or wrong. */
  offered = 0;
  reboots = 0;
  /** Which of the two host keys it shows from the next start on. */
  hostKey: 0 | 1 = 0;
  readonly #alongside: StartFakeProcessor["alongside"];
  readonly #port: OpenPort;
  #isClosed = false;
  #reboot: Promise<void> | undefined;

  private constructor(options: StartFakeProcessor) {
    this.knobs = { ...defaultKnobs(), ...options.knobs };
    this.plan = structuredClone(options.processor ?? testProcessor());
    this.username = options.username ?? "caretaker";
    this.password = options.password ?? "a-processor's-password";
    this.#alongside = options.alongside;
    this.#port = new OpenPort(options.port ?? 0);
    this.console = new Console(this.plan, this.knobs, () => void this.reboot());
  }

  static async start(options: StartFakeProcessor = {}): Promise<FakeProcessor> {
    const fake = new FakeProcessor(options);
    await fake.#listen();
    return fake;
  }

  get port(): number {
    return this.#port.number;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** As OpenSSH prints it. */
  get fingerprint(): string {
    const key = ssh2.utils.parseKey(HOST_KEYS[this.hostKey]);
    if (key instanceof Error) throw key;
    const digest = createHash("sha256").update(key.getPublicSSH()).digest("base64");
    return `SHA256:${digest.replace(/=+$/, "")}`;
  }

  /** What a technician would type, with the host key that it shows now confirmed. */
  get config(): { address: string; username: string; password: string; pinnedHostKey: string } {
    const { address, username, password, fingerprint } = this;
    return { address, username, password, pinnedHostKey: fingerprint };
  }

  /** Whether a program reaches a device, in the console's own words. */
  setStatus(slot: number, ipId: string, status: string): void {
    const entry = this.plan.programs[slot]?.table[ipId];
    if (entry === undefined) throw new Error(`There is no IP id ${ipId} in the table of program ${slot}`);
    entry.status = status;
  }

  dropClients(): void {
    this.#port.cutLines();
  }

  /** It restarts itself. Resolves when it listens again. */
  reboot(): Promise<void> {
    this.#reboot ??= this.#rebootNow().finally(() => {
      this.#reboot = undefined;
    });
    return this.#reboot;
  }

  async goAway(): Promise<void> {
    await this.#port.shut();
  }

  async comeBack(): Promise<void> {
    await this.#listen();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#port.shut();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #rebootNow(): Promise<void> {
    this.reboots += 1;
    await wait(20);
    void this.#alongside?.restart();
    await this.#port.shut();
    await wait(this.knobs.rebootDownMilliseconds);
    if (this.#isClosed) return;
    this.console.restarted();
    await this.#listen();
  }

  async #listen(): Promise<void> {
    const ssh = new ssh2.Server(
      {
        hostKeys: [HOST_KEYS[this.hostKey]],
        ident: "CrestronSSH",
        ...(this.knobs.isOldFirmware ? { algorithms: structuredClone(OLD) as never } : {}),
      },
      (connection) => this.#greet(connection),
    );
    await this.#port.listen(createServer({ noDelay: true }, (socket) => ssh.injectSocket(socket)));
  }

  #greet(connection: Connection): void {
    connection.on("error", () => {});
    connection.on("authentication", (context) => {
      if (context.method !== "password") return context.reject(["password"]);
      this.offered += 1;
      const { locksOutAfter } = this.knobs;
      const isLockedOut = locksOutAfter > 0 && this.refusals >= locksOutAfter;
      if (!isLockedOut && context.username === this.username && context.password === this.password) {
        this.logins += 1;
        return context.accept();
      }
      this.refusals += 1;
      return context.reject(["password"]);
    });
    connection.on("session", (accept) => {
      const session = accept();
      session.on("pty", (acceptPty) => acceptPty?.());
      session.on("exec", (acceptExec, _reject, { command }) => void this.#exec(acceptExec(), command));
      session.on("shell", (acceptShell) => this.#shell(acceptShell()));
    });
  }

  /** One command in a channel of its own. */
  async #exec(channel: ServerChannel, command: string): Promise<void> {
    channel.on("error", () => {});
    await wait(this.knobs.latencyMilliseconds);
    const said = this.console.type(command);
    if (said === undefined) return;
    this.#say(channel, said);
    if (!this.knobs.hasNoExitStatus) channel.exit(0);
    channel.end();
  }

  #say(channel: ServerChannel, said: string): void {
    const running = "2026-11-27 16:44:52.149 [ 1] [INFO] Something that has nothing to do with it\r\n";
    const text = this.knobs.interleavesLog ? said.replaceAll("\r\n", `\r\n${running}`) : said;
    const half = this.knobs.splitsStreams ? text.indexOf("\r\n", text.length / 2) + 2 : 0;
    if (half > 1) channel.stderr.write(text.slice(half));
    channel.write(half > 1 ? text.slice(0, half) : text);
  }

  #shell(channel: ServerChannel): void {
    channel.on("error", () => {});
    let typed = "";
    channel.write(`\r\n${this.console.prompt}`);
    channel.on("data", (data: Buffer) => {
      typed += data.toString("utf8");
      for (let at = typed.search(/[\r\n]/); at !== -1; at = typed.search(/[\r\n]/)) {
        const line = typed.slice(0, at).trim();
        typed = typed.slice(at + 1);
        if (/^bye$/i.test(line)) {
          channel.end();
          return;
        }
        if (line === "") continue;
        const said = this.console.type(line);
        if (said !== undefined) channel.write(`${line}\r\n${said}\r\n${this.console.prompt}`);
      }
    });
  }
}

/** Starts one on a port of this machine. `close()` ends it. */
export function startFakeProcessor(options: StartFakeProcessor = {}): Promise<FakeProcessor> {
  return FakeProcessor.start(options);
}
