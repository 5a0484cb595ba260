import { type ChildProcess, spawn } from "node:child_process";
import { rmdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import type { DatabaseLog } from "../log.ts";
import type { Binaries } from "./binaries.ts";
import { explainFailure, openServerLog, SUPERUSER } from "./cluster.ts";
import { commandFor, giveTo, type Identity } from "./identity.ts";
import { forget, isAlive, isServerOf, readPostmaster, stopPostmaster, untilReady } from "./postmaster.ts";

export interface ServerPlan {
  readonly dataDir: string;
  readonly cluster: string;
  readonly binaries: Binaries;
  readonly identity: Identity;
  readonly socketFolder: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly log: DatabaseLog;
  readonly onProgress: (line: string) => void;
}

/** A recovery after a power cut reads everything since the last checkpoint, and large homes' data takes its time. */
const READY_WITHIN_SECONDS = 300;
const STOP_PATIENCE_SECONDS = 15;
const RESTART_AFTER_MILLISECONDS = [100, 1000, 5000, 15_000];

/** One running server: started or taken over, brought back when it dies under us, stopped when the hub stops. */
export class Server {
  readonly #plan: ServerPlan;
  readonly #stopping = new AbortController();
  #pid: number | null = null;
  #watching: Promise<void> = Promise.resolve();

  constructor(plan: ServerPlan) {
    this.#plan = plan;
  }

  get connection(): pg.ClientConfig {
    return connectionTo(this.#plan.socketFolder);
  }

  /** Takes over a server that runs already. */
  adopt(pid: number): void {
    this.#pid = pid;
    this.#watching = this.#watch();
  }

  async start(): Promise<void> {
    await this.#launch();
    this.#watching = this.#watch();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#watching;
    if (this.#pid !== null) await stopPostmaster(this.#pid, STOP_PATIENCE_SECONDS);
    this.#pid = null;
    await rmdir(this.#plan.socketFolder).catch(() => {});
  }

  async #launch(): Promise<void> {
    const { binaries, identity, cluster, socketFolder, settings, dataDir } = this.#plan;
    const logPath = join(dataDir, "postgres.log");
    const output = await openServerLog(logPath);
    await giveTo(identity, logPath);
    const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const args = ["-D", cluster, "-k", socketFolder, "-p", "5432", ...flags];
    const command = commandFor(identity, binaries, binaries.postgres, args);
    // In a session of its own: Ctrl-C is meant for the hub, which stops its database last.
    const child = spawn(command.file, [...command.args], {
      ...command.options,
      detached: true,
      stdio: ["ignore", output.fd, output.fd],
    });
    const isOver = watchExit(child);
    this.#pid = child.pid ?? null;
    child.unref();
    await output.close();
    const isReady = await untilReady(this.connection, {
      isOver,
      onSlow: () => this.#plan.onProgress("Starting the database…"),
      deadlineSeconds: READY_WITHIN_SECONDS,
    });
    if (isReady) return;
    this.#pid = null;
    throw await explainFailure(cluster, logPath, output.from);
  }

  /** The server is looked at, not waited for, since one that was taken over is nobody's child. */
  async #watch(): Promise<void> {
    const { signal } = this.#stopping;
    while (await pause(500, signal)) {
      if (this.#pid !== null && isAlive(this.#pid)) continue;
      this.#plan.log.error({ pid: this.#pid }, "The database server stopped by itself and is started again.");
      await this.#bringBack(signal);
    }
  }

  async #bringBack(signal: AbortSignal): Promise<void> {
    this.#pid = null;
    for (let attempt = 0; ; attempt += 1) {
      const wait = RESTART_AFTER_MILLISECONDS[Math.min(attempt, RESTART_AFTER_MILLISECONDS.length - 1)] ?? 0;
      if (!(await pause(wait, signal))) return;
      try {
        const left = await readPostmaster(this.#plan.cluster);
        if (left && !(await isServerOf(this.#plan.cluster, left))) await forget(this.#plan.cluster);
        await this.#launch();
        this.#plan.log.info({ pid: this.#pid }, "The database server runs again.");
        return;
      } catch (error) {
        this.#plan.log.error({ error }, "The database server could not be started again.");
      }
    }
  }
}

export function connectionTo(socketFolder: string, database = "postgres"): pg.ClientConfig {
  return { host: socketFolder, port: 5432, user: SUPERUSER, database };
}

function watchExit(child: ChildProcess): () => boolean {
  let isOver = false;
  child.once("exit", () => {
    isOver = true;
  });
  child.once("error", () => {
    isOver = true;
  });
  return () => isOver;
}

/** False when the pause was cut short. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  return delay(milliseconds, undefined, { signal, ref: false }).then(
    () => true,
    () => false,
  );
}
