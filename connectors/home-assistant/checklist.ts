import {
  CaretakerError,
  ChecklistFailure,
  type ChecklistLine,
  type ConnectorContext,
  checkCertificate,
  checkName,
  checkPort,
  type Found,
  type Secret,
  walkChecklist,
} from "@caretaker/protocol";
import { readAccess } from "./access.ts";
import type { Address } from "./address.ts";
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
}

/** Looks at a Home Assistant before it is added: a line when a check begins and one when it has ended. */
export async function* checkGateway(config: unknown, context: ConnectorContext): AsyncGenerator<ChecklistLine> {
  const { pinnedCertificate } = HomeAssistantConfig.parse(config);
  const { address, token } = readAccess(config);
  const asked = { address, token, context };
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
    ["name", () => checkName(context.dialer, address.host)],
    ["port", () => checkPort(context.dialer, address)],
    ...(address.tls
      ? ([["tls", () => checkCertificate(context.dialer, address, pinnedCertificate, say)]] satisfies [
          Step,
          () => Promise<Found>,
        ][])
      : []),
    ["make", () => checkMake(asked)],
    ["credentials", logIn],
    ["rights", on(checkRights)],
    ["version", on(checkVersion)],
    ["first_data", on(checkData)],
  ];
  try {
    yield* walkChecklist(checks, context.clock, say);
  } finally {
    client?.close();
  }
}

async function checkMake(asked: Asked): Promise<Found> {
  const { address, context } = asked;
  if (address.isProxied) return checkProxy(asked);
  const answer = await context.dialer.http({
    method: "GET",
    url: `${address.base}/manifest.json`,
    timeoutSeconds: 10,
    maxBytes: 262_144,
  });
  if (answer.status !== 200) {
    const error = refusalOf(address, answer.status);
    const led = answer.headers.location;
    throw new ChecklistFailure({
      detail: error.message,
      next: led === undefined ? say.nextAfter(error.code, "make") : say.followTo(led.slice(0, 200)),
    });
  }
  if (nameIn(answer.body) !== "Home Assistant")
    throw new ChecklistFailure({ detail: words.notHomeAssistant(address.base), next: say.checkAddress });
  return { detail: say.isHomeAssistant };
}

/** The Supervisor hands nothing on to whom it does not know, so it is asked with the token. */
async function checkProxy({ address, token, context }: Asked): Promise<Found> {
  const answer = await context.dialer.http({
    method: "GET",
    url: `${address.base}/api/`,
    headers: { authorization: `Bearer ${token.reveal()}` },
    timeoutSeconds: 10,
    maxBytes: 65_536,
  });
  if (answer.status === 200) return { detail: say.isHomeAssistant };
  const error =
    answer.status === 401
      ? new CaretakerError("gateway_auth_failed", words.tokenRefused(address.base, undefined))
      : refusalOf(address, answer.status);
  throw new ChecklistFailure({ detail: error.message, next: say.nextAfter(error.code, "make") });
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
  if (isTooOld(config.version)) throw new ChecklistFailure({ detail: say.tooOld(config.version), next: say.update });
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
