import { type ChildProcess, fork } from "node:child_process";
import { join, resolve as resolvePath } from "node:path";

/** A process of the measurement, asked from outside by name. Everything that crosses is JSON. */
export interface Worker {
  ask<T>(method: string, args?: object): Promise<T>;
  /** Ends at once, as a crash does. */
  kill(): Promise<void>;
  /** Ends in good order. */
  stop(): Promise<void>;
}

interface Asked {
  readonly id: number;
  readonly method: string;
  readonly args: object;
}
type Answered = { readonly id: number } & ({ readonly value: unknown } | { readonly error: string });

const STOP_WITHIN = 20_000;

/**
 * What `npm start` gives Node: young objects of a busy fleet die before they are copied (about a tenth of the CPU per
 * event), and what was compiled once is not compiled at each start.
 */
export const AS_STARTED: readonly string[] = [
  "--max-semi-space-size=64",
  "--import",
  join(import.meta.dirname, "..", "..", "hub", "server", "boot", "compile-cache.js"),
];

export function startWorker(file: string, execArgv: readonly string[] = []): Worker {
  const child = fork(resolvePath(import.meta.dirname, file), [], { execArgv: [...execArgv], serialization: "json" });
  const open = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  let last = 0;
  child.on("message", (answer: Answered) => {
    const waiting = open.get(answer.id);
    open.delete(answer.id);
    if ("error" in answer) waiting?.reject(new Error(`${file}: ${answer.error}`));
    else waiting?.resolve(answer.value as never);
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  void ended.then(() => {
    for (const { reject } of open.values()) reject(new Error(`${file} ended before it answered`));
    open.clear();
  });
  return {
    ask<T>(method: string, args: object = {}): Promise<T> {
      last += 1;
      const id = last;
      return new Promise<T>((resolve, reject) => {
        open.set(id, { resolve, reject });
        child.send({ id, method, args } satisfies Asked);
      });
    },
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
    async stop() {
      if (child.exitCode === null && child.connected) child.disconnect();
      await endWithin(child, ended, STOP_WITHIN);
    },
  };
}

async function endWithin(child: ChildProcess, ended: Promise<void>, milliseconds: number): Promise<void> {
  const timer = setTimeout(() => child.kill("SIGKILL"), milliseconds);
  await ended;
  clearTimeout(timer);
}

type Methods = Readonly<Record<string, (args: never) => unknown>>;

/** In the process itself: answers by name, and ends when nobody is left to ask. */
export function serveWorker(methods: Methods, close: () => Promise<void> | void): void {
  process.on("message", (asked: Asked) => {
    Promise.resolve()
      .then(() => methods[asked.method]?.(asked.args as never))
      .then(
        (value) => process.send?.({ id: asked.id, value: value ?? null }),
        (error: unknown) =>
          process.send?.({
            id: asked.id,
            error: error instanceof Error ? (error.stack ?? error.message) : String(error),
          }),
      );
  });
  process.on("disconnect", () => {
    Promise.resolve(close()).finally(() => process.exit(0));
  });
}

/** CPU of this process so far, in microseconds. */
export function cpuMicroseconds(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Milliseconds since 1970 with a fraction: the same in all processes of one machine. */
export function preciseNow(): number {
  return performance.timeOrigin + performance.now();
}
