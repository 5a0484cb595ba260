import { type ChildProcess, spawn } from "node:child_process";
import { dirname, join } from "node:path";

const MAIN = join(import.meta.dirname, "..", "..", "..", "hub", "server", "main.ts");

export interface HubProcess {
  readonly url: string;
  readonly setupUrl: string | null;
  /** All that it printed so far. */
  output(): string;
  /** SIGTERM, and waits for its goodbye. */
  stop(): Promise<number | null>;
  /** SIGKILL: the machine lost its power, as far as the hub knows. */
  kill(): Promise<void>;
}

export interface HubSettings {
  readonly command?: "serve" | "demo";
  readonly data: string;
  readonly databaseUrl?: string;
  readonly port?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Of a copy of the project, rather than of this one. */
  readonly main?: string;
}

/** Starts the hub as `npm start` would, in a process of its own, and waits until it says where it is. */
export async function startHubProcess(settings: HubSettings): Promise<HubProcess> {
  const main = settings.main ?? MAIN;
  const child = spawn(
    process.execPath,
    [
      ...["--max-semi-space-size=64", "--import", join(dirname(main), "boot", "compile-cache.js"), main],
      ...[settings.command ?? "serve", "--data", settings.data, "--port", String(settings.port ?? 0)],
    ],
    {
      env: {
        PATH: process.env.PATH ?? "",
        HOME: process.env.HOME ?? "",
        TMPDIR: process.env.TMPDIR ?? "/tmp",
        ...(settings.databaseUrl === undefined ? {} : { DATABASE_URL: settings.databaseUrl }),
        ...settings.environment,
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let printed = "";
  child.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (printed += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));

  const url = await said(
    child,
    () => /https?:\/\/localhost:\d+/.exec(printed)?.[0],
    () => printed,
  );
  await answering(url, () => printed);
  return {
    url,
    setupUrl: /https?:\/\/localhost:\d+\/(?:setup|sign-in-once)\S+/.exec(printed)?.[0] ?? null,
    output: () => printed,
    async stop() {
      child.kill("SIGTERM");
      return ended;
    },
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

async function said(child: ChildProcess, find: () => string | undefined, printed: () => string): Promise<string> {
  const end = Date.now() + 120_000;
  while (Date.now() < end) {
    const found = find();
    if (found !== undefined) return found;
    if (child.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the hub did not start:\n${printed()}`);
}

async function answering(url: string, printed: () => string): Promise<void> {
  const end = Date.now() + 30_000;
  while (Date.now() < end) {
    const ready = await fetch(`${url}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the hub was not ready:\n${printed()}`);
}
