import { type SpawnOptions, spawn } from "node:child_process";
import { chown, lstat, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CaretakerError } from "@caretaker/protocol";
import type { Binaries } from "./binaries.ts";

/** Postgres refuses to run as root; this id exists for programs that should own nothing else. */
const NOBODY = 65534;

/** As whom the server runs: as the hub's own user, as another user, or as root that was stripped of its powers. */
export type Identity =
  | { readonly kind: "self" }
  | { readonly kind: "user"; readonly uid: number; readonly gid: number }
  | { readonly kind: "unshared" };

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly options: SpawnOptions;
}

/** How to start a program as `identity`. */
export function commandFor(identity: Identity, binaries: Binaries, file: string, args: readonly string[]): Command {
  const options: SpawnOptions = { env: { ...binaries.env }, cwd: "/", windowsHide: true };
  switch (identity.kind) {
    case "self":
      return { file, args, options };
    case "user":
      return { file, args, options: { ...options, uid: identity.uid, gid: identity.gid } };
    case "unshared":
      return { file: "unshare", args: ["--user", file, ...args], options };
    default:
      return identity satisfies never;
  }
}

/**
 * Chooses as whom to run the server, which must be able to enter `folders`. Data in a user's own folder is that user's,
 * so that they can go on without root.
 */
export async function chooseIdentity(
  binaries: Binaries,
  dataDir: string,
  folders: readonly string[],
): Promise<Identity> {
  if (process.getuid?.() !== 0) return { kind: "self" };
  const owner = await lstat(join(dataDir, "postgres")).catch(() => lstat(dataDir));
  const hosts = [await nearestUser(dataDir), await nearestUser(binaries.postgres)];
  const candidates: Identity[] = [
    ...(owner.uid === 0 ? [] : [asUser(owner)]),
    asUser({ uid: NOBODY, gid: NOBODY }),
    { kind: "unshared" },
    // In the private home of a user, where neither may go.
    ...hosts.filter((host) => host !== null),
  ];
  for (const identity of candidates) {
    if (await canRun(identity, binaries, folders)) return identity;
  }
  throw new CaretakerError(
    "data_directory_unusable",
    `The hub runs as root, and Postgres will not. It was tried as user ${NOBODY}, who cannot enter ${folders.join(" or ")} ` +
      "or start the server's program, and with `unshare --user`, which this system does not allow. Start the hub as a " +
      "normal user, keep it and its data where everybody may enter, or name a Postgres of your own in DATABASE_URL.",
  );
}

function asUser({ uid, gid }: { uid: number; gid: number }): Identity {
  return { kind: "user", uid, gid };
}

/** Whose folder this is in, when it is not root's. */
async function nearestUser(folder: string): Promise<Identity | null> {
  const found = await lstat(folder);
  if (found.uid !== 0) return asUser(found);
  return dirname(folder) === folder ? null : nearestUser(dirname(folder));
}

async function canRun(identity: Identity, binaries: Binaries, folders: readonly string[]): Promise<boolean> {
  const enter = 'for folder in "$@"; do cd "$folder" || exit 1; done';
  const shell = commandFor(identity, binaries, "/bin/sh", ["-c", enter, "sh", ...folders]);
  const server = commandFor(identity, binaries, binaries.postgres, ["--version"]);
  return (await succeeds(shell)) && (await succeeds(server));
}

function succeeds({ file, args, options }: Command): Promise<boolean> {
  return new Promise((resolve) => {
    try {
      const child = spawn(file, [...args], { ...options, stdio: "ignore" });
      child.once("error", () => resolve(false));
      child.once("exit", (code) => resolve(code === 0));
    } catch {
      resolve(false);
    }
  });
}

/** Gives a file, or a folder and what is in it, to the identity, where root may do so and it is not its already. */
export async function giveTo(identity: Identity, path: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const owner = identity.kind === "user" ? { uid: identity.uid, gid: identity.gid } : { uid: 0, gid: 0 };
  const found = await lstat(path);
  if (found.uid === owner.uid) return;
  const entries = found.isDirectory() ? await readdir(path, { recursive: true, withFileTypes: true }) : [];
  for (const entry of entries) {
    if (entry.isSymbolicLink()) continue;
    await chown(join(entry.parentPath, entry.name), owner.uid, owner.gid);
  }
  // Last, so that a pass that was cut short begins again.
  await chown(path, owner.uid, owner.gid);
}
