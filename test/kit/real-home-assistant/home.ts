import { randomBytes } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { HomeApi } from "./api.ts";
import { findFreePort, setPort } from "./folder.ts";
import { HomeProcess, until } from "./process.ts";
import { HomeSocket, type Message } from "./socket.ts";
import { type Accounts, addUser, findTemplate, OWNER, readAccounts, signIn } from "./template.ts";
import { isAlive } from "./turn.ts";
import { Installation, type Version } from "./versions.ts";

const START_SECONDS = 90;

/** What a bridge of the test home may suffer from; `caretaker_test/__init__.py` says what each means and what mends it. */
export type BridgeMode = "ok" | "wedged" | "relapsing" | "dead" | "not_ready" | "auth" | "broken" | "bad_update";

/** The bridges of every test home. Each is fed by the switch `switch.<name>_plug`, such as `switch.hall_bridge_plug`. */
export type BridgeName = "Hall bridge" | "Garden bridge";

export interface BridgeExtra {
  /** Percent, of the motion sensor's battery. */
  readonly battery?: number;
  /** dBm, of the motion sensor. */
  readonly signal?: number;
  /** How long it takes from power to the first answer. */
  readonly bootSeconds?: number;
  /** The firmware that its update entity offers; `1.2.0` is installed. */
  readonly latestFirmware?: string;
}

export interface StartRealHome {
  readonly version: Version;
  /** Part of the folder's name, to find it while looking into a failure. */
  readonly name?: string;
  /** Default: a free one. */
  readonly port?: number;
  /** After how many refused logins Home Assistant bans an address; default: never. */
  readonly banAfterFailures?: number;
  /** Folders of custom components that it has besides the kit's own, each named as its domain. */
  readonly components?: readonly string[];
}

/** A config entry as Home Assistant's REST interface gives it. */
export interface ConfigEntry {
  readonly entry_id: string;
  readonly domain: string;
  readonly title: string;
  readonly state: string;
  readonly reason: string | null;
}

/** A real Home Assistant of a test's own. Its methods act as the homeowner, `token` is what he gave to Caretaker. */
export class RealHome {
  readonly version: Version;
  readonly url: string;
  readonly port: number;
  /** The long-lived token of the user "Caretaker", an administrator. */
  readonly token: string;
  /** The long-lived token of the homeowner, for what only he may do. */
  readonly ownerToken: string;
  /** The configuration folder; logs are `console.log` and `home-assistant.log` in it. */
  readonly config: string;

  readonly #installation: Installation;
  readonly #owner: HomeApi;
  #process: HomeProcess | undefined;
  #socket: HomeSocket | undefined;

  private constructor(installation: Installation, config: string, port: number, accounts: Accounts) {
    this.version = installation.version;
    this.url = `http://127.0.0.1:${port}`;
    this.port = port;
    this.token = accounts.caretaker;
    this.ownerToken = accounts.owner;
    this.config = config;
    this.#installation = installation;
    this.#owner = new HomeApi(this.url, accounts.owner);
  }

  /** Copies the template and starts it. */
  static async create(wanted: StartRealHome): Promise<RealHome> {
    const installation = new Installation(wanted.version);
    const template = await findTemplate(installation);
    const homes = join(installation.space, "homes");
    mkdirSync(homes, { recursive: true });
    sweep(homes);
    const config = join(homes, `${process.pid}-${wanted.name ?? "home"}-${randomBytes(4).toString("hex")}`);
    cpSync(template, config, { recursive: true });
    for (const component of wanted.components ?? [])
      cpSync(component, join(config, "custom_components", basename(component)), { recursive: true });
    const port = wanted.port ?? (await findFreePort());
    setPort(wanted.version, config, port, wanted.banAfterFailures ?? -1);
    const home = new RealHome(installation, config, port, readAccounts(template));
    await home.start();
    return home;
  }

  /** The process of Home Assistant, leader of a group of its own; undefined while it is down. A restart changes it. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** The exact version of Core. */
  get core(): string {
    return this.#installation.release.core;
  }

