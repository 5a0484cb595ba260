import { CaretakerError, isCaretakerError, Secret } from "@caretaker/protocol";
import { Command, CommanderError } from "commander";
import { type Hub, HubUnreachable } from "./client.ts";
import { addAgentCommands } from "./commands/agent.ts";
import { addBackupCommands } from "./commands/backup.ts";
import { addConnectorCommands } from "./commands/connector.ts";
import { addContactCommands } from "./commands/contact.ts";
import { addLedgerCommands } from "./commands/ledger.ts";
import { addRunCommands } from "./commands/run.ts";
import { addRunbookCommands } from "./commands/runbook.ts";
import { addSiteCommands } from "./commands/site.ts";
import { EXIT, type Exit, WrongUse } from "./exit.ts";

/** What the command line has of the process it runs in; a test gives its own. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  out(text: string): void;
  err(text: string): void;
  readFile(path: string): string;
  /** The folder that it was started in. */
  readonly cwd: string;
}

/** What a command is given: the hub, for those that need one, and how it answers. */
export interface Cli {
  readonly terminal: Terminal;
  /** Throws when nobody said which key to use. */
  hub(): Hub;
  /** Answers a value with `--json`, these lines without. */
  print(value: unknown, lines: () => readonly string[]): void;
  /** Says one thing of several as it happens: a value on a line of its own with `--json`, these lines without. */
  tell<T>(value: T, lines: (value: T) => readonly string[]): void;
  /** Something was found, or failed: exit code 1. */
  found(): void;
  /** What was to be looked at does not answer: exit code 3. */
  unreachable(): void;
}

/** Adds the commands about one noun to the program; each has a file in commands/. */
export type AddCommands = (program: Command, cli: Cli) => void;

const COMMANDS: readonly AddCommands[] = [
  addSiteCommands,
  addContactCommands,
  addConnectorCommands,
  addRunCommands,
  addRunbookCommands,
  addLedgerCommands,
  addBackupCommands,
  addAgentCommands,
];

/** Runs one command line to its end and says with which code the process should exit. */
export async function runCli(words: readonly string[], terminal: Terminal): Promise<Exit> {
  let exit: Exit = EXIT.ok;
  const program = new Command("caretaker")
    .description(
      "Speaks to a Caretaker hub with an API key: CARETAKER_URL names the hub, CARETAKER_API_KEY holds the key (or CARETAKER_API_KEY_FILE its file).",
    )
    .option("--url <url>", "where the hub is", terminal.env.CARETAKER_URL ?? "http://localhost:4400")
    .option("--json", "answer as JSON", false)
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.err(text) });
  const cli: Cli = {
    terminal,
    hub: () => ({ url: program.opts<{ url: string }>().url, key: keyOf(terminal) }),
    print: (value, lines) => {
      const isJson = program.opts<{ json: boolean }>().json;
      const text = isJson ? JSON.stringify(value, null, 2) : lines().join("\n");
      if (text !== "") terminal.out(`${text}\n`);
    },
    tell: (value, lines) => {
      const isJson = program.opts<{ json: boolean }>().json;
      for (const line of isJson ? [JSON.stringify(value)] : lines(value)) terminal.out(`${line}\n`);
    },
    found: () => {
      exit = EXIT.found;
    },
    unreachable: () => {
      exit = EXIT.unreachable;
    },
  };
  for (const add of COMMANDS) add(program, cli);
  try {
    await program.parseAsync([...words], { from: "user" });
    return exit;
  } catch (error) {
    return failed(error, terminal);
  }
}

function keyOf({ env, readFile }: Terminal): Secret {
  const file = env.CARETAKER_API_KEY_FILE;
  const key = env.CARETAKER_API_KEY ?? (file === undefined ? undefined : readFile(file).trim());
  if (key !== undefined && key !== "") return new Secret(key);
  throw new CaretakerError(
    "not_signed_in",
    "No API key: set CARETAKER_API_KEY, or CARETAKER_API_KEY_FILE. A principal makes one on the page Keys.",
  );
}

function failed(error: unknown, { err }: Terminal): Exit {
  // The command line's own complaints, and its help, are printed already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  err(`${error instanceof Error ? error.message : String(error)}\n`);
  if (isCaretakerError(error)) for (const field of error.fields) err(`  ${field.path}: ${field.message}\n`);
  if (error instanceof HubUnreachable) return EXIT.unreachable;
  return error instanceof WrongUse || isCaretakerError(error, "not_signed_in") ? EXIT.usage : EXIT.found;
}
