import { readFile } from "node:fs/promises";
import { createGzip } from "node:zlib";
import { bundleFileLines } from "@caretaker/server/backup/bundle-file.ts";
import { type BundleContents, checkBundle } from "@caretaker/server/backup/read-bundle.ts";
import { restoreHere } from "@caretaker/server/backup/restore-here.ts";
import { loadConfig } from "@caretaker/server/config/load-config.ts";
import { silentLog } from "@caretaker/server/db/log.ts";
import type { AddCommands, Cli } from "../cli.ts";
import { download } from "../client.ts";
import { saveAs } from "../save-as.ts";

interface RestoreOptions {
  readonly replace: boolean;
  readonly data?: string;
}

export const addBackupCommands: AddCommands = (program, cli) => {
  program
    .command("backup")
    .description(
      "Write everything that the hub knows into a file, packed where its name ends in .gz. The key ring is not in it",
    )
    .argument("<file>", "where to; it must not be there yet")
    .action((file: string) => backup(cli, file));
  program
    .command("verify-backup")
    .description("Read a whole backup and say whether it is as it was written; needs no hub")
    .argument("<file>", "the backup")
    .action(async (file: string) => report(cli, await checkBundle(bundleFileLines(file)), `${file} is whole`));
  program
    .command("restore")
    .description(
      "Put a backup into the database that the hub here uses (DATABASE_URL, or the embedded one), while no hub runs",
    )
    .argument("<file>", "the backup")
    .option("--replace", "throw away what the database holds now", false)
    .option("--data <folder>", "the hub's data folder, as for the hub itself")
    .action((file: string, options: RestoreOptions) => restore(cli, file, options));
};

async function backup(cli: Cli, file: string): Promise<void> {
  const bytes = await download(cli.hub(), "backup.download", {});
  await saveAs(file, file.endsWith(".gz") ? packed(bytes) : bytes);
  // Read once more from the disk: a backup that nobody has read is a hope.
  const contents = await checkBundle(bundleFileLines(file));
  report(cli, contents, `Written to ${file} and read again: it is whole`);
}

async function* packed(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const gzip = createGzip();
  const fed = (async () => {
    try {
      for await (const piece of bytes)
        if (!gzip.write(piece)) await new Promise((resolve) => gzip.once("drain", resolve));
      gzip.end();
    } catch (error) {
      gzip.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  })();
  yield* gzip;
  await fed;
}

async function restore(cli: Cli, file: string, { replace, data }: RestoreOptions): Promise<void> {
  const { env, cwd } = cli.terminal;
  const config = await loadConfig({
    flags: data === undefined ? {} : { data },
    env,
    readFile: (path) => readFile(path, "utf8"),
    cwd,
  });
  const contents = await restoreHere({
    config,
    file,
    isReplaced: replace,
    log: silentLog,
    say: (line) => cli.terminal.err(`${line}\n`),
  });
  report(cli, contents, `Restored ${file}`, [
    `Put the key ring of the old hub at ${config.keyFile} before you start: without it, gateways need their credentials anew.`,
    "Runs that had not ended are closed, what homeowners had allowed once is void, and nothing starts by itself until somebody says so on the page Sites.",
  ]);
}

function report({ print }: Cli, contents: BundleContents, title: string, more: readonly string[] = []): void {
  const { manifest, tables, rows } = contents;
  print({ ...manifest, tables, rows }, () => [
    `${title}: ${manifest.firm ?? "no firm yet"}, as of ${manifest.madeAt}, made by version ${manifest.hub}; ${rows} rows in ${tables} tables.`,
    ...more,
  ]);
}
