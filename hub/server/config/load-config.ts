import { join, resolve } from "node:path";
import { CaretakerError, type FieldMistake } from "@caretaker/protocol";
import type { z } from "zod";
import { nearest } from "./nearest.ts";
import { type SettingKey, Settings, settings } from "./settings.ts";
import { readYaml } from "./yaml-source.ts";

export interface ConfigSources {
  /** By name without the dashes: `{ "public-url": "https://…" }`. */
  readonly flags: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Rejects with code `ENOENT` for a file that is not there. */
  readonly readFile: (path: string) => Promise<string>;
  readonly cwd: string;
}

/** Checked and complete: folders and files are absolute. */
export interface Config extends Settings {
  readonly keyFile: string;
  readonly backupFolder: string;
  /** Where each value came from, in words: `caretaker.yaml:3`, `CARETAKER_PORT`, `--port`, `default`. */
  readonly origins: Readonly<Record<SettingKey, string>>;
}

/** A value as it was written, and where. */
export interface Given {
  readonly value: unknown;
  readonly origin: string;
}
type GivenSettings = Partial<Record<SettingKey, Given>>;

/** What one source says, and what is wrong with how it says it. */
export interface Source {
  readonly given: GivenSettings;
  readonly mistakes: readonly FieldMistake[];
}

const FILE = "caretaker.yaml";

/** Variables with our name that other programs of ours read. */
const OTHERS = new Set([
  ...["CARETAKER_REQUIRE", "CARETAKER_CHROMIUM", "CARETAKER_HOME_ASSISTANT"],
  ...["CARETAKER_URL", "CARETAKER_API_KEY", "CARETAKER_API_KEY_FILE", "CARETAKER_HUB"],
]);

/**
 * Puts the configuration together: flags over environment over `caretaker.yaml` over defaults.
 * @throws CaretakerError `configuration_invalid` with every mistake there is, each where it was made.
 */
export async function loadConfig(sources: ConfigSources): Promise<Config> {
  const parts = [
    readYaml(FILE, await readIfThere(sources, join(sources.cwd, FILE))),
    await readEnvironment(sources),
    readFlags(sources.flags),
  ];
  const given: GivenSettings = Object.assign({}, ...parts.map((part) => part.given));
  const checked = Settings.safeParse(mapValues(given, ({ value }) => value));
  const mistakes = [...parts.flatMap((part) => part.mistakes), ...(checked.error ? inWords(checked.error, given) : [])];
  if (checked.success && mistakes.length === 0) mistakes.push(...contradictions(checked.data, given));
  if (!checked.success || mistakes.length > 0) throw refusal(mistakes);
  const data = resolve(sources.cwd, checked.data.data);
  return {
    ...checked.data,
    data,
    keyFile: checked.data.keyFile ? resolve(sources.cwd, checked.data.keyFile) : join(data, "keys.json"),
    backupFolder: checked.data.backupFolder ? resolve(sources.cwd, checked.data.backupFolder) : join(data, "backups"),
    origins: Object.fromEntries(settings.map(({ key }) => [key, given[key]?.origin ?? "default"])) as Config["origins"],
  };
}

async function readIfThere(sources: ConfigSources, path: string): Promise<string> {
  return sources.readFile(path).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    const words = error instanceof Error ? error.message : String(error);
    throw refusal([{ path: FILE, message: `cannot be read: ${words}` }]);
  });
}

async function readEnvironment({ env, readFile, cwd }: ConfigSources): Promise<Source> {
  const given: GivenSettings = {};
  const mistakes: FieldMistake[] = [];
  // A variable that is set to nothing is one that is not set: compose files can say it no other way.
  const set = new Map(Object.entries(env).filter((entry): entry is [string, string] => Boolean(entry[1])));
  const known = new Set(OTHERS);
  for (const { key, variable, isSecret } of settings) {
    const value = set.get(variable);
    if (value !== undefined) given[key] = { value, origin: variable };
    known.add(variable);
    if (!isSecret) continue;
    const fileVariable = `${variable}_FILE`;
    known.add(fileVariable);
    const path = set.get(fileVariable);
    if (path === undefined) continue;
    if (value !== undefined)
      mistakes.push({ path: fileVariable, message: `is set, and ${variable} too: keep one of them` });
    try {
      given[key] = { value: (await readFile(resolve(cwd, path))).trim(), origin: fileVariable };
    } catch (error) {
      mistakes.push({ path: fileVariable, message: `names ${path}, which cannot be read: ${reasonOf(error)}` });
    }
  }
  for (const name of set.keys()) {
    if (name.startsWith("CARETAKER_") && !known.has(name)) mistakes.push(unknownName(name, [...known]));
  }
  return { given, mistakes };
}

function readFlags(flags: Readonly<Record<string, string>>): Source {
  const given: GivenSettings = {};
  const mistakes: FieldMistake[] = [];
  for (const [flag, value] of Object.entries(flags)) {
    const setting = settings.find((one) => one.flag === flag);
    if (setting) given[setting.key] = { value, origin: `--${flag}` };
    else
      mistakes.push(
        unknownName(
          `--${flag}`,
          settings.map((one) => `--${one.flag}`),
        ),
      );
  }
  return { given, mistakes };
}

function unknownName(name: string, known: readonly string[]): FieldMistake {
  const hint = nearest(name, known);
  return { path: name, message: `is not a setting${hint ? `; did you mean ${hint}?` : ""}` };
}

function inWords(error: z.ZodError, given: GivenSettings): FieldMistake[] {
  return error.issues.map((issue) => {
    const key = String(issue.path[0]) as SettingKey;
    const setting = settings.find((one) => one.key === key);
    const value = given[key]?.value;
    const shown = setting?.isSecret || value === undefined ? "" : ` (it is ${JSON.stringify(value)})`;
    return { path: given[key]?.origin ?? key, message: `${setting?.key ?? key} ${issue.message}${shown}` };
  });
}

/** Settings that are right by themselves and wrong together. */
function contradictions({ smtpUrl, mailFrom }: Settings, given: GivenSettings): FieldMistake[] {
  if (smtpUrl === null || mailFrom !== null) return [];
  return [
    {
      path: given.smtpUrl?.origin ?? "smtpUrl",
      message: "names a mail server, and nobody is named as the sender: set CARETAKER_MAIL_FROM too",
    },
  ];
}

function refusal(mistakes: readonly FieldMistake[]): CaretakerError {
  const title =
    mistakes.length === 1 ? "The configuration has a mistake" : `The configuration has ${mistakes.length} mistakes`;
  const lines = mistakes.map(({ path, message }) => `  ${path}: ${message}`);
  return new CaretakerError("configuration_invalid", `${title}:\n${lines.join("\n")}`, { fields: mistakes });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function mapValues<T, U>(object: Partial<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(
    Object.entries(object).flatMap(([key, value]) => (value === undefined ? [] : [[key, change(value)]])),
  );
}
