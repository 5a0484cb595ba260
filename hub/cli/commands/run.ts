import type { RunId, RunSummary, SiteId } from "@caretaker/protocol";
import type { AddCommands } from "../cli.ts";
import { call } from "../client.ts";
import { saveAs } from "../save-as.ts";

export const addRunCommands: AddCommands = (program, { hub, print }) => {
  const run = program.command("run").description("Runs");
  run
    .command("evidence")
    .description("Take out all that proves what a run did, as one JSON document")
    .argument("<id>", "the run")
    .argument("<file>", "where it is written; never over another file")
    .action(async (id: string, file: string) => {
      const evidence = await call(hub(), "run.evidence", { runId: id as RunId });
      await saveAs(file, new Blob([`${JSON.stringify(evidence, null, 2)}\n`]).stream());
      print({ file, digest: evidence.digest }, () => [
        `RUN-${evidence.run.number} is in ${file}, digest ${evidence.digest}`,
      ]);
    });
  run
    .command("list")
    .description("Runs, newest first")
    .option("--site <id>", "of one site only")
    .action(async ({ site }: { site?: string }) => {
      const { items } = await call(hub(), "run.list", site === undefined ? {} : { siteId: site as SiteId });
      print(items, () => items.map(inWords));
    });
};

function inWords({ number, outcome, status, siteName, runbookTitle, id }: RunSummary): string {
  return `RUN-${number}  ${(outcome ?? status).padEnd(20)} ${siteName}: ${runbookTitle}  ${id}`;
}
