import { execFile } from "node:child_process";
import { join } from "node:path";

const HUB = join(import.meta.dirname, "..", "..", "..", "hub");
/** As `npm run caretaker` begins it. */
export const MAIN = ["--import", join(HUB, "server", "boot", "compile-cache.js"), join(HUB, "cli", "main.ts")];

/** Runs the command line as a person would, in a process of its own that knows only these variables. */
export function commandLine(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly said: string }> {
  const env = {
    PATH: process.env.PATH ?? "",
    HOME: process.env.HOME ?? "",
    TMPDIR: process.env.TMPDIR ?? "/tmp",
    ...environment,
  };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [...MAIN, ...words], { env }, (_error, out, err) =>
      resolve({ code: child.exitCode ?? 1, said: out + err }),
    );
  });
}
