import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { LedgerCode, type LedgerVerdict, type SiteId } from "@caretaker/protocol";
import { type FileVerdict, isWhole, verifyLedgerFile } from "@caretaker/server/ledger/verify-file.ts";
import type { AddCommands, Cli } from "../cli.ts";
import { call, download } from "../client.ts";
import { WrongUse } from "../exit.ts";
import { saveAs } from "../save-as.ts";

interface VerifyOptions {
  readonly site?: string;
  readonly code?: string;
}

export const addLedgerCommands: AddCommands = (program, cli) => {
  const ledger = program.command("ledger").description("Ledgers");
  ledger
    .command("verify")
    .description("Recompute a ledger and name its first bad entry: exit code 1 when it is not whole")
    .argument("[file]", "an exported ledger, which needs no hub to be checked")
    .option("--site <id>", "one site's ledger of the hub; without it the firm's and every site's")
    .option("--code <code>", "a code from a homeowner's message, such as 3f2a-91bc: where that head stands")
    .action((file: string | undefined, options: VerifyOptions) =>
      file === undefined ? verify(cli, options) : verifyFile(cli, file, options),
    );
  ledger
    .command("export")
    .description("Write a whole ledger into a file, which anybody can check")
    .argument("<file>", "where to; it must not be there yet")
    .option("--site <id>", "the site's ledger; without it the firm's")
    .action(async (file: string, { site }: { site?: string }) => {
      await saveAs(
        file,
        await download(cli.hub(), "ledger.export", site === undefined ? {} : { siteId: site as SiteId }),
      );
      cli.print({ file }, () => [`Written to ${file}. Check it with: caretaker ledger verify ${file}`]);
    });
};

async function verify({ hub, print, found }: Cli, { site, code }: VerifyOptions): Promise<void> {
  const witness = readCode(code);
  if (witness !== undefined && site === undefined)
    throw new WrongUse("--code is of one ledger: name it with --site, or give its file.");
  const chains =
    site === undefined
      ? [undefined, ...(await call(hub(), "site.list", {})).items.map((row) => row.id)]
      : [site as SiteId];
  const verdicts: LedgerVerdict[] = [];
  for (const siteId of chains) {
    const asked = { ...(siteId === undefined ? {} : { siteId }), ...(witness === undefined ? {} : { code: witness }) };
    verdicts.push(await call(hub(), "ledger.verify", asked));
  }
  print(verdicts, () => verdicts.flatMap((verdict) => inWords(verdict, nameOf(verdict), witness)));
  if (verdicts.some(({ whole }) => !whole)) found();
}

async function verifyFile({ print, found }: Cli, file: string, { site, code }: VerifyOptions): Promise<void> {
  if (site !== undefined) throw new WrongUse("A file holds one ledger already: leave --site out.");
  const witness = readCode(code);
  const lines = createInterface({ input: createReadStream(file, "utf8"), crlfDelay: Number.POSITIVE_INFINITY });
  const checked = await verifyLedgerFile(lines, witness).catch((error: unknown) => {
    throw new WrongUse(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  });
  print({ ...checked, whole: isWhole(checked) }, () => fileInWords(checked, file, witness));
  if (!isWhole(checked)) found();
}

function fileInWords({ title, exportedAt, verdict, damage }: FileVerdict, file: string, witness?: string): string[] {
  const lines = verdict === null ? [] : inWords(verdict, `${title}, as of ${exportedAt}`, witness);
  if (damage === null) return lines;
  // What is cut off or unreadable says less than which entry is wrong, so the entry comes first.
  return [...lines.filter((line) => line.startsWith("BROKEN")), `DAMAGED ${file}: line ${damage.line}: ${damage.why}`];
}

function inWords(verdict: LedgerVerdict, name: string, witness?: string): string[] {
  const { firstBad, erased, erasures, entries, code, witnessed } = verdict;
  if (firstBad !== null) return [`BROKEN  ${name}: entry ${firstBad.number}: ${firstBad.why}`];
  const without = erased === 0 ? "" : `, ${erased} erased`;
  return [
    `whole   ${name}: ${entries} entries${without}, head ${code}`,
    ...erasures.map(
      ({ entry, at, numbers, reason }) => `        erased  ${numbers.join(", ")} on ${at} (entry ${entry}): ${reason}`,
    ),
    ...(witness === undefined ? [] : [`        code    ${witness} was the head when entry ${witnessed} was written`]),
  ];
}

function nameOf({ chain }: LedgerVerdict): string {
  return chain === "firm" ? "the firm's ledger" : `site ${chain}`;
}

function readCode(code: string | undefined): LedgerCode | undefined {
  if (code === undefined) return undefined;
  const parsed = LedgerCode.safeParse(code.toLowerCase());
  if (parsed.success) return parsed.data;
  throw new WrongUse(`${code} is not a code, such as 3f2a-91bc.`);
}
