import { existsSync, readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/**
 * The name under which this process makes `folder`, to be renamed when it is whole. Each process has its own: what a
 * killed installation had started may still be writing into the one it had.
 */
export function partOf(folder: string): string {
  return `${folder}.part-${process.pid}`;
}

/** Removes the parts of `folder` that were never finished. */
export function removeParts(folder: string): void {
  if (!existsSync(dirname(folder))) return;
  for (const name of readdirSync(dirname(folder))) {
    if (!name.startsWith(`${basename(folder)}.part`)) continue;
    rmSync(join(dirname(folder), name), { recursive: true, force: true, maxRetries: 3 });
  }
}
