import { type Connector, isCaretakerError } from "@caretaker/protocol";
import { connectors } from "@caretaker/reach/makes.ts";
import { parseConfig } from "@caretaker/server/gateways/credentials.ts";
import { didYouMean } from "@caretaker/server/runbooks/suggest.ts";
import type { Terminal } from "../cli.ts";
import { WrongUse } from "../exit.ts";

export type Config = Readonly<Record<string, unknown>>;

/** The make of this name; `WrongUse` with the nearest one where there is none. */
export function makeCalled(name: string): Connector {
  const found = connectors.find(({ manifest }) => manifest.id === name);
  if (found !== undefined) return found;
  const ids = connectors.map(({ manifest }) => manifest.id);
  const hint = didYouMean(name, ids);
  const meant = hint === undefined ? "" : ` Did you mean ${hint}?`;
  throw new WrongUse(`There is no make ${name}.${meant} This hub has ${ids.join(", ")}.`);
}

/**
 * A gateway's settings out of a JSON file, as a technician would type them. A secret stands there, or `<field>File` names
 * the file that holds it. Nothing that is said of a mistake repeats what the file says.
 */
export function readConfig({ manifest, ...connector }: Connector, path: string, { readFile }: Terminal): Config {
  const given = withSecretFiles(parsed(path, readFile), manifest.secrets, readFile);
  try {
    return parseConfig({ ...connector, manifest }, given);
  } catch (error) {
    if (!isCaretakerError(error, "invalid_input")) throw error;
    const fields = error.fields.map((field) => `\n  ${field.path.replace(/^config\./, "")}: ${field.message}`);
    throw new WrongUse(`${path} does not describe a ${manifest.name}.${fields.join("")}`);
  }
}

function parsed(path: string, readFile: Terminal["readFile"]): Config {
  const text = read(path, readFile);
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Config;
  } catch {
    // What JSON.parse says quotes the file, and there are secrets in it.
  }
  throw new WrongUse(`${path} has to hold one JSON object, such as {"address": "192.168.1.20"}.`);
}

function withSecretFiles(given: Config, secrets: readonly string[], readFile: Terminal["readFile"]): Config {
  const entries = Object.entries(given).map(([field, value]): [string, unknown] => {
    const secret = secrets.find((one) => field === `${one}File`);
    if (secret === undefined) return [field, value];
    return [secret, read(String(value), readFile).trim()];
  });
  return Object.fromEntries(entries);
}

function read(path: string, readFile: Terminal["readFile"]): string {
  try {
    return readFile(path);
  } catch (cause) {
    throw new WrongUse(`${path} cannot be read: ${(cause as NodeJS.ErrnoException).code ?? "it is no file"}.`);
  }
}
