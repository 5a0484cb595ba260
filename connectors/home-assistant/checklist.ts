import { CaretakerError, type ChecklistLine, type ConnectorContext, Secret } from "@caretaker/protocol";
import { type Address, parseAddress } from "./address.ts";
import { refusalOf } from "./client/login.ts";
import { HomeAssistantClient } from "./client.ts";
import { fetchRegistries } from "./home/fetch.ts";
import { LiveHome } from "./home/home.ts";
import { HomeAssistantConfig } from "./manifest.ts";
import { isTooOld, isUntested } from "./normalise/version.ts";
import { Config, CurrentUser } from "./schema.ts";
import { checklistWords as say, words } from "./words.ts";

/** The checks that this make has. */
type Step = keyof typeof say.running;

interface Asked {
  readonly address: Address;
  readonly token: Secret;
  readonly context: ConnectorContext;
  readonly pinnedCertificate: string | undefined;
}

/** A check that found something wrong: its line stops the list. */
class Failed extends Error {
  readonly line: Omit<ChecklistLine, "step" | "status" | "milliseconds">;

  constructor(line: Omit<ChecklistLine, "step" | "status" | "milliseconds">) {
    super(line.detail);
    this.line = line;
  }
}

type Found = Omit<ChecklistLine, "step" | "status" | "milliseconds"> & { readonly isWarning?: boolean };

/** Looks at a Home Assistant before it is added: a line when a check begins and one when it has ended. */
export async function* checkGateway(config: unknown, context: ConnectorContext): AsyncGenerator<ChecklistLine> {
  const { url, token, pinnedCertificate } = HomeAssistantConfig.parse(config);
  const address = parseAddress(url);
  if (address === undefined)
    throw new CaretakerError("configuration_invalid", `${url} is not the address of a Home Assistant.`);
  const asked = { address, token: new Secret(token), context, pinnedCertificate };
  let client: HomeAssistantClient | undefined;
  const logIn = async (): Promise<Found> => {
    client = await HomeAssistantClient.open({
      ...context,
      address,
      token: asked.token,
      onLost: () => {},
      onGarbage: () => {},
    });
    return { detail: say.tokenAccepted };
  };
  const on = (check: (client: HomeAssistantClient) => Promise<Found>) => (): Promise<Found> => {
    if (client === undefined) throw new CaretakerError("gateway_lost", words.lost(address.base));
    return check(client);
  };
  const checks: [Step, () => Promise<Found>][] = [
    ["name", () => checkName(asked)],
    ["port", () => checkPort(asked)],
    ...(address.tls ? ([["tls", () => checkCertificate(asked)]] satisfies [Step, () => Promise<Found>][]) : []),
    ["make", () => checkMake(asked)],
    ["credentials", logIn],
    ["rights", on(checkRights)],
    ["version", on(checkVersion)],
    ["first_data", on(checkData)],
  ];
  try {
    for (const [step, check] of checks) {
      yield { step, status: "running", detail: say.running[step] };
      const line = await run(step, check, context);
      yield line;
      if (line.status === "failed") return;
    }
  } finally {
    client?.close();
  }
}

async function run(step: Step, check: () => Promise<Found>, { clock }: ConnectorContext): Promise<ChecklistLine> {
  const began = clock.monotonic();
  const since = (): number => Math.round(clock.monotonic() - began);
  try {
    const { isWarning, ...found } = await check();
    return { step, status: isWarning ? "warning" : "ok", ...found, milliseconds: since() };
  } catch (error) {
    if (error instanceof Failed) return { step, status: "failed", ...error.line, milliseconds: since() };
    if (!(error instanceof CaretakerError)) throw error;
    const next = say.nextAfter(error.code, step);
    return { step, status: "failed", detail: error.message, next, milliseconds: since() };
  }
}

async function checkName({ address, context }: Asked): Promise<Found> {
  const { addresses, allowed } = await context.dialer.resolve(address.host);
  if (addresses.length === 0) throw new Failed({ detail: say.noAddress(address.host), next: say.checkName });
  if (allowed.length === 0) throw new Failed({ detail: say.notAllowed(address.host, addresses), next: say.checkName });
  return { detail: say.resolved(address.host, allowed) };
}

