import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";

export const ROOT = join(import.meta.dirname, "..", "..");
const SKIPPED = new Set(["node_modules", "dist", ".git", ".turbo", "coverage", "screenshots", "captured"]);

export interface Source {
  /** From the project's root, with slashes. */
  readonly path: string;
  readonly text: string;
  /** What it imports: a path from the root for files of ours, a package's name for others. */
  readonly imports: readonly string[];
}

/** Every TypeScript file of the project. */
export function sources(): Source[] {
  return files(ROOT)
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => {
      const text = readFileSync(path, "utf8");
      return { path: fromRoot(path), text, imports: importsOf(text, path) };
    });
}

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? files(path) : [path];
  });
}

function fromRoot(path: string): string {
  return relative(ROOT, path).split(sep).join("/");
}

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^;]*?from\s+"([^"]+)"|(?:^|\n)\s*import\s+"([^"]+)"|\bimport\("([^"]+)"\)/g;

function importsOf(text: string, path: string): string[] {
  return [...text.matchAll(IMPORT)].map((match) => {
    const name = match[1] ?? match[2] ?? match[3] ?? "";
    return name.startsWith(".") ? fromRoot(join(dirname(path), name)) : (OURS[packageOf(name)] ?? name);
  });
}

/** Our own packages by their folder. */
const OURS: Readonly<Record<string, string>> = {
  "@caretaker/protocol": "hub/protocol",
  "@caretaker/server": "hub/server",
  "@caretaker/reach": "hub/reach",
  "@caretaker/agent": "hub/agent",
  "@caretaker/cli": "hub/cli",
  "@caretaker/kit": "test/kit",
  "@caretaker/dashboard": "dashboard",
  ...Object.fromEntries(
    readdirSync(join(ROOT, "connectors")).map((id) => [`@caretaker/connector-${id}`, `connectors/${id}`]),
  ),
};

function packageOf(name: string): string {
  return name
    .split("/")
    .slice(0, name.startsWith("@") ? 2 : 1)
    .join("/");
}
