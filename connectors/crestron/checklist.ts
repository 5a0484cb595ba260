import {
  ChecklistFailure,
  type ChecklistLine,
  type ConnectorContext,
  checkName,
  checkPort,
  type Found,
  walkChecklist,
} from "@caretaker/protocol";
import { ConsoleClient, type Login } from "./client.ts";
import { type ConsoleDoor, DOORS, doorsOf, type HomeDoor } from "./doors.ts";
import { readFacts } from "./follower.ts";
import { HomeClient } from "./home/client.ts";
import { HomeFollower } from "./home/follower.ts";
import { type Facts, normalise } from "./normalise.ts";
import type { Part } from "./teller.ts";
import { checklistWords as say } from "./words.ts";

type Step = keyof typeof say.running;
type Check = readonly [Step, () => Promise<Found>, string];

/** Looks at a processor before it is added: the lines of each of its doors, when a check begins and when it has ended. */
export async function* checkGateway(config: unknown, context: ConnectorContext): AsyncGenerator<ChecklistLine> {
  const { console, home } = doorsOf(config);
  const closing: (() => void)[] = [];
  const found: Found["found"][] = [];
  const checks = [
    ...(console === undefined ? [] : consoleChecks(console, context, closing, found)),
    ...(home === undefined ? [] : homeChecks(home, context, closing, found)),
  ];
  try {
    yield* walkChecklist(checks, context.clock, say);
  } finally {
    for (const close of closing) close();
  }
}

function consoleChecks(
  door: ConsoleDoor,
  { dialer, clock }: ConnectorContext,
  closing: (() => void)[],
  found: Found["found"][],
): Check[] {
  const { address, username } = door;
  const login = { ...door, dialer, clock };
  let client: ConsoleClient | undefined;
  let facts: Facts | undefined;
  const checks: [Step, () => Promise<Found>][] = [
    ["name", () => checkName(dialer, address.host)],
    ["port", () => checkPort(dialer, address)],
    ["tls", () => checkHostKey(login)],
    [
      "credentials",
      async () => {
        const opened = await ConsoleClient.logIn(login);
        client = opened;
        closing.push(() => opened.close());
        return { detail: say.accepted(username) };
      },
    ],
    [
      "version",
      async () => {
        if (client !== undefined) facts = await readFacts(client, address.where);
        return { detail: say.version(facts?.version.model ?? "", facts?.version.version ?? null) };
      },
    ],
    ["first_data", async () => foundAtConsole(facts, found)],
  ];
  return checks.map(([step, check]) => [step, check, DOORS.console]);
}

async function checkHostKey(login: Login): Promise<Found> {
  const { fingerprint, kind } = await ConsoleClient.meet(login);
  if (fingerprint === login.pinnedHostKey) return { detail: say.pinned(fingerprint) };
  throw new ChecklistFailure({
    detail: login.pinnedHostKey === undefined ? say.unknownKey : say.otherKey,
    next: say.compareKey,
    certificate: { fingerprint256: fingerprint, subject: kind, validTo: "", reason: "", isHostKey: true },
  });
}

async function foundAtConsole(facts: Facts | undefined, found: Found["found"][]): Promise<Found> {
  const counted = countOf(facts === undefined ? undefined : normalise(facts));
  found.push(counted);
  const [programs, entries] = [facts?.programs.size ?? 0, facts?.table.length ?? 0];
  if (programs + entries === 0)
    return { isWarning: true, detail: say.nothing, next: say.lookAtRights, found: sum(found) };
  return { detail: say.found(programs, entries), found: sum(found) };
}

function homeChecks(
  door: HomeDoor,
  context: ConnectorContext,
  closing: (() => void)[],
  found: Found["found"][],
): Check[] {
  const { dialer, clock } = context;
  const { target, where } = door.address;
  let client: HomeClient | undefined;
  const checks: [Step, () => Promise<Found>][] = [
    ["name", () => checkName(dialer, target.host)],
    ["port", () => checkPort(dialer, target)],
    ["tls", () => checkCertificate(door, context)],
    [
      "credentials",
      async () => {
        const opened = await HomeClient.logIn({ ...door, dialer, clock });
        client = opened;
        closing.push(() => opened.close());
        return { detail: say.tokenAccepted };
      },
    ],
    ["version", async () => ({ detail: say.homeVersion(client?.version ?? null) })],
    [
      "first_data",
      async () => {
        let part: Part | undefined;
        const tell = (told: Part): void => {
          part = told;
        };
        if (client !== undefined) {
          const follower = new HomeFollower({ client, where, clock, tell, garbage: () => {}, lost: () => {} });
          closing.push(() => follower.stop());
          await follower.start();
        }
        const counted = countOf(part);
        found.push(counted);
        return { detail: say.homeFound(counted.devices, counted.rooms), found: sum(found) };
      },
    ],
  ];
  return checks.map(([step, check]) => [step, check, DOORS.home]);
}

/** It signs its own certificate, a new one at each restart: whoever trusts any is told what that means, each time. */
async function checkCertificate(door: HomeDoor, { dialer }: ConnectorContext): Promise<Found> {
  const { host, port, tls } = door.address.target;
  if (!tls) return { isWarning: true, detail: say.noEncryption, next: say.whatPlainMeans };
  const seen = await dialer.certificate({ host, port, timeoutSeconds: 10 });
  if (door.acceptsAnyCertificate) return { isWarning: true, detail: say.anyCertificate, next: say.whatAnyMeans };
  const { fingerprint256, subject, validTo, reason = "" } = seen;
  const { pinnedCertificate } = door;
  if (pinnedCertificate === fingerprint256)
    return { isWarning: true, detail: say.untilRestart, next: say.whatPinMeans };
  if (pinnedCertificate === undefined && seen.trusted) return { detail: say.certificateGood };
  throw new ChecklistFailure({
    detail: pinnedCertificate === undefined ? say.selfSigned(subject) : say.otherCertificate,
    next: say.compareCertificate,
    certificate: { fingerprint256, subject, validTo, reason },
  });
}

type Counted = NonNullable<Found["found"]>;

function countOf(part: Part | undefined): Counted {
  const { rooms, devices, entities } = part?.inventory ?? { rooms: [], devices: [], entities: [] };
  return { rooms: rooms.length, devices: devices.length, entities: entities.length };
}

function sum(found: readonly (Counted | undefined)[]): Counted {
  const total = (of: keyof Counted): number => found.reduce((count, one) => count + (one?.[of] ?? 0), 0);
  return { rooms: total("rooms"), devices: total("devices"), entities: total("entities") };
}
