import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { isCaretakerError, Secret, systemClock } from "@caretaker/protocol";
import { Command, CommanderError, Option } from "commander";
import type { Booted } from "./boot/boot.ts";
import { openLog } from "./boot/console.ts";
import { type Config, loadConfig } from "./config/load-config.ts";
import { printConfig } from "./config/print-config.ts";
import { settings } from "./config/settings.ts";
import { strangeWords } from "./config/strange-words.ts";
import type { Log } from "./log.ts";

// The one file that knows of the process: its arguments, environment, signals and exit. 0 well, 1 failed, 2 wrong use.
const STOP_WITHIN_MILLISECONDS = 25_000;
const root = resolve(import.meta.dirname, "..", "..");
const say = (line: string): void => void process.stdout.write(`${line}\n`);

type Mode = "serve" | "demo";

const program = new Command("caretaker")
  .description("The hub of Caretaker: remote aftercare for smart homes.")
  .exitOverride();
for (const [name, help] of [
  ["serve", "Run the hub"],
  ["demo", "Run a hub with simulated homes, in a folder of its own"],
] as const) {
  withSettings(program.command(name).description(help)).action((_options, command: Command) => run(name, command));
}
withSettings(program.command("config").description("Print the settings in effect and where each comes from")).action(
  async (_options, command: Command) => say(printConfig(await configure("serve", command))),
);
await program.parseAsync().catch(fail);

function withSettings(command: Command): Command {
  for (const { flag, help, variable } of settings) {
    command.addOption(new Option(`--${flag} <value>`, `${help} (${variable})`));
  }
  // Unknown ones are told together with all other mistakes.
  return command.allowUnknownOption().allowExcessArguments().exitOverride();
}

async function configure(mode: Mode, command: Command): Promise<Config> {
  if (existsSync(".env")) process.loadEnvFile(".env");
  const known = settings.flatMap(({ key, flag }) => {
    const value: unknown = command.getOptionValue(key);
    return typeof value === "string" ? [[flag, value] as const] : [];
  });
  const strange = strangeWords(command.args);
  if (strange.alone.length > 0) program.error(`error: nobody knows what to do with ${strange.alone.join(" ")}`);
  const flags = { ...Object.fromEntries(known), ...strange.flags };
  const config = await loadConfig({
    flags,
    env: process.env,
    readFile: (path) => readFile(path, "utf8"),
    cwd: process.cwd(),
  });
  if (mode === "serve" || config.origins.data !== "default") return config;
  const data = resolve("demo-data");
  const inData = (key: "keyFile" | "backupFolder", name: string): string =>
    config.origins[key] === "default" ? join(data, name) : config[key];
  return { ...config, data, keyFile: inData("keyFile", "keys.json"), backupFolder: inData("backupFolder", "backups") };
}

async function run(mode: Mode, command: Command): Promise<void> {
  const config = await configure(mode, command);
  const log = openLog(
    { out: process.stdout, err: process.stderr },
    config.logLevel,
    config.origins.logLevel !== "default",
  );
  const setupToken = config.setupToken ?? new Secret(randomBytes(24).toString("base64url"));
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
  say(`Starting Caretaker ${version} with the data in ${config.data}`);
  // Only now: reading all of the hub takes a moment, and mistakes in the settings should not wait for it.
  const { boot } = await import("./boot/boot.ts");
  const booted = await boot({ config, mode, setupToken, version, root, clock: systemClock, log, say });
  stopOnSignals(booted, log);
  say(`Caretaker is ready at ${booted.url}`);
  if (booted.link?.to === "setup") say(`Set it up (the link works once): ${booted.link.url}`);
  if (booted.link?.to === "demo") say(`Look around (the link works once): ${booted.link.url}`);
}

/** Stops in order on the first signal; a second one, from somebody who will not wait, stops at once. */
function stopOnSignals(booted: Booted, log: Log): void {
  let stoppingSince: number | null = null;
  const stop = async (reason: string, exitCode: number): Promise<void> => {
    if (stoppingSince !== null) {
      // npm passes on the Ctrl-C that the terminal gave us already.
      if (performance.now() - stoppingSince > 1000) process.exit(1);
      return;
    }
    stoppingSince = performance.now();
    say(`Stopping (${reason})…`);
    const isWhole = await booted.stop(STOP_WITHIN_MILLISECONDS);
    if (!isWhole) log.error({}, `Not everything stopped within ${STOP_WITHIN_MILLISECONDS / 1000} s; it was cut off.`);
    process.exit(isWhole ? exitCode : 1);
  };
  process.on("SIGTERM", () => void stop("asked to", 0));
  process.on("SIGINT", () => void stop("Ctrl-C", 0));
  process.on("unhandledRejection", (error) =>
    log.error({ error }, "A failure that nobody waited for; the hub goes on."),
  );
  process.on("uncaughtException", (error) => {
    log.error({ error }, "A failure that nobody expected; the hub stops, and can be started again.");
    void stop("a failure", 1);
  });
}

function fail(error: unknown): never {
  // The command line's own complaints, and its help, are printed already.
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2);
  const isOurs = isCaretakerError(error);
  const words = isOurs ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${words}\n`);
  process.exit(isCaretakerError(error, "configuration_invalid") ? 2 : 1);
}
