import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  CaretakerError,
  type ConnectorManifest,
  type Runbook,
  type RunbookId,
  type RunbookMistake,
} from "@caretaker/protocol";
import type { Database, Trx } from "../db/database.ts";
import { runbookDigest, usedBy } from "./digest.ts";
import { IllFixture, provesNothing } from "./fixtures.ts";
import { mistakeLine, type RunbookSource } from "./source.ts";
import { type ValidRunbook, validateRunbook } from "./validate.ts";
import type { World } from "./world.ts";

/** A runbook of this hub, good in every respect. */
export interface LibraryRunbook extends ValidRunbook {
  /** Of this hub's own files, not one that the firm published. */
  readonly isStock?: boolean;
  /** What it began as a copy of. */
  readonly copyOf?: RunbookId;
  readonly id: RunbookId;
  readonly digest: string;
  readonly text: string;
}

export interface Library {
  /**
   * Takes up what was published or retired since, on whatever hub. Asked before a list is shown and a run started. Inside
   * a transaction it is given that, so that it waits for no second connection.
   */
  refresh?(within?: Database | Trx): Promise<void>;
  readonly world: World;
  readonly runbooks: readonly LibraryRunbook[];
  get(id: string): LibraryRunbook | undefined;
  /** Published, and not to be started until they are published again. */
  readonly outdated?: readonly OutdatedRunbook[];
}

/** What the firm published, and what it uses has changed since. */
export interface OutdatedRunbook {
  readonly id: RunbookId;
  readonly version: number;
  readonly title: string;
  /** The runbooks that it uses and that are not what they were. */
  readonly because: readonly { readonly id: string; readonly what: "changed" | "gone" | "outdated" }[];
}

export interface RunbookFile {
  /** As it is named in mistakes: from the project's root. */
  readonly file: string;
  readonly text: string;
  /** What its `id` has to be, by where it lies. */
  readonly id: string;
  /** What was read in the state that it is for, if that was recorded. */
  readonly ill?: IllFixture;
}

/**
 * Makes a library of files. All mistakes of all files are said at once: a hub with a broken stock runbook does not
 * start.
 */
export function makeLibrary(files: readonly RunbookFile[], connectors: World["connectors"]): Library {
  const known = new Map<string, Runbook>();
  const world: World = { connectors, runbooks: known };
  const valid: (ValidRunbook & { readonly text: string })[] = [];
  let mistakes: RunbookMistake[] = [];
  let left = files;
  // A runbook may use another that is read later: as long as one more became good, the others are tried again.
  for (let before = Number.POSITIVE_INFINITY; left.length > 0 && left.length < before; ) {
    before = left.length;
    mistakes = [];
    left = left.filter((file) => {
      const result = validateRunbook(file.file, file.text, world);
      const wrong = result.ok
        ? [...misplaced(file, result.runbook, result.source), ...provesNothing(result, file.ill, world)]
        : result.mistakes;
      mistakes.push(...wrong);
      if (!result.ok || wrong.length > 0) return true;
      valid.push({ ...result, text: file.text });
      return false;
    });
    for (const { runbook } of valid) known.set(runbook.id, runbook);
  }
  if (mistakes.length > 0) throw invalid(mistakes);
  const byId = new Map(valid.map((one) => [one.runbook.id as string, one]));
  const runbooks = valid
    .map((one) => ({
      ...one,
      id: one.runbook.id,
      digest: runbookDigest(
        one.document,
        usedBy(one.runbook, (id) => byId.get(id)),
      ),
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const index = new Map<string, LibraryRunbook>(runbooks.map((one) => [one.id, one]));
  return { world, runbooks, get: (id) => index.get(id) };
}

/** Reads the stock runbooks: those of each make beside its connector, and those of several makes in hub/runbooks. */
export async function loadLibrary(root: string, connectors: readonly ConnectorManifest[]): Promise<Library> {
  const folders = [
    ...connectors.map(({ id }) => ({ folder: `connectors/${id}/runbooks`, prefix: `${id}/` })),
    { folder: "hub/runbooks", prefix: "" },
  ];
  const files = await Promise.all(folders.map(({ folder, prefix }) => filesIn(root, folder, prefix)));
  return makeLibrary(files.flat(), connectors);
}

async function filesIn(root: string, folder: string, prefix: string): Promise<RunbookFile[]> {
  const names = await readdir(join(root, folder)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const runbooks = names.filter((name) => name.endsWith(".yaml")).map((name) => name.slice(0, -".yaml".length));
  return Promise.all(
    runbooks.map(async (name) => {
      const ill = await readFixture(join(root, folder, "fixtures", `${name}.ill.json`));
      return {
        file: `${folder}/${name}.yaml`,
        text: await readFile(join(root, folder, `${name}.yaml`), "utf8"),
        id: `${prefix}${name}`,
        ...(ill === null ? {} : { ill }),
      };
    }),
  );
}

async function readFixture(path: string): Promise<IllFixture | null> {
  try {
    return IllFixture.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new CaretakerError("invalid_runbook", `${path} is not a recorded state of a home.`, { cause: error });
  }
}

function misplaced(file: RunbookFile, runbook: Runbook, source: RunbookSource): RunbookMistake[] {
  if (runbook.id === file.id) return [];
  return [
    source.mistake("wrong_id", ["id"], "is not the id that belongs to this file's place", { didYouMean: file.id }),
  ];
}

/** The mistakes of a runbook as an error that says all of them. */
export function invalid(mistakes: readonly RunbookMistake[]): CaretakerError {
  const count = mistakes.length === 1 ? "a mistake" : `${mistakes.length} mistakes`;
  return new CaretakerError(
    "invalid_runbook",
    `There is ${count} in a runbook:\n${mistakes.map(mistakeLine).join("\n")}`,
    {
      fields: mistakes.map(({ file, line, column, message }) => ({ path: `${file}:${line}:${column}`, message })),
      meta: { mistakes },
    },
  );
}
