import {
  CaretakerError,
  type ChecklistLine,
  type ConnectorContext,
  checkCertificate,
  checkName,
  checkPort,
  type Found,
  Secret,
  walkChecklist,
} from "@caretaker/protocol";
import { type Address, parseAddress } from "./address.ts";
import { deviceOf, OBJECTS, type Tree } from "./client/tree.ts";
import { CresNextClient } from "./client.ts";
import { CresNextConfig } from "./manifest.ts";
import { type Panel, panelOf } from "./normalise.ts";
import { checklistWords as say, words } from "./words.ts";

type Step = keyof typeof say.running;

/** Looks at a panel before it is added: a line when a check begins and one when it has ended. */
export async function* checkGateway(config: unknown, context: ConnectorContext): AsyncGenerator<ChecklistLine> {
  const { url, username, password, pinnedCertificate } = CresNextConfig.parse(config);
  const address = parseAddress(url);
  if (address === undefined) throw new CaretakerError("configuration_invalid", `${url} is not the address of a panel.`);
  const { dialer } = context;
  let client: CresNextClient | undefined;
  let panel: Panel | undefined;
  const checks: [Step, () => Promise<Found>][] = [
    ["name", () => checkName(dialer, address.host)],
    ["port", () => checkPort(dialer, address)],
    ["tls", () => checkCertificate(dialer, address, pinnedCertificate, say)],
    [
      "make",
      async () => {
        await CresNextClient.meet({ dialer, address });
        return { detail: say.isPanel };
      },
    ],
    [
      "credentials",
      async () => {
        client = await CresNextClient.logIn({ dialer, address, username, password: new Secret(password) });
        return { detail: say.accepted(username) };
      },
    ],
    [
      "version",
      async () => {
        panel = await readPanel(client, address);
        return { detail: say.version(panel.model, panel.firmware) };
      },
    ],
    ["first_data", async () => foundIn(panel)],
  ];
  try {
    yield* walkChecklist(checks, context.clock, say);
  } finally {
    await client?.close();
  }
}

async function readPanel(client: CresNextClient | undefined, address: Address): Promise<Panel> {
  let tree: Tree = {};
  for (const name of OBJECTS.flat()) tree = { ...tree, ...deviceOf(await client?.get(`/Device/${name}`)) };
  const panel = panelOf(tree);
  if (panel === undefined) throw new CaretakerError("gateway_misbehaving", words.noInfo(address.base));
  return panel;
}

async function foundIn(panel: Panel | undefined): Promise<Found> {
  const devices = panel?.inventory.devices.length ?? 0;
  const found = { rooms: 0, devices, entities: panel?.inventory.entities.length ?? 0 };
  const systems = panel?.systems.length ?? 0;
  if (systems === 0) return { isWarning: true, detail: say.noSystems, next: say.lookAtTable, found };
  return { detail: say.systems(systems), found };
}
