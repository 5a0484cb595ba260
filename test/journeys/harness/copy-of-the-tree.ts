import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative } from "node:path";

const ROOT = join(import.meta.dirname, "..", "..", "..");
/** What is not a source, or what nothing here needs: the dashboard is not built for a copy. */
const LEFT_OUT = new Set([
  "node_modules",
  "dist",
  ".git",
  ".turbo",
  "coverage",
  "screenshots",
  "captured",
  "dashboard",
]);

export interface TreeCopy extends Disposable {
  readonly root: string;
}

/**
 * A copy of the project that may be changed, in a folder outside of it. The packages of others are those of the project; our
 * own are those of the copy.
 */
export function copyTree(): TreeCopy {
  const root = mkdtempSync(join(tmpdir(), "caretaker-copy-"));
  cpSync(ROOT, root, { recursive: true, filter: (path) => path === ROOT || !LEFT_OUT.has(basename(path)) });
  mkdirSync(join(root, "dashboard", "dist"), { recursive: true });
  writeFileSync(join(root, "dashboard", "dist", "index.html"), "<!doctype html><title>Caretaker</title>");
  linkPackages(root);
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) };
}

function linkPackages(root: string): void {
  const installed = join(ROOT, "node_modules");
  for (const name of readdirSync(installed))
    if (name !== "@caretaker") linkTo(join(installed, name), join(root, "node_modules", name));
  for (const folder of workspaces(root)) {
    const { name } = readPackage(folder);
    linkTo(folder, join(root, "node_modules", ...name.split("/")));
    const own = join(ROOT, relative(root, folder), "node_modules");
    if (existsSync(own)) linkTo(own, join(folder, "node_modules"));
  }
}

function workspaces(root: string): string[] {
  return ["hub", "connectors", "test"]
    .flatMap((parent) => readdirSync(join(root, parent)).map((name) => join(root, parent, name)))
    .filter((folder) => existsSync(join(folder, "package.json")));
}

function readPackage(folder: string): { name: string } {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { name: string };
}

function linkTo(target: string, at: string): void {
  mkdirSync(dirname(at), { recursive: true });
  symlinkSync(target, at, "junction");
}
