import { spawn } from "node:child_process";
import { mkdir, open, readdir, readFile, rename, rm, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CaretakerError } from "@caretaker/protocol";
import { type Binaries, POSTGRES_MAJOR } from "./binaries.ts";
import { diskFull, errorCode } from "./file-errors.ts";
import { commandFor, giveTo, type Identity } from "./identity.ts";

export const SUPERUSER = "caretaker";

const INITDB = [
  ...["-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"],
  ...["--no-instructions", "--no-clean"],
];

/** Sees that a cluster of our version is there, and makes one if there is none. Half-made ones of earlier tries go. */
export async function prepareCluster(
  cluster: string,
  run: { binaries: Binaries; identity: Identity; onCreate: () => void },
): Promise<void> {
  const draft = `${cluster}.new`;
  await rm(draft, { recursive: true, force: true });
  if (await hasCluster(cluster)) return giveTo(run.identity, cluster);
  run.onCreate();
  await mkdir(draft, { mode: 0o700 });
  await giveTo(run.identity, draft);
  const { code, output } = await collect(run.identity, run.binaries, run.binaries.initdb, ["-D", draft, ...INITDB]);
  if (code !== 0) {
    const hasNoRoom = isDiskFull(output) || (await isNearlyFull(dirname(cluster)));
    await rm(draft, { recursive: true, force: true });
    throw hasNoRoom ? diskFull(dirname(cluster)) : creationFailed(cluster, output);
  }
  await rename(draft, cluster);
}

async function hasCluster(cluster: string): Promise<boolean> {
  const version = await readFile(join(cluster, "PG_VERSION"), "utf8").catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  });
  if (version === null) return refuseStrangeFolder(cluster);
  if (version.trim() === POSTGRES_MAJOR) return true;
  throw new CaretakerError(
    "data_directory_unusable",
    `The data in ${cluster} was written by Postgres ${version.trim() || "of an unknown version"}, and this hub brings Postgres ${POSTGRES_MAJOR}. ` +
      "Start the hub version that wrote it and make a backup there, or choose another data directory with CARETAKER_DATA.",
  );
}

/** A folder that has files but no version is a damaged cluster or somebody else's: never to be written over. */
async function refuseStrangeFolder(cluster: string): Promise<false> {
  const files = await readdir(cluster).catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  });
  if (files === null) return false;
  if (files.length === 0) {
    await rm(cluster, { recursive: true });
    return false;
  }
  throw new CaretakerError(
    "data_directory_unusable",
    `The folder ${cluster} holds files that are not a database, or one whose PG_VERSION is lost. ` +
      "Restore it from a backup, or move it away and start again; the hub will not write over it.",
  );
}

function creationFailed(cluster: string, output: string): CaretakerError {
  return new CaretakerError(
    "data_directory_unusable",
    `The database could not be created in ${cluster}: ${lastWords(output)}. Mend that, or name a Postgres of your own in DATABASE_URL.`,
    { meta: { output: output.slice(-4000) } },
  );
}

/** Opens the server's own log, and starts it anew when it has grown over 5 MB; the one before is kept. */
export async function openServerLog(path: string): Promise<{ fd: number; from: number; close(): Promise<void> }> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  const isLarge = size > 5_000_000;
  if (isLarge) await rename(path, `${path}.1`);
  const file = await open(path, "a", 0o600);
  return { fd: file.fd, from: isLarge ? 0 : size, close: () => file.close() };
}

/** Why a server that was just started is gone, out of what it wrote since. */
export async function explainFailure(cluster: string, logPath: string, from: number): Promise<CaretakerError> {
  const written = (await readFile(logPath).catch(() => Buffer.alloc(0))).subarray(from).toString("utf8");
  if (isDiskFull(written) || (await isNearlyFull(cluster))) return diskFull(dirname(cluster));
  const words = lastWords(written);
  if (/has wrong ownership|Permission denied/i.test(written)) {
    return new CaretakerError(
      "data_directory_unusable",
      `The data in ${cluster} belongs to another user (${words}). Start the hub as that user, or give the whole folder to the one you are.`,
    );
  }
  return new CaretakerError(
    "database_unavailable",
    `The database in ${cluster} did not start: ${words}. Its log is ${logPath}. If the data is damaged, move the folder away and restore the last backup.`,
    { meta: { output: written.slice(-4000) } },
  );
}

function isDiskFull(output: string): boolean {
  return /No space left on device|Disk quota exceeded/i.test(output);
}

/** Less than one segment of the server's own journal: it fails then in ways that do not name the disk. */
async function isNearlyFull(folder: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize < 16 * 1024 * 1024;
}

/** The line that says what went wrong, without its date. */
function lastWords(output: string): string {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  const line =
    lines.findLast((text) => /FATAL|PANIC|error:|could not/i.test(text)) ?? lines.at(-1) ?? "it said nothing";
  return line
    .replace(/^.*?(?:FATAL|PANIC|error):\s*/i, "")
    .replace(/\.$/, "")
    .trim();
}

function collect(
  identity: Identity,
  binaries: Binaries,
  file: string,
  args: readonly string[],
): Promise<{ code: number | null; output: string }> {
  const command = commandFor(identity, binaries, file, args);
  return new Promise((resolve) => {
    const child = spawn(command.file, [...command.args], { ...command.options, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const add = (chunk: Buffer): void => {
      output = (output + chunk.toString("utf8")).slice(-20_000);
    };
    child.stdout.on("data", add);
    child.stderr.on("data", add);
    child.once("error", (error) => resolve({ code: null, output: error.message }));
    child.once("close", (code) => resolve({ code, output }));
  });
}
