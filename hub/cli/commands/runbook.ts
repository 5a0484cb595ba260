import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { connectors } from "@caretaker/server/gateways/connectors.ts";
import { IllFixture } from "@caretaker/server/runbooks/fixtures.ts";
import { runbookSchema } from "@caretaker/server/runbooks/json-schema.ts";
import { loadLibrary } from "@caretaker/server/runbooks/library.ts";
import { type GivenFile, verdictLines, verdictsOf } from "@caretaker/server/runbooks/verdict.ts";
import type { AddCommands, Cli } from "../cli.ts";
import { WrongUse } from "../exit.ts";
import { addRunCommand } from "./runbook-run.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");

export const addRunbookCommands: AddCommands = (program, cli) => {
  const runbook = program.command("runbook").description("Runbooks");
  addRunCommand(runbook, cli);
  runbook
    .command("schema")
    .description("The language as a JSON Schema, for editors")
    .action(() => {
      const schema = runbookSchema();
      cli.print(schema, () => [JSON.stringify(schema, null, 2)]);
    });
  runbook
    .command("validate")
    .description("Judge runbooks, without a hub: exit code 1 when one has a mistake")
    .argument("<path...>", "files, or folders with .yaml files")
    .action((paths: string[]) => validate(cli, paths));
};

async function validate({ print, found }: Cli, paths: readonly string[]): Promise<void> {
  const files = paths.flatMap(filesAt);
  if (files.length === 0) throw new WrongUse(`There is no .yaml file in ${paths.join(", ")}.`);
  const { world } = await loadLibrary(
    ROOT,
    connectors.map(({ manifest }) => manifest),
  );
  const verdicts = verdictsOf(files, world);
  print(verdicts, () => verdicts.flatMap((verdict, index) => verdictLines(verdict, files[index]?.text ?? "")));
  if (verdicts.some(({ ok }) => !ok)) found();
}

function filesAt(path: string): GivenFile[] {
  try {
    if (!statSync(path).isDirectory()) return [given(path)];
    const names = readdirSync(path, { recursive: true, encoding: "utf8" }).sort();
    return names
      .filter((name) => /\.ya?ml$/.test(name) && !/(^|[\\/])(node_modules|fixtures)[\\/]/.test(name))
      .map((name) => given(join(path, name)));
  } catch (cause) {
    if (cause instanceof WrongUse) throw cause;
    throw new WrongUse(`${path} cannot be read: ${(cause as NodeJS.ErrnoException).code ?? "it is no file"}.`, {
      cause,
    });
  }
}

/** A runbook with the recording of the state that it is for, where one lies beside it. */
function given(file: string): GivenFile {
  const text = readFileSync(file, "utf8");
  const recorded = join(dirname(file), "fixtures", `${basename(file).replace(/\.ya?ml$/, "")}.ill.json`);
  if (!existsSync(recorded)) return { file, text };
  try {
    return { file, text, ill: IllFixture.parse(JSON.parse(readFileSync(recorded, "utf8"))) };
  } catch (cause) {
    throw new WrongUse(`${recorded} is not a recorded state of a home.`, { cause });
  }
}
