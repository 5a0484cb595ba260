import { CaretakerError, type ChecklistLine, type ConnectorContext, Secret } from "@caretaker/protocol";
import { parseAddress } from "./address.ts";
import { ConsoleClient, type Login } from "./client.ts";
import { readFacts } from "./follower.ts";
import { CrestronConfig } from "./manifest.ts";
import { type Facts, normalise } from "./normalise.ts";
import { checklistWords as say } from "./words.ts";

type Step = keyof typeof say.running;
type Found = Omit<ChecklistLine, "step" | "status" | "milliseconds"> & { readonly isWarning?: boolean };

/** A check that found something wrong: its line stops the list. */
class Failed extends Error {
  readonly line: Found;

  constructor(line: Found) {
    super(line.detail);
    this.line = line;
  }
}

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
    ["name", () => checkName(login)],
    ["port", () => checkPort(login)],
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

async function checkName({ address, dialer }: Login): Promise<Found> {
  const { addresses, allowed } = await dialer.resolve(address.host);
  if (addresses.length === 0) throw new Failed({ detail: say.noAddress(address.host), next: say.checkName });
  if (allowed.length === 0) throw new Failed({ detail: say.notAllowed(address.host, addresses), next: say.checkName });
  return { detail: say.resolved(address.host, allowed) };
}

async function checkPort({ address: { host, port }, dialer }: Login): Promise<Found> {
  const { milliseconds } = await dialer.connect({ host, port, timeoutSeconds: 10 });
  return { detail: say.portOpen(port, milliseconds) };
}

async function checkHostKey(login: Login): Promise<Found> {
  const { fingerprint, kind } = await ConsoleClient.meet(login);
  if (fingerprint === login.pinnedHostKey) return { detail: say.pinned(fingerprint) };
  throw new Failed({
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
