import { spawn } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";

/** A sentence for the person who runs the installation. */
export class InstallError extends Error {}

export function say(line: string): void {
  console.log(`home-assistant: ${line}`);
}

export interface CommandOptions {
  /** For what goes over the network: how often to try in all, with a pause in between. */
  readonly tries?: number;
  /** Done before each try. */
  readonly before?: () => Promise<void>;
}

/** Runs a command and answers its standard output. Rejects with an `InstallError` that ends with its last lines. */
export async function command(line: readonly string[], { tries = 1, before }: CommandOptions = {}): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    await before?.();
    const { code, output, tail } = await once(line);
    if (code === 0) return output;
    if (attempt >= tries) throw new InstallError(`"${line.slice(0, 6).join(" ")} ..." failed (${code}):\n${tail}`);
    say(`that failed, trying again in ${attempt * 5} s: ${tail.split("\n").at(-1)}`);
    await wait(attempt * 5000);
  }
}

interface Outcome {
  readonly code: number | string;
  readonly output: string;
  readonly tail: string;
}

function once([program = "", ...args]: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    let output = "";
    let all = "";
    const child = spawn(program, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, LC_ALL: "C.UTF-8" },
    });
    child.stdout.on("data", (text) => {
      output += text;
      all += text;
    });
    child.stderr.on("data", (text) => {
      all += text;
    });
    const end = (code: number | string): void => resolve({ code, output, tail: lastLines(all) });
    child.on("error", (error) => end(error.message));
    child.on("close", (code, signal) => end(code ?? signal ?? "?"));
  });
}

function lastLines(text: string): string {
  return text.trim().split("\n").slice(-15).join("\n");
}
