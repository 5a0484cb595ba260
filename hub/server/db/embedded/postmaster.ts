import { readFile, readlink, realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CaretakerError } from "@caretaker/protocol";
import pg from "pg";
import { errorCode } from "./file-errors.ts";

/** A server that runs on a cluster, as its own `postmaster.pid` tells. */
export interface Postmaster {
  readonly pid: number;
  readonly host: string;
  readonly port: number;
}

/** Reads who runs on the cluster, or who last did and had no time to say goodbye. */
export async function readPostmaster(cluster: string): Promise<Postmaster | null> {
  const text = await readFile(join(cluster, "postmaster.pid"), "utf8").catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return "";
    throw error;
  });
  const lines = text.split("\n").map((line) => line.trim());
  const pid = Number(lines[0]);
  // A server that only just begins has not written everything yet.
  if (!Number.isInteger(pid) || pid <= 0) return null;
  return { pid, port: Number(lines[3]) || 5432, host: lines[4] || lines[5] || "" };
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
}

/** Whether that process is the server of this cluster, and not a stranger who was given the same number later. */
export async function isServerOf(cluster: string, { pid }: Postmaster): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (process.platform !== "linux") return true;
  try {
    // A server's working directory is its cluster. Of a process that we may not look at, we know that it is not ours.
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(cluster));
  } catch {
    return false;
  }
}

/** Removes the trace of a server that is gone, which would keep the next one from starting if its number is in use again. */
export async function forget(cluster: string): Promise<void> {
  await rm(join(cluster, "postmaster.pid"), { force: true });
}

/** Asks the server to end its sessions and stop, waits, and if it will not, tells it to stop at once (it then recovers). */
export async function stopPostmaster(pid: number, patienceSeconds: number): Promise<void> {
  for (const signal of ["SIGINT", "SIGQUIT", "SIGKILL"] as const) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (errorCode(error) === "ESRCH") return;
      throw error;
    }
    if (await isGone(pid, patienceSeconds * 1000)) return;
  }
}

async function isGone(pid: number, withinMilliseconds: number): Promise<boolean> {
  const deadline = performance.now() + withinMilliseconds;
  while (isAlive(pid)) {
    if (performance.now() > deadline) return false;
    await delay(10);
  }
  return true;
}

/** Runs one piece of work on a connection of its own. */
export async function withClient<T>(config: pg.ClientConfig, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionTimeoutMillis: 5000, ...config });
  // Without a listener, a server that stops under us would end the whole process.
  client.on("error", () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Waits until the server answers. `isOver` says why it never will; `onSlow` is told once when it takes over a second. */
export async function untilReady(
  config: pg.ClientConfig,
  watch: { isOver: () => boolean; onSlow: () => void; deadlineSeconds: number },
): Promise<boolean> {
  const began = performance.now();
  let wasTold = false;
  while (!watch.isOver()) {
    try {
      await withClient(config, (client) => client.query("select 1"));
      return true;
    } catch (error) {
      if (!isNotYet(error)) throw error;
    }
    const elapsed = performance.now() - began;
    if (elapsed > watch.deadlineSeconds * 1000) {
      throw new CaretakerError(
        "database_unavailable",
        `The database server was started and did not answer within ${watch.deadlineSeconds} seconds. Look into its log beside the data, then start the hub again.`,
      );
    }
    if (elapsed > 1000 && !wasTold) {
      wasTold = true;
      watch.onSlow();
    }
    await delay(15);
  }
  return false;
}

/** No socket yet, nobody listening yet, or a server that still reads its log after a crash. */
function isNotYet(error: unknown): boolean {
  const code = errorCode(error) ?? "";
  return ["ENOENT", "ECONNREFUSED", "ECONNRESET", "EPIPE", "57P03"].includes(code) || isCutShort(error);
}

function isCutShort(error: unknown): boolean {
  return error instanceof Error && /terminated|timeout/i.test(error.message);
}