  /** Starts it again after `kill` or `shutDown`: the same port, tokens and devices. Resolves when all is set up. */
  async start(): Promise<void> {
    if (this.#process && !this.#process.hasEnded) return;
    const started = new HomeProcess(this.#installation, this.config, this.port);
    this.#process = started;
    try {
      await this.running();
    } catch (error) {
      const { lastWords } = started;
      await this.stop();
      throw new Error(`${(error as Error).message}\n${lastWords}`, { cause: error });
    }
  }

  /** Resolves when Core runs and every integration has been set up or has failed to. */
  async running(): Promise<void> {
    await this.#owner.running(START_SECONDS, () => this.#process?.hasEnded ?? true);
  }

  /** The homeowner restarts Home Assistant. Resolves when it runs again. */
  async restart(): Promise<void> {
    const process = this.#need();
    const before = process.starts;
    // The answer may get lost, since the connection is closed by what was asked for.
    this.#owner.post("/api/services/homeassistant/restart", {}).catch(() => {});
    await until(() => process.starts > before, START_SECONDS, `${this.url} did not restart`);
    await this.running();
  }

  /** Freezes it: connections stay open and nothing answers, as when the network in between is lost. */
  pause(): void {
    this.#need().signal("SIGSTOP");
  }

  resume(): void {
    this.#need().signal("SIGCONT");
  }

  /** A power cut: it ends at once and writes nothing more. */
  async kill(): Promise<void> {
    await this.#need().end("SIGKILL");
  }

  /** The homeowner switches the machine off properly. */
  async shutDown(): Promise<void> {
    await this.#need().end("SIGTERM");
  }

  /** Ends it and throws its folder away. */
  async stop(): Promise<void> {
    this.#socket?.close();
    await this.#process?.end("SIGKILL");
    rmSync(this.config, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** Calls an action as the homeowner and waits for its end. */
  async callService(domain: string, service: string, data: object = {}): Promise<void> {
    await this.send({ type: "call_service", domain, service, service_data: data });
  }

  /** Sends one command as the homeowner. Rejects with a `CommandError` when it is refused. */
  async send<Result = unknown>(message: Message): Promise<Result> {
    if (!this.#socket?.isOpen) this.#socket = await this.connect(this.ownerToken);
    return this.#socket.send<Result>(message);
  }

  /** A connection of one's own, by default as Caretaker. */
  connect(token: string = this.token): Promise<HomeSocket> {
    return HomeSocket.open(this.url, token);
  }

  /** Changes how a bridge behaves, at once. */
  async setBridge(name: BridgeName, mode: BridgeMode, extra: BridgeExtra = {}): Promise<void> {
    const { bootSeconds: boot_seconds, latestFirmware: latest_firmware, ...rest } = extra;
    await this.callService("caretaker_test", "set_bridge", { name, mode, boot_seconds, latest_firmware, ...rest });
  }

  /** The config entry with this title, such as "Hall bridge". */
  async entry(title: string): Promise<ConfigEntry> {
    const entries = await this.#owner.get<ConfigEntry[]>("/api/config/config_entries/entry");
    const found = entries.find((entry) => entry.title === title);
    if (!found) throw new Error(`No config entry is called ${title}, only ${entries.map((entry) => entry.title)}`);
    return found;
  }

  /** Reloads the config entry with this title, and answers it as it is afterwards. */
  async reload(title: string): Promise<ConfigEntry> {
    const { entry_id } = await this.entry(title);
    await this.#owner.post(`/api/config/config_entries/entry/${entry_id}/reload`, {});
    return this.entry(title);
  }

  /** The state of an entity, such as `on` or `unavailable`. */
  async state(entityId: string): Promise<string> {
    const { state } = await this.#owner.get<{ state: string }>(`/api/states/${entityId}`);
    return state;
  }

  /** Makes a user with a long-lived token of its own. A non-admin may control the home, and see little of its health. */
  async createUser(user: { readonly admin: boolean; readonly name: string }): Promise<{ readonly token: string }> {
    const owner = await this.connect(this.ownerToken);
    const token = await addUser(this.#owner, owner, { name: user.name, isAdmin: user.admin });
    owner.close();
    return { token };
  }

  /** The homeowner signs in as in a browser: an access token of a person, good for half an hour. */
  signIn(): Promise<string> {
    return signIn(new HomeApi(this.url), OWNER);
  }

  /** Access is withdrawn: `token` ends, its connections are closed, and it is refused from now on. */
  async revokeToken(): Promise<void> {
    const caretaker = await this.connect();
    const tokens = await caretaker.send<{ id: string; is_current: boolean }[]>({ type: "auth/refresh_tokens" });
    const current = tokens.find((token) => token.is_current);
    // Home Assistant may close the connection before it answers.
    caretaker.send({ type: "auth/delete_refresh_token", refresh_token_id: current?.id }).catch(() => {});
    await caretaker.closed();
  }

  /** What Home Assistant wrote to its console. */
  readLog(): string {
    return readFileSync(join(this.config, "console.log"), "utf8");
  }

  #need(): HomeProcess {
    if (!this.#process || this.#process.hasEnded) throw new Error(`The home at ${this.url} is not running`);
    return this.#process;
  }
}

/** Throws away the folders of test processes that ended without doing so. */
function sweep(homes: string): void {
  for (const folder of readdirSync(homes)) {
    if (!isAlive(Number.parseInt(folder, 10))) rmSync(join(homes, folder), { recursive: true, force: true });
  }
}
