import { spawn } from "node:child_process";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { CaretakerError } from "@caretaker/protocol";
import type { DatabaseLog } from "../db/log.ts";

export interface DashboardFolders {
  /** The workspace of the dashboard: its sources, and `dist` once built. */
  readonly dashboard: string;
  /** What it is built from besides itself. */
  readonly protocol: string;
}

const NO_SOURCE = new Set(["node_modules", "dist", ".turbo"]);

/**
 * Sees that the built dashboard is there and not older than its sources, and answers its folder.
 * @throws CaretakerError `internal` when it cannot be built; then the hub would have nothing to show.
 */
export async function prepareDashboard(
  folders: DashboardFolders,
  { log, onProgress }: { log: DatabaseLog; onProgress: (line: string) => void },
): Promise<string> {
  const dist = join(folders.dashboard, "dist");
  const built = await changedAt(join(dist, "index.html"));
  const sources = await Promise.all([newest(folders.dashboard), newest(folders.protocol)]);
  if (built !== null && built >= Math.max(...sources)) return dist;
  const vite = findVite(folders.dashboard);
  // A published package brings the built dashboard and no sources to speak of.
  if (vite === null && built !== null) return dist;
  onProgress(built === null ? "Building the dashboard…" : "Building the dashboard anew, since its sources changed…");
  try {
    await build(vite, folders.dashboard, dist);
  } catch (error) {
    if (built === null) throw error;
    log.warn({ error }, "The dashboard could not be built anew; the one from before is shown.");
  }
  return dist;
}

function findVite(dashboard: string): string | null {
  try {
    return join(dirname(createRequire(join(dashboard, "package.json")).resolve("vite/package.json")), "bin", "vite.js");
  } catch {
    return null;
  }
}

/** Builds beside the old one and changes places, so that nobody is served half a dashboard. */
async function build(vite: string | null, dashboard: string, dist: string): Promise<void> {
  const draft = join(dashboard, "node_modules", `.build-${process.pid}`);
  const old = `${draft}-old`;
  try {
    if (vite === null) throw new Error("vite is not installed; run `npm ci`");
    await mkdir(dirname(draft), { recursive: true });
    await run(process.execPath, [vite, "build", dashboard, "--outDir", draft, "--emptyOutDir", "--logLevel", "error"]);
    await rename(dist, old).catch(() => {});
    await rename(draft, dist);
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new CaretakerError(
      "internal",
      `The dashboard could not be built in ${dashboard}: ${words}\nMend that, or run \`npm run build\` as the user who owns the folder.`,
      { cause },
    );
  } finally {
    await rm(draft, { recursive: true, force: true }).catch(() => {});
    await rm(old, { recursive: true, force: true }).catch(() => {});
  }
}

function run(file: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, [...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { NODE_ENV: "production", NO_COLOR: "1" },
    });
    let output = "";
    const add = (chunk: Buffer): void => {
      output = (output + chunk.toString("utf8")).slice(-4000);
    };
    child.stdout.on("data", add);
    child.stderr.on("data", add);
    child.once("error", reject);
    child.once("close", (code) =>
      code === 0 ? resolve() : reject(new Error(output.trim() || `vite ended with ${code}`)),
    );
  });
}

/** When the youngest source below the folder was changed. */
async function newest(folder: string): Promise<number> {
  let latest = 0;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) latest = NO_SOURCE.has(entry.name) ? latest : Math.max(latest, await newest(path));
    else if (!/\.test\.tsx?$|\.md$/.test(entry.name)) latest = Math.max(latest, (await changedAt(path)) ?? 0);
  }
  return latest;
}

async function changedAt(path: string): Promise<number | null> {
  return stat(path).then(
    (found) => found.mtimeMs,
    () => null,
  );
}
