import { writeFile } from "node:fs/promises";
import type { DiffLine } from "@caretaker/protocol";
import { verdictLines } from "@caretaker/server/runbooks/verdict.ts";
import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { call } from "../client.ts";
import { WrongUse } from "../exit.ts";
import { runbooksAt } from "./runbook-files.ts";

/** The firm's own runbooks on a hub: in as drafts, published, out as files, compared. */
export function addVersionCommands(runbook: Command, cli: Cli): void {
  runbook
    .command("import")
    .description("Take files in as drafts of the firm's own; exit code 1 when one has a mistake or its name is taken")
    .argument("<path...>", "files, or folders with .yaml files")
    .action((paths: string[]) => importFiles(cli, paths));
  runbook
    .command("publish")
    .description("Publish a draft as its next version, or ask for the second person that this needs")
    .argument("<name>", "the draft, such as hue-bridge-again")
    .requiredOption("--reason <words>", "why, for whoever reads the ledger")
    .action((name: string, { reason }: { reason: string }) => publish(cli, name, reason));
  runbook
    .command("export")
    .description("Write a published version as it was published, letter by letter")
    .argument("<name>", "of the firm's own, such as hue-bridge-again")
    .option("--version <number>", "without it the newest")
    .option("--to <file>", "without it to the screen")
    .action((name: string, options: { version?: string; to?: string }) => exportVersion(cli, name, options));
  runbook
    .command("diff")
    .description(
      "What changed between two published versions, or from one to the draft; exit code 1 where something did",
    )
    .argument("<name>", "of the firm's own")
    .argument("<from>", "a version")
    .argument("[to]", "a later one; without it the draft")
    .action((name: string, from: string, to?: string) => diff(cli, name, from, to));
}

async function importFiles({ hub, print, found }: Cli, paths: readonly string[]): Promise<void> {
  const files = runbooksAt(paths).map(({ file, text }) => ({ file, text }));
  const { items } = await call(hub(), "runbook.import", { files });
  print(items, () =>
    items.flatMap(({ file, name, refused, verdict }, index) => [
      name === null ? `${file}: not taken in. ${refused ?? ""}` : `${file}: draft firm/${name}`,
      ...(verdict.ok ? [] : verdictLines(verdict, files[index]?.text ?? "")),
    ]),
  );
  if (items.some(({ name, verdict }) => name === null || !verdict.ok)) found();
}

async function publish({ hub, print }: Cli, name: string, reason: string): Promise<void> {
  const { rowVersion } = await call(hub(), "runbook.draft.get", { name });
  const answer = await call(hub(), "runbook.publish", { name, rowVersion, reason });
  print(answer, () => [
    answer.published === null
      ? `${answer.approval?.title ?? ""} It waits for a second person.`
      : `Published: ${answer.published.id} version ${answer.published.version}, ${answer.published.digest}`,
  ]);
}

async function exportVersion(
  { hub, print }: Cli,
  name: string,
  { version, to }: { version?: string; to?: string },
): Promise<void> {
  const newest = version ?? (await call(hub(), "runbook.version.list", { name })).items[0]?.version;
  const one = await call(hub(), "runbook.version.get", { name, version: numberIn(String(newest)) });
  if (to !== undefined) await writeFile(to, one.text, { flag: "wx" }).catch((error: unknown) => refuse(to, error));
  print(one, () =>
    to === undefined ? [one.text.replace(/\n$/, "")] : [`${one.id} version ${one.version} written to ${to}`],
  );
}

async function diff({ hub, print, found }: Cli, name: string, from: string, to?: string): Promise<void> {
  const asked = { name, from: numberIn(from), ...(to === undefined ? {} : { to: numberIn(to) }) };
  const changes = await call(hub(), "runbook.diff", asked);
  print(changes, () =>
    changes.added + changes.removed === 0
      ? ["Nothing changed."]
      : [...(changes.changes ?? [HAS_MISTAKES]), "", ...changes.lines.map(asText)],
  );
  if (changes.added + changes.removed > 0) found();
}

const HAS_MISTAKES = "What changes for the household is told once the draft has no mistake.";
const SIGNS: Readonly<Record<DiffLine["kind"], string>> = { same: " ", added: "+", removed: "-" };

function asText({ kind, text }: DiffLine): string {
  return `${SIGNS[kind]} ${text}`.trimEnd();
}

function numberIn(text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new WrongUse(`${text} is not a version: versions are counted from 1.`);
}

function refuse(file: string, error: unknown): never {
  throw new WrongUse(`${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
}
