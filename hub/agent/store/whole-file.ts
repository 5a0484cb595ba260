import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Only whoever runs the agent reads what it keeps. */
export const PRIVATE_FILE = 0o600;

/**
 * Replaces a file so that after a crash at any byte it holds what it held before or the new text, never a part of either.
 * When this returns the text is on the disk.
 */
export function writeWhole(path: string, text: string): void {
  const beside = `${path}.new`;
  const file = openSync(beside, "w", PRIVATE_FILE);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(beside, path);
  syncFolder(dirname(path));
}

/** Null where there is no such file. */
export function readWhole(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** A new name is on the disk only once its folder is. */
export function syncFolder(path: string): void {
  // Windows opens no folder, and keeps its names by itself.
  if (process.platform === "win32") return;
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
