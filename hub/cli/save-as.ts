import { open, rename, rm } from "node:fs/promises";
import { WrongUse } from "./exit.ts";

/**
 * Writes a download into a file that only its owner can read. It has its name only once it is whole and on the disk; a
 * file of that name is never replaced.
 */
export async function saveAs(path: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  await (await open(path, "wx", 0o600).catch((error: unknown) => refuse(path, error))).close();
  const draft = `${path}.part`;
  try {
    const file = await open(draft, "w", 0o600);
    try {
      for await (const piece of bytes) await file.write(piece);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    await rm(path, { force: true });
    throw error;
  }
}

function refuse(path: string, error: unknown): never {
  const isThere = error instanceof Error && "code" in error && error.code === "EEXIST";
  const why = error instanceof Error ? error.message : String(error);
  throw new WrongUse(isThere ? `${path} is there already. Name another file.` : `${path} cannot be written: ${why}`);
}
