import { join } from "node:path";
import { connectors } from "@caretaker/reach/makes.ts";
import { runbookSchema } from "@caretaker/server/runbooks/json-schema.ts";
import { loadLibrary } from "@caretaker/server/runbooks/library.ts";
import { verdictLines, verdictsOf } from "@caretaker/server/runbooks/verdict.ts";
import type { AddCommands, Cli } from "../cli.ts";
import { runbooksAt } from "./runbook-files.ts";
import { addRunCommand } from "./runbook-run.ts";
import { addTestCommand } from "./runbook-test.ts";
import { addVersionCommands } from "./runbook-versions.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");

export const addRunbookCommands: AddCommands = (program, cli) => {
  const runbook = program.command("runbook").description("Runbooks");
  addRunCommand(runbook, cli);
  addTestCommand(runbook, cli);
  addVersionCommands(runbook, cli);
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
  const files = runbooksAt(paths);
  const { world } = await loadLibrary(
    ROOT,
    connectors.map(({ manifest }) => manifest),
  );
  const verdicts = verdictsOf(files, world);
  print(verdicts, () => verdicts.flatMap((verdict, index) => verdictLines(verdict, files[index]?.text ?? "")));
  if (verdicts.some(({ ok }) => !ok)) found();
}
