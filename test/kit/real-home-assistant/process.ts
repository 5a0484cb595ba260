import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import type { Installation } from "./versions.ts";

const GUARD = readFileSync(join(import.meta.dirname, "guard.py"), "utf8");
const POLL_MILLISECONDS = 50;

/** Asks `isSo` until it answers true. Rejects with `what` when it has not within `withinSeconds`. */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  withinSeconds: number,
  what: string,
): Promise<void> {
  const deadline = performance.now() + withinSeconds * 1000;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`${what} (waited ${withinSeconds} s)`);
    await wait(POLL_MILLISECONDS);
  }
}

/**
 * One Home Assistant process, in a group of its own below a guard that ends it when this process ends, however it ends.
 * Home Assistant's own restart gives it another pid.
 */
export class HomeProcess {
  readonly #guard: ChildProcess;
  #pid: number | undefined;
  #starts = 0;
  #hasEnded = false;
  #complaint = "";
  readonly #config: string;

  constructor(installation: Installation, config: string, port: number) {
    this.#config = config;
    const [command = "", ...args] = installation.python("-c", GUARD, installation.inside(config));
    this.#guard = spawn(command, args, {
      env: { ...process.env, SETUP_PORT: String(port) },
      stdio: ["pipe", "pipe", "pipe"],
      detached: true,
    });
    this.#guard.on("error", (error) => this.#handleEnd(error.message));
    this.#guard.on("exit", () => this.#handleEnd("the guard ended"));
    this.#guard.stderr?.on("data", (text) => {
      this.#complaint += text;
    });
    createInterface({ input: this.#guard.stdout! }).on("line", (line) => this.#handleFact(JSON.parse(line)));
    // A test that forgot its home must still be able to end; the guard does the rest.
    this.#guard.unref();
    for (const pipe of [this.#guard.stdin, this.#guard.stdout, this.#guard.stderr])
      (pipe as { unref?(): void })?.unref?.();
  }

  get pid(): number | undefined {
    return this.#pid;
  }

  /** How often Home Assistant was started, so 2 after its first restart. */
  get starts(): number {
    return this.#starts;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** The end of what Home Assistant and its guard wrote, for an error message. */
  get lastWords(): string {
    const log = join(this.#config, "console.log");
    const lines = existsSync(log) ? readFileSync(log, "utf8").trimEnd().split("\n").slice(-30) : [];
    return [this.#complaint, ...lines].join("\n");
  }

  /** Signals the whole group. Does nothing when it is gone already. */
  signal(signal: NodeJS.Signals): void {
    if (this.#pid === undefined) return;
    try {
      process.kill(-this.#pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }

  /** Signals the group and resolves when it has ended. */
  async end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    this.signal("SIGCONT");
    this.signal(signal);
    await until(() => this.#hasEnded, 30, `Home Assistant ${this.#pid} did not end on ${signal}`);
  }

  #handleFact(fact: { started?: number; ended?: number }): void {
    if (fact.started === undefined) return;
    this.#pid = fact.started;
    this.#starts++;
  }

  #handleEnd(why: string): void {
    this.#hasEnded = true;
    this.#pid = undefined;
    if (!this.#complaint) this.#complaint = why;
  }
}
