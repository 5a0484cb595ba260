import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { WrongUse } from "../exit.ts";
import { registerConnector } from "./connector-register.ts";

/** A small connector that works, with its fake gateway and its tests: what a new one begins as. */
const PATTERN = join(import.meta.dirname, "..", "new-connector");
const ROOT = join(import.meta.dirname, "..", "..", "..");

/** How a new make is written where. */
export interface MakeWords {
  /** `my-make`: the folder, the package and the id. */
  readonly id: string;
  /** `myMake` */
  readonly camel: string;
  /** `MyMake` */
  readonly pascal: string;
  /** `My make`: on the screen. */
  readonly title: string;
}

/** `connector new`: the rooms of a connector, which pass the common suite before a line is written. */
export function addConnectorNew(connector: Command, cli: Cli): void {
  connector
    .command("new")
    .description("Make the rooms of a new connector, with a fake gateway that passes the common suite")
    .argument("<name>", "how its folder is called: small letters, digits and single dashes, such as my-make")
    .action(async (name: string) => {
      const words = wordsOf(name);
      const folder = join(ROOT, "connectors", words.id);
      if (existsSync(folder)) throw new WrongUse(`connectors/${words.id} is there already. Choose another name.`);
      const files = makeRooms(folder, words);
      link(folder, words);
      const registered = await registerConnector(ROOT, words);
      const made = [...files.map((file) => `connectors/${words.id}/${file}`), ...registered.made];
      const { touched } = registered;
      cli.print({ made, touched }, () => [
        ...made,
        ...touched.map((file) => `${file} (one entry more)`),
        ...next(words),
      ]);
    });
}

export function wordsOf(name: string): MakeWords {
  // Runbooks of the firm and of the hub are called `firm/...` and `hub/...`.
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 40 || ["firm", "hub", "toy"].includes(name))
    throw new WrongUse(`${name} cannot be the name of a make: use small letters, digits and dashes, such as my-make.`);
  const parts = name.split("-");
  const pascal = parts.map(capitalised).join("");
  return {
    id: name,
    pascal,
    camel: pascal.charAt(0).toLowerCase() + pascal.slice(1),
    title: capitalised(parts.join(" ")),
  };
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** The pattern under the new name; returns its files. */
function makeRooms(folder: string, words: MakeWords): string[] {
  cpSync(PATTERN, folder, { recursive: true });
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name));
  for (const path of names.filter((name) => statSync(name).isFile()))
    writeFileSync(path, renamed(readFileSync(path, "utf8"), words));
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(packageOf(words), null, 2)}\n`);
  writeFileSync(
    join(folder, "tsconfig.json"),
    '{ "extends": "../../tsconfig.base.json", "include": ["**/*.ts"], "exclude": ["node_modules", "dist"] }\n',
  );
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort();
}

export function renamed(text: string, { id, camel, pascal, title }: MakeWords): string {
  return text
    .replaceAll('name: "Toy"', `name: "${title}"`)
    .replaceAll("# Toy", `# ${title}`)
    .replaceAll('"toy"', `"${id}"`)
    .replaceAll("Toy", pascal)
    .replaceAll(/\btoy\b/g, camel);
}

function packageOf({ id }: MakeWords): object {
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, "connectors/cresnext/package.json"), "utf8")) as {
    dependencies: Readonly<Record<string, string>>;
  };
  return {
    name: `@caretaker/connector-${id}`,
    version: "0.1.0",
    private: true,
    license: "Apache-2.0",
    type: "module",
    exports: { ".": "./index.ts", "./fake-gateway": "./fake-gateway/index.ts" },
    scripts: { typecheck: "tsc --noEmit -p .", fake: "node fake-gateway/main.ts" },
    dependencies: { "@caretaker/protocol": dependencies["@caretaker/protocol"], zod: dependencies.zod },
    devDependencies: { "@caretaker/kit": "0.1.0" },
  };
}

/** As `npm install` would link it, so that it runs before that. */
function link(folder: string, { id }: MakeWords): void {
  const at = join(ROOT, "node_modules", "@caretaker", `connector-${id}`);
  if (existsSync(at)) return;
  mkdirSync(dirname(at), { recursive: true });
  symlinkSync(relative(dirname(at), folder), at, "junction");
}

function next({ id }: MakeWords): string[] {
  return [
    "",
    "Next:",
    `  npx biome check --write connectors/${id} hub/reach hub/server/gateways hub/server/demo   put its imports in order`,
    `  npx vitest run --project unit connectors/${id}           the common suite, against its fake gateway`,
    "  npm install                                             write it into the lock file",
    "docs/write-a-connector.md goes on from here.",
  ];
}
