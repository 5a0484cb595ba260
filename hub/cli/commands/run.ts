import type { RunSummary, SiteId } from "@caretaker/protocol";
import type { AddCommands } from "../cli.ts";
import { call } from "../client.ts";

export const addRunCommands: AddCommands = (program, { hub, print }) => {
  program
    .command("run")
    .description("Runs")
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
