import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CaretakerError,
  type GatewayId,
  type Language,
  type OperationInput,
  type OperationName,
  type OperationOutput,
  type RunDetails,
  type RunEvent,
  type RunId,
  requestOf,
  type SiteId,
  type StandingScope,
} from "@caretaker/protocol";
import type { TestDatabase } from "@caretaker/server/db/test-database.ts";
import { totp } from "@caretaker/server/people/test-totp.ts";
import type { BrowserContext } from "playwright-core";
import type { PairedAgent } from "./agent.ts";
import { type HubProcess, startHubProcess } from "./hub-process.ts";
import { type MailServer, startMailServer } from "./mail.ts";
import { until } from "./until.ts";

export const OWNER = { name: "Ann Vos", email: "ann@brighthomes.example", password: "correct horse battery" };
export const HOMEOWNER = { name: "Mrs Lee", email: "lee@home.example" };
/** With `CARETAKER_VIA=agent` the same journeys go through an agent in the home. */
const VIA_AGENT = process.env.CARETAKER_VIA === "agent";
const SETUP_TOKEN = "the-setup-token-of-a-journey";

/** A firm with its hub, its database, its mail server and a principal with an authenticator app. */
export class Firm {
  hub: HubProcess;
  readonly mail: MailServer;
  readonly db: TestDatabase["db"];
  readonly #data: string;
  readonly #database: TestDatabase;
  readonly #agents: PairedAgent[] = [];
  #cookie = "";
  #key = "";
  #secret = "";

  private constructor(hub: HubProcess, mail: MailServer, data: string, database: TestDatabase) {
    this.hub = hub;
    this.mail = mail;
    this.#data = data;
    this.#database = database;
    this.db = database.db;
  }

  /** On a database of the test run's own, unless another is given; that one is the firm's from then on. */
  static async open(given?: TestDatabase): Promise<Firm> {
    const [database, mail, data] = await Promise.all([
      given ?? ownDatabase(),
      startMailServer(),
      mkdtemp(join(tmpdir(), "journey-")),
    ]);
    const hub = await startHubProcess({ data, databaseUrl: database.url, environment: environmentOf(mail) });
    return new Firm(hub, mail, data, database);
  }

