import {
  CaretakerError,
  ChecklistFailure,
  type ChecklistLine,
  type ConnectorContext,
  checkName,
  checkPort,
  type Found,
  Secret,
  walkChecklist,
} from "@caretaker/protocol";
import { parseAddress } from "./address.ts";
import { ConsoleClient, type Login } from "./client.ts";
import { readFacts } from "./follower.ts";
import { CrestronConfig } from "./manifest.ts";
import { type Facts, normalise } from "./normalise.ts";
import { checklistWords as say } from "./words.ts";

type Step = keyof typeof say.running;
/** Looks at a processor before it is added: a line when a check begins and one when it has ended. */
export async function* checkGateway(config: unknown, context: ConnectorContext): AsyncGenerator<ChecklistLine> {
  const { username, password, pinnedHostKey, allowOldAlgorithms, ...typed } = CrestronConfig.parse(config);
  const address = parseAddress(typed.address);
  if (address === undefined)
    throw new CaretakerError("configuration_invalid", `${typed.address} is not the address of a processor.`);
  const { dialer, clock } = context;
  const secret = new Secret(password);
  const login = { dialer, clock, address, username, password: secret, pinnedHostKey, allowsOld: allowOldAlgorithms };
  let client: ConsoleClient | undefined;
  let facts: Facts | undefined;
  const checks: [Step, () => Promise<Found>][] = [
    ["name", () => checkName(dialer, address.host)],
    ["port", () => checkPort(dialer, address)],
    ["tls", () => checkHostKey(login)],
    [
      "credentials",
      async () => {
        client = await ConsoleClient.logIn(login);
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
    ["first_data", async () => foundIn(facts)],
  ];
  try {
    yield* walkChecklist(checks, context.clock, say);
  } finally {
    client?.close();
  }
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

async function foundIn(facts: Facts | undefined): Promise<Found> {
  const inventory = facts === undefined ? undefined : normalise(facts).inventory;
  const found = { rooms: 0, devices: inventory?.devices.length ?? 0, entities: inventory?.entities.length ?? 0 };
  const [programs, entries] = [facts?.programs.size ?? 0, facts?.table.length ?? 0];
  if (programs + entries === 0) return { isWarning: true, detail: say.nothing, next: say.lookAtRights, found };
  return { detail: say.found(programs, entries), found };
}
