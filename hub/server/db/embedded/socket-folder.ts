import { createHash } from "node:crypto";
import { chmod, chown, lstat, mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CaretakerError } from "@caretaker/protocol";
import { errorCode } from "./file-errors.ts";
import type { Identity } from "./identity.ts";

/** What the system allows for the whole path of a socket. */
const LONGEST_PATH = process.platform === "darwin" ? 103 : 107;
const SOCKET_NAME = ".s.PGSQL.5432";

/** The folders a socket folder may be made in, the best first: short enough, and there. */
export async function socketParents(): Promise<readonly string[]> {
  const parents = [];
  for (const parent of new Set([tmpdir(), "/tmp"])) {
    const isShort = Buffer.byteLength(join(parent, nameFor("")), "utf8") + 1 + SOCKET_NAME.length <= LONGEST_PATH;
    const isFolder = await lstat(parent).then(
      () => true,
      () => false,
    );
    if (isShort && isFolder) parents.push(parent);
  }
  if (parents.length > 0) return parents;
  throw new CaretakerError(
    "data_directory_unusable",
    `The database's socket needs a short folder for temporary files, and neither ${tmpdir()} nor /tmp will do. Set TMPDIR to one.`,
  );
}

/**
 * Makes the private folder of a cluster's socket: its name comes from the data directory, only its owner may enter it, and
 * one that somebody else put there first is not used.
 */
export async function makeSocketFolder(parent: string, dataDir: string, identity: Identity): Promise<string> {
  const folder = join(parent, nameFor(dataDir));
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw error;
    if (!(await isPrivate(folder, ownerOf(identity)))) return own(await mkdtemp(`${folder}-`), identity);
  }
  return own(folder, identity);
}

async function own(folder: string, identity: Identity): Promise<string> {
  await chmod(folder, 0o700);
  if (identity.kind === "user") await chown(folder, identity.uid, identity.gid);
  return folder;
}

async function isPrivate(folder: string, owner: number | undefined): Promise<boolean> {
  const found = await lstat(folder);
  const isOurs = found.uid === process.getuid?.() || found.uid === owner;
  return found.isDirectory() && isOurs && (found.mode & 0o077) === 0;
}

function ownerOf(identity: Identity): number | undefined {
  return identity.kind === "user" ? identity.uid : process.getuid?.();
}

function nameFor(dataDir: string): string {
  return `caretaker-${createHash("sha256").update(dataDir).digest("hex").slice(0, 12)}`;
}
