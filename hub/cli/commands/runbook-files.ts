import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { RunbookCase } from "@caretaker/server/runbooks/case.ts";
import { IllFixture } from "@caretaker/server/runbooks/fixtures.ts";
import type { GivenFile } from "@caretaker/server/runbooks/verdict.ts";
import { WrongUse } from "../exit.ts";

/** The runbooks that some paths name: files, or all of a folder. */
export function runbooksAt(paths: readonly string[]): GivenFile[] {
  const files = paths.flatMap(filesAt);
  if (files.length === 0) throw new WrongUse(`There is no .yaml file in ${paths.join(", ")}.`);
  return files;
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
  return existsSync(recorded) ? { file, text, ill: parsed(recorded, IllFixture, "state of a home") } : { file, text };
}

export interface CaseFile {
  /** What stands between the runbook's name and `.json`. */
  readonly name: string;
  readonly recorded: RunbookCase;
}

/** The recorded cases of a runbook, which lie beside it as `fixtures/<name>.<case>.json`. */
export function casesOf(file: string): CaseFile[] {
  const folder = join(dirname(file), "fixtures");
  const prefix = `${basename(file).replace(/\.ya?ml$/, "")}.`;
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  return names
    .filter((name) => name.startsWith(prefix) && name.endsWith(".json") && name !== `${prefix}ill.json`)
    .map((name) => ({
      name: name.slice(prefix.length, -".json".length),
      recorded: parsed(join(folder, name), RunbookCase, "case of a runbook"),
    }));
}

function parsed<T>(path: string, schema: { parse(value: unknown): T }, what: string): T {
  try {
    return schema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (cause) {
    const issue = (cause as { issues?: { path: PropertyKey[]; message: string }[] }).issues?.[0];
    const why = issue === undefined ? "it is no JSON" : `${issue.path.join(".")} ${issue.message}`;
    throw new WrongUse(`${path} is not a recorded ${what}: ${why}.`, { cause });
  }
}
