#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { CaretakerError, isCaretakerError, type LedgerVerdict, Secret, type SiteId } from "@caretaker/protocol";
import { Command, CommanderError } from "commander";
import { call, type Hub, HubUnreachable } from "./client.ts";

/** 0 well, 1 findings or failed, 2 wrong use, 3 the hub cannot be reached. */
const EXIT = { ok: 0, found: 1, usage: 2, unreachable: 3 } as const;

const program = new Command("caretaker")
  .description(
    "Speaks to a Caretaker hub with an API key: CARETAKER_URL names the hub, CARETAKER_API_KEY holds the key (or CARETAKER_API_KEY_FILE its file).",
  )
  .option("--url <url>", "where the hub is", process.env.CARETAKER_URL ?? "http://localhost:4400")
  .option("--json", "answer as JSON", false)
  .exitOverride()
  .configureOutput({ writeErr: (text) => process.stderr.write(text) });

const site = program.command("site").description("Sites");
site
  .command("list")
  .description("All sites, worst first")
  .action(async () => {
    const { items } = await call(hub(), "site.list", {});
    print(items, () => items.map((row) => `${row.health.padEnd(13)} ${row.name} (${row.clientName})  ${row.id}`));
  });

const run = program.command("run").description("Runs");
run
  .command("list")
  .description("Runs, newest first")
  .option("--site <id>", "of one site only")
  .action(async (options: { site?: string }) => {
    const { items } = await call(
      hub(),
      "run.list",
      options.site === undefined ? {} : { siteId: options.site as SiteId },
    );
    print(items, () =>
      items.map(
        (row) =>
          `RUN-${row.number}  ${(row.outcome ?? row.status).padEnd(20)} ${row.siteName}: ${row.runbookTitle}  ${row.id}`,
      ),
    );
  });

const ledger = program.command("ledger").description("Ledgers");
ledger
  .command("verify")
  .description("Recompute a ledger and name its first bad entry: exit code 1 when it is not whole")
  .option("--site <id>", "one site's ledger; without it the firm's and every site's")
  .action(async (options: { site?: string }) => {
    const chains =
      options.site === undefined
        ? [undefined, ...(await call(hub(), "site.list", {})).items.map((row) => row.id)]
        : [options.site as SiteId];
    const verdicts: LedgerVerdict[] = [];
    for (const siteId of chains)
      verdicts.push(await call(hub(), "ledger.verify", siteId === undefined ? {} : { siteId }));
    print(verdicts, () => verdicts.map(inWords));
    if (verdicts.some((verdict) => !verdict.whole)) process.exitCode = EXIT.found;
  });

function inWords(verdict: LedgerVerdict): string {
  const name = verdict.chain === "firm" ? "the firm's ledger" : `site ${verdict.chain}`;
  if (verdict.firstBad !== null) return `BROKEN  ${name}: entry ${verdict.firstBad.number}: ${verdict.firstBad.why}`;
  const erased = verdict.erased === 0 ? "" : `, ${verdict.erased} erased`;
  return `whole   ${name}: ${verdict.entries} entries${erased}, head ${verdict.code}`;
}

function hub(): Hub {
  const file = process.env.CARETAKER_API_KEY_FILE;
  const key = process.env.CARETAKER_API_KEY ?? (file === undefined ? undefined : readFileSync(file, "utf8").trim());
  if (key === undefined || key === "") {
    throw new CaretakerError(
      "not_signed_in",
      "No API key: set CARETAKER_API_KEY, or CARETAKER_API_KEY_FILE. A principal makes one on the page Keys.",
    );
  }
  return { url: program.opts<{ url: string }>().url, key: new Secret(key) };
}

function print(value: unknown, lines: () => string[]): void {
  const text = program.opts<{ json: boolean }>().json ? JSON.stringify(value, null, 2) : lines().join("\n");
  if (text !== "") process.stdout.write(`${text}\n`);
}

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  else {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    if (isCaretakerError(error))
      for (const field of error.fields) process.stderr.write(`  ${field.path}: ${field.message}\n`);
    process.exitCode =
      error instanceof HubUnreachable
        ? EXIT.unreachable
        : isCaretakerError(error, "not_signed_in")
          ? EXIT.usage
          : EXIT.found;
  }
}