  /** Sets the firm up as its setup page does, enrols the authenticator app, and makes an API key. */
  async settle(): Promise<this> {
    await this.#post("/api/v1/setup", {
      token: SETUP_TOKEN,
      mode: "real",
      firm: { name: "Bright Homes", timeZone: "Europe/Amsterdam", country: "NL", phone: "+31 20 555 0100" },
      owner: OWNER,
    });
    await this.#post("/api/auth/sign-in/email", { email: OWNER.email, password: OWNER.password });
    const { totpURI } = (await this.#post("/api/auth/two-factor/enable", { password: OWNER.password })) as {
      totpURI: string;
    };
    this.#secret = new URL(totpURI).searchParams.get("secret") ?? "";
    await this.#post("/api/auth/two-factor/verify-totp", { code: totp(this.#secret) });
    const { key } = (await this.#post("/api/v1/keys", { name: "Journey", role: "principal" })) as { key: string };
    this.#key = key;
    return this;
  }

  /** The principal's browser, as a header. */
  get cookie(): string {
    return this.#cookie;
  }

  /** What only a person may do, by the principal's own session. */
  async asPrincipal<N extends OperationName>(name: N, input: OperationInput<N>): Promise<OperationOutput<N>> {
    return this.#call(name, input, { cookie: this.#cookie, origin: this.hub.url });
  }

  /** The API key of a program that may do what the principal may. */
  get key(): string {
    return this.#key;
  }

  /** For files of a journey; gone with the firm. */
  get folder(): string {
    return this.#data;
  }

  /** Kept apart from the database: without it the credentials of gateways are noise. */
  get keyFile(): string {
    return join(this.#data, "keys.json");
  }

  /** The six digits on the principal's phone now. */
  code(): string {
    return totp(this.#secret);
  }

  /** Lets a browser in as the principal, who has just used his second factor. */
  async signIn(context: BrowserContext): Promise<void> {
    const cookies = this.#cookie.split("; ").map((pair) => {
      const [name = "", ...value] = pair.split("=");
      return { name, value: value.join("="), url: this.hub.url };
    });
    await context.addCookies(cookies);
  }

  /** Lets a browser in as the owner of a firm that was set up by hand, with a second factor that counts as used just now. */
  async signInByPassword(context: BrowserContext): Promise<void> {
    await this.db.updateTable("person").set({ twoFactorEnabled: false }).execute();
    await this.#post("/api/auth/sign-in/email", { email: OWNER.email, password: OWNER.password });
    await this.db.updateTable("browserSession").set({ factorAt: new Date() }).execute();
    await this.signIn(context);
  }

  async api<N extends OperationName>(name: N, input: OperationInput<N>): Promise<OperationOutput<N>> {
    return this.#call(name, input, { authorization: `Bearer ${this.#key}` });
  }

  async #call<N extends OperationName>(
    name: N,
    input: OperationInput<N>,
    who: Record<string, string>,
  ): Promise<OperationOutput<N>> {
    const { method, path, body } = requestOf(name, input);
    const headers = { ...who, "content-type": "application/json" };
    const answer = await fetch(`${this.hub.url}/api/v1${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    const said = (await answer.json()) as { code?: never; detail?: string };
    if (!answer.ok) throw new CaretakerError(said.code ?? "internal", said.detail ?? "no problem document");
    return said as OperationOutput<N>;
  }

  /** A site with a verified homeowner and a Home Assistant that is online. */
  async addHome(
    home: { url: string; token: string },
    scopes: StandingScope[] = ["diagnose"],
    homeowner: { name: string; email: string; language?: Language } = HOMEOWNER,
    siteName = "Lee house",
  ): Promise<{ siteId: SiteId; gatewayId: GatewayId }> {
    const client = await this.api("client.create", { name: "Lee" });
    const site = await this.api("site.create", {
      clientId: client.id,
      name: siteName,
      timeZone: "Europe/Amsterdam",
      // A journey is made at any hour.
      quietHours: { from: "00:00", to: "00:00" },
      contacts: [{ ...homeowner, role: "owner", verifiedBecause: "She wrote to us from it" }],
      consent: { scopes, evidence: "contract", givenBy: homeowner.name },
    });
    await this.reachThroughAgent(site.id);
    const gateway = await this.api("gateway.add", {
      siteId: site.id,
      connector: "home-assistant",
      name: "Home Assistant",
      config: { url: home.url, token: home.token },
      throughAgent: this.goesThroughAgents,
    });
    await this.gatewayState(gateway.id, site.id, "online");
    await until(
      "the devices are known",
      async () => (await this.api("site.devices", { siteId: site.id })).integrations.length > 0,
    );
    return { siteId: site.id, gatewayId: gateway.id };
  }

  /** Whether the gateways of this run of the journeys are reached through an agent in their home. */
  get goesThroughAgents(): boolean {
    return VIA_AGENT;
  }

  /** Where they are: the home gets an agent that takes the hub's word for everything, so that a journey goes as without one. */
  async reachThroughAgent(siteId: SiteId): Promise<void> {
    if (!VIA_AGENT) return;
    const { confirmAgent, pairAgent, startAgent } = await import("./agent.ts");
    const paired = await startAgent();
    this.#agents.push(paired);
    await pairAgent(this, siteId, paired.agent);
    await confirmAgent(this, siteId, paired.agent, "all");
  }

  async gatewayState(gatewayId: GatewayId, siteId: SiteId, state: string): Promise<void> {
    let seen = "";
    await until(
      () => `the gateway is ${state}; it is ${seen}`,
      async () => {
        const gateway = (await this.api("gateway.list", { siteId })).items.find(({ id }) => id === gatewayId);
        seen = JSON.stringify({ state: gateway?.state, reason: gateway?.reason, nextTryAt: gateway?.nextTryAt });
        return gateway?.state === state;
      },
      90_000,
    );
  }

  /** The integration, once the hub has seen that devices of it do not answer. */
  async illIntegration(siteId: SiteId, name: string) {
    await until(`${name} is seen to be ill`, async () => (await this.integration(siteId, name)).unavailable > 0);
    return this.integration(siteId, name);
  }

  async integration(siteId: SiteId, name: string) {
    const { integrations } = await this.api("site.devices", { siteId });
    const found = integrations.find((integration) => integration.name === name);
    if (found === undefined)
      throw new Error(`no integration ${name} among ${integrations.map((one) => one.name).join(", ")}`);
    return found;
  }

  /** Says that a device is fed by the switch of that label, as a technician would. */
  async feed(siteId: SiteId, deviceName: string, label: string): Promise<string> {
    const { devices } = await this.api("site.devices", { siteId });
    const { items } = await this.api("site.entities", { siteId });
    const device = devices.find((one) => one.name === deviceName);
    const plug = items.find((one) => one.label === label);
    if (device === undefined || plug === undefined) throw new Error(`no ${deviceName} or no ${label}`);
    await this.api("device.update", { deviceId: device.id, version: device.version, poweredBy: plug.id });
    return device.id;
  }

  async run(runId: RunId): Promise<RunDetails> {
    return this.api("run.get", { runId });
  }

  async ended(runId: RunId): Promise<RunDetails> {
    await until("the run has ended", async () => (await this.run(runId)).finishedAt !== null, 120_000);
    return this.run(runId);
  }

  async events(runId: RunId): Promise<RunEvent[]> {
    return (await this.api("run.events", { runId })).items;
  }

  async ledger(siteId: SiteId): Promise<string[]> {
    const { items } = await this.api("ledger.list", { siteId });
    return items.map(({ event }) => event).reverse();
  }

  /** Starts the hub again on the same data, at the same port. */
  async restartHub(): Promise<void> {
    this.hub = await startHubProcess({
      data: this.#data,
      databaseUrl: this.#database.url,
      port: Number(new URL(this.hub.url).port),
      environment: environmentOf(this.mail),
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#agents.map((one) => one.stop()));
    await this.hub.stop();
    await Promise.all([this.mail.close(), this.#database.drop(), rm(this.#data, { recursive: true, force: true })]);
  }

  async #post(path: string, body: unknown): Promise<unknown> {
    const answer = await fetch(`${this.hub.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: this.hub.url, cookie: this.#cookie },
      body: JSON.stringify(body),
    });
    const jar = new Map(
      this.#cookie === "" ? [] : this.#cookie.split("; ").map((pair) => [pair.split("=")[0] ?? "", pair] as const),
    );
    for (const cookie of answer.headers.getSetCookie()) {
      const pair = cookie.split(";")[0] ?? "";
      jar.set(pair.split("=")[0] ?? "", pair);
    }
    this.#cookie = [...jar.values()].join("; ");
    const said: unknown = await answer.json();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${JSON.stringify(said)}`);
    return said;
  }
}

function environmentOf(mail: MailServer): Record<string, string> {
  return {
    CARETAKER_SETUP_TOKEN: SETUP_TOKEN,
    CARETAKER_SMTP_URL: mail.url,
    CARETAKER_MAIL_FROM: "care@brighthomes.example",
  };
}

/** Loaded only where it is needed: outside of a test run there is none to ask. */
async function ownDatabase(): Promise<TestDatabase> {
  const { testDatabase } = await import("@caretaker/server/db/test-database.ts");
  return testDatabase();
}
