import {
  CaretakerError,
  type ChecklistLine,
  type ConnectorContext,
  checkName,
  checkPort,
  type Found,
  Secret,
  walkChecklist,
} from "@caretaker/protocol";
import { parseAddress } from "./address.ts";
import { ToyClient } from "./client.ts";
import { ToyConfig } from "./manifest.ts";
import { inventoryOf } from "./normalise.ts";
import { askHouse, askInfo, type Source } from "./reads.ts";
import { checklistWords as say, words } from "./words.ts";

type Step = keyof typeof say.running;

/** Looks at a gateway before it is added: a line when a check begins and one when it has ended. */
export async function* checkGateway(config: unknown, context: ConnectorContext): AsyncGenerator<ChecklistLine> {
  const { address: typed, token } = ToyConfig.parse(config);
  const address = parseAddress(typed);
  if (address === undefined)
    throw new CaretakerError("configuration_invalid", `${typed} is not an address. Enter one such as 192.168.1.60.`);
  const { dialer, clock } = context;
  const ignored = { onChanged: () => {}, onGarbage: () => {}, onLost: () => {} };
  let from: Source | undefined;
  const met = (): Source => {
    if (from === undefined) throw new CaretakerError("gateway_lost", words.lost(address.where));
    return from;
  };
  const checks: [Step, () => Promise<Found>][] = [
    ["name", () => checkName(dialer, address.host)],
    ["port", () => checkPort(dialer, address)],
    [
      "credentials",
      async () => {
        const client = await ToyClient.open({ dialer, clock, address, token: new Secret(token), ...ignored });
        from = { client, where: address.where };
        return { detail: say.accepted };
      },
    ],
    ["version", async () => askInfo(met()).then(({ name, version }) => ({ detail: say.version(name, version) }))],
    ["first_data", () => firstData(met)],
  ];
  try {
    yield* walkChecklist(checks, clock, say);
  } finally {
    from?.client.close();
  }
}

async function firstData(met: () => Source): Promise<Found> {
  const { rooms, devices, entities } = inventoryOf(await askHouse(met()));
  const found = { rooms: rooms.length, devices: devices.length, entities: entities.length };
  return { detail: say.found(devices.length), found };
}