async function checkPort({ address, context }: Asked): Promise<Found> {
  const { host, port } = address;
  const { milliseconds } = await context.dialer.connect({ host, port, timeoutSeconds: 10 });
  return { detail: say.portOpen(port, milliseconds) };
}

async function checkCertificate({ address, context, pinnedCertificate }: Asked): Promise<Found> {
  const { host, port } = address;
  const seen = await context.dialer.certificate({ host, port, timeoutSeconds: 10 });
  if (pinnedCertificate !== undefined && fingerprint(pinnedCertificate) === fingerprint(seen.fingerprint256))
    return { detail: say.pinned(seen.fingerprint256) };
  const { fingerprint256, subject, validTo } = seen;
  const reason = seen.reason ?? "";
  if (pinnedCertificate !== undefined)
    throw new Failed({
      detail: say.otherCertificate,
      next: say.compareCertificate,
      certificate: { fingerprint256, subject, validTo, reason },
    });
  if (!seen.trusted)
    throw new Failed({
      detail: say.selfSigned(subject, reason),
      next: say.compareCertificate,
      certificate: { fingerprint256, subject, validTo, reason },
    });
  return { detail: say.certificateGood(validTo) };
}

function fingerprint(text: string): string {
  return text.replace(/[^0-9a-f]/gi, "").toUpperCase();
}

async function checkMake({ address, context }: Asked): Promise<Found> {
  const answer = await context.dialer.http({
    method: "GET",
    url: `${address.base}/manifest.json`,
    timeoutSeconds: 10,
    maxBytes: 262_144,
  });
  if (answer.status !== 200) {
    const error = refusalOf(address, answer.status);
    const led = answer.headers.location;
    throw new Failed({
      detail: error.message,
      next: led === undefined ? say.nextAfter(error.code, "make") : say.followTo(led.slice(0, 200)),
    });
  }
  if (nameIn(answer.body) !== "Home Assistant")
    throw new Failed({ detail: words.notHomeAssistant(address.base), next: say.checkAddress });
  return { detail: say.isHomeAssistant };
}

function nameIn(body: string): unknown {
  try {
    return (JSON.parse(body) as { name?: unknown }).name;
  } catch {
    return undefined;
  }
}

async function checkRights(client: HomeAssistantClient): Promise<Found> {
  const user = CurrentUser.parse(await client.ask({ type: "auth/current_user" }));
  if (!user.is_admin) return { isWarning: true, detail: say.notAdmin(user.name ?? ""), next: say.askForAdmin };
  if (user.is_owner) return { isWarning: true, detail: say.isOwner(user.name ?? ""), next: say.ownUser };
  return { detail: say.isAdmin(user.name ?? "") };
}

async function checkVersion(client: HomeAssistantClient): Promise<Found> {
  const config = Config.parse(await client.ask({ type: "get_config" }));
  if (isTooOld(config.version)) throw new Failed({ detail: say.tooOld(config.version), next: say.update });
  if (isUntested(config.version)) return { isWarning: true, detail: say.untested(config.version), next: say.update };
  if (config.recovery_mode) return { isWarning: true, detail: say.recovery(config.version), next: say.leaveRecovery };
  return { detail: say.version(config.version, config.location_name) };
}

async function checkData(client: HomeAssistantClient): Promise<Found> {
  const home = new LiveHome(() => {});
  const [registries] = await Promise.all([fetchRegistries(client), firstStates(client, home)]);
  const { inventory } = home.takeRegistries(registries);
  const found = { rooms: inventory.rooms.length, devices: inventory.devices.length, entities: home.entities.size };
  if (found.entities === 0) return { isWarning: true, detail: say.empty, next: say.lookAtRights, found };
  return { detail: say.found(found), found };
}

async function firstStates(client: HomeAssistantClient, home: LiveHome): Promise<void> {
  let arrived = (): void => {};
  const first = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  let hasCome = false;
  await client.subscribe({ type: "subscribe_entities" }, (event) => {
    home.apply(event);
    hasCome = true;
    arrived();
  });
  await Promise.race([first, client.wait(30)]);
  if (!hasCome) throw new CaretakerError("gateway_timeout", words.noStates(30));
}
