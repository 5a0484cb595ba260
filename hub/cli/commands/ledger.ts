import type { LedgerVerdict, SiteId } from "@caretaker/protocol";
import type { AddCommands, Cli } from "../cli.ts";
import { call } from "../client.ts";

export const addLedgerCommands: AddCommands = (program, cli) => {
  program
    .command("ledger")
    .description("Ledgers")
    .command("verify")
    .description("Recompute a ledger and name its first bad entry: exit code 1 when it is not whole")
    .option("--site <id>", "one site's ledger; without it the firm's and every site's")
    .action(({ site }: { site?: string }) => verify(cli, site as SiteId | undefined));
};

async function verify({ hub, print, found }: Cli, site: SiteId | undefined): Promise<void> {
  const chains =
    site === undefined ? [undefined, ...(await call(hub(), "site.list", {})).items.map((row) => row.id)] : [site];
  const verdicts: LedgerVerdict[] = [];
  for (const siteId of chains)
    verdicts.push(await call(hub(), "ledger.verify", siteId === undefined ? {} : { siteId }));
  print(verdicts, () => verdicts.map(inWords));
  if (verdicts.some(({ whole }) => !whole)) found();
}

function inWords(verdict: LedgerVerdict): string {
  const name = verdict.chain === "firm" ? "the firm's ledger" : `site ${verdict.chain}`;
  if (verdict.firstBad !== null) return `BROKEN  ${name}: entry ${verdict.firstBad.number}: ${verdict.firstBad.why}`;
  const erased = verdict.erased === 0 ? "" : `, ${verdict.erased} erased`;
  return `whole   ${name}: ${verdict.entries} entries${erased}, head ${verdict.code}`;
}
