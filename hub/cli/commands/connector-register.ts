import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { ConnectorManifest } from "@caretaker/protocol";
import { connectors } from "@caretaker/reach/makes.ts";
import { capabilityTable } from "@caretaker/server/gateways/capability-table.ts";
import type { MakeWords } from "./connector-new.ts";

const LIST = "hub/reach/makes.ts";
/** The room that lists the makes, and the hub, whose demo has a fake one of each. */
const PACKAGES = ["hub/reach/package.json", "hub/server/package.json"];
const SITES = "hub/server/demo/simulated-sites.ts";
const FAKES = "hub/server/gateways/test-fakes.ts";
const DOCS = "docs/connectors.md";

export interface Registered {
  readonly made: readonly string[];
  /** Each has one entry more. */
  readonly touched: readonly string[];
}

/** Tells the hub, the demo, the tests and the docs of a new make, each in one place. */
export async function registerConnector(root: string, words: MakeWords): Promise<Registered> {
  const { id, camel, pascal } = words;
  const from = (what: string) => withImport(`import { ${what} } from "@caretaker/connector-${id}/fake-gateway";`);
  const homes = `hub/server/demo/${id}-homes.ts`;
  const touched: Readonly<Record<string, readonly Change[]>> = {
    [LIST]: [
      withImport(`import { ${camel} } from "@caretaker/connector-${id}";`),
      replacing(/(readonly Connector\[\] = \[[^\]]*)\]/, `$1, ${camel}]`),
    ],
    ...Object.fromEntries(PACKAGES.map((file) => [file, [withDependency(`@caretaker/connector-${id}`)]])),
    [SITES]: [
      withImport(`import { ${camel}Homes } from "./${id}-homes.ts";`),
      replacing(/(function simulatedSites\(\)[^{]*\{\s*return \[[^\]]*)\]/, `$1, ...${camel}Homes()]`),
    ],
    [FAKES]: [
      from(`startFake${pascal}`),
      replacing(/(const FAKES: .* = \{\n[\s\S]*?)\n\};/, `$1\n  ${keyOf(id)}: startFake${pascal},\n};`),
    ],
    [DOCS]: [withRow(words), withTable(await manifestOf(root, id))],
  };
  for (const [file, changes] of Object.entries(touched)) edit(root, file, changes);
  writeFileSync(join(root, homes), demoHomes(words));
  return { made: [homes], touched: Object.keys(touched) };
}

type Change = (text: string) => string;

/** All of them, or an error that says which file somebody has to change by hand. */
function edit(root: string, file: string, changes: readonly Change[]): void {
  const path = join(root, file);
  const text = changes.reduce(
    (before, change) => {
      const after = change(before);
      if (after === before)
        throw new Error(`${file} is not as it was when this command was written: add the new make there by hand.`);
      return after;
    },
    readFileSync(path, "utf8"),
  );
  writeFileSync(path, text);
}

async function manifestOf(root: string, id: string): Promise<ConnectorManifest> {
  const path = join(root, "connectors", id, "manifest.ts");
  const made = (await import(pathToFileURL(path).href)) as { manifest: ConnectorManifest };
  return made.manifest;
}

function keyOf(id: string): string {
  return id.includes("-") ? `"${id}"` : id;
}

function replacing(pattern: RegExp, by: string): Change {
  return (text) => text.replace(pattern, by);
}

function withImport(line: string): Change {
  return (text) => `${line}\n${text}`;
}

/** Writes the table of docs/connectors.md anew; returns whether it was another. */
export function writeTable(root: string): boolean {
  const path = join(root, DOCS);
  const before = readFileSync(path, "utf8");
  const after = withTable()(before);
  writeFileSync(path, after);
  return after !== before;
}

function withTable(...made: readonly ConnectorManifest[]): Change {
  const lines = capabilityTable([...connectors.map(({ manifest }) => manifest), ...made]);
  return replacing(/\| capability \|[\s\S]*?\n\n/, `${lines.join("\n")}\n\n`);
}

function withDependency(name: string): Change {
  return (text) => {
    const whole = JSON.parse(text) as { dependencies: Record<string, string> };
    const entries = Object.entries({ ...whole.dependencies, [name]: "0.1.0" });
    const dependencies = Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
    return `${JSON.stringify({ ...whole, dependencies }, null, 2)}\n`;
  };
}

/** A row after the last make of the first table. */
function withRow({ id, title }: MakeWords): Change {
  const row = `| ${title} | [\`${id}\`](../connectors/${id}/README.md) | address, access token | a whole home |`;
  return replacing(/((?:^\| .* \| \[`[a-z0-9-]+`\]\(\.\.\/connectors\/.*\n)+)/m, `$1${row}\n`);
}

function demoHomes({ id, camel, pascal, title }: MakeWords): string {
  return `import { startFake${pascal} } from "@caretaker/connector-${id}/fake-gateway";
import type { SimulatedSite } from "./simulated-sites.ts";

/** A home of this make for the demo. */
export function ${camel}Homes(): SimulatedSite[] {
  return [
    {
      site: "${title} house",
      client: "Sam Field",
      town: "York",
      timeZone: "Europe/London",
      poweredBy: {},
      gateways: [
        {
          connector: "${id}",
          name: "${title}",
          async start({ port = 0, secret }) {
            const fake = await startFake${pascal}({ port, ...(secret === undefined ? {} : { token: secret }) });
            const { address, token, config } = fake;
            return { port: fake.port, url: \`http://\${address}\`, secret: token, config, close: () => fake.close() };
          },
        },
      ],
    },
  ];
}
`;
}
