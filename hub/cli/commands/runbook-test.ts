import { join } from "node:path";
import type { RunbookVerdict } from "@caretaker/protocol";
import { connectors } from "@caretaker/reach/makes.ts";
import { loadLibrary } from "@caretaker/server/runbooks/library.ts";
import { validateRunbook } from "@caretaker/server/runbooks/validate.ts";
import { type GivenFile, verdictLines, verdictOf, worldWith } from "@caretaker/server/runbooks/verdict.ts";
import { type CaseVerdict, caseLines, caseVerdict } from "@caretaker/server/runs/case-verdict.ts";
import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { WrongUse } from "../exit.ts";
import { casesOf, runbooksAt } from "./runbook-files.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");

export function addTestCommand(runbook: Command, cli: Cli): void {
  runbook
    .command("test")
    .description(
      "Play runbooks through the cases recorded beside them, without a hub or a home: exit code 1 when one goes another way",
    )
    .argument("<path...>", "files, or folders with .yaml files")
    .action((paths: string[]) => test(cli, paths));
}

interface Tested {
  readonly file: GivenFile;
  readonly verdict: RunbookVerdict;
  readonly cases: readonly CaseVerdict[];
}

async function test({ print, found }: Cli, paths: readonly string[]): Promise<void> {
  const files = runbooksAt(paths);
  const { world } = await loadLibrary(
    ROOT,
    connectors.map(({ manifest }) => manifest),
  );
  const wider = worldWith(files, world);
  const tested = files.map((file): Tested => {
    const verdict = verdictOf(file, wider);
    const read = verdict.ok ? validateRunbook(file.file, file.text, wider) : null;
    if (read === null || !read.ok) return { file, verdict, cases: [] };
    const { runbook } = read;
    const cases = casesOf(file.file).map(({ name, recorded }) => caseVerdict(name, runbook, recorded, wider));
    return { file, verdict, cases };
  });
  const isGood = ({ verdict, cases }: Tested): boolean => verdict.ok && cases.every(({ ok }) => ok);
  if (tested.every((one) => isGood(one) && one.cases.length === 0)) {
    throw new WrongUse(`No case is recorded beside ${paths.join(", ")}: they lie in \`fixtures/<name>.<case>.json\`.`);
  }
  print(
    tested.map(({ file, verdict, cases }) => ({ file: file.file, mistakes: verdict.mistakes, cases })),
    () => tested.flatMap(linesOf),
  );
  if (!tested.every(isGood)) found();
}

function linesOf({ file, verdict, cases }: Tested): string[] {
  if (!verdict.ok) return verdictLines(verdict, file.text);
  return cases.length === 0 ? [`${file.file}: no case is recorded`] : [file.file, ...cases.flatMap(caseLines)];
}
