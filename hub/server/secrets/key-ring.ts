import { randomBytes } from "node:crypto";
import { chmod, link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { CaretakerError } from "@caretaker/protocol";
import { z } from "zod";

const KeyFile = z.strictObject({
  format: z.literal(1),
  /** The key that seals from now on; the others only open. */
  current: z.string(),
  keys: z.record(
    z.string(),
    z.base64().refine((text) => Buffer.from(text, "base64").length === 32, "is not 32 bytes"),
  ),
});
type KeyFile = z.infer<typeof KeyFile>;

/** The keys that wrap the keys of sealed values. They live outside the database, so a stolen database opens nothing. */
export interface KeyRing {
  current(): { id: string; key: Buffer };
  /** Throws `internal` when the ring lacks it, and says which file should have it. */
  get(id: string): Buffer;
}

/** Reads the key ring, or makes it at the first start (mode 0600; two hubs starting at once agree on one). */
export async function openKeyRing(path: string): Promise<KeyRing> {
  const file = (await read(path)) ?? (await create(path));
  return ringOf(path, file);
}

/** Adds a key that seals from now on; what was sealed before still opens. */
export async function rotateKeyRing(path: string): Promise<KeyRing> {
  const file = (await read(path)) ?? (await create(path));
  const { id, key } = newKey();
  const rotated = { ...file, current: id, keys: { ...file.keys, [id]: key } };
  const part = `${path}.part`;
  await writeFile(part, text(rotated), { mode: 0o600 });
  await rename(part, path);
  return ringOf(path, rotated);
}

function ringOf(path: string, file: KeyFile): KeyRing {
  const keys = new Map(Object.entries(file.keys).map(([id, key]) => [id, Buffer.from(key, "base64")]));
  const get = (id: string): Buffer => {
    const key = keys.get(id);
    if (key === undefined) {
      throw new CaretakerError(
        "internal",
        `The key ring ${path} lacks the key ${id} that a credential was sealed with. Put back the copy of the key ring that belongs to this database, or give the credentials anew.`,
      );
    }
    return key;
  };
  return { get, current: () => ({ id: file.current, key: get(file.current) }) };
}

async function read(path: string): Promise<KeyFile | undefined> {
  let words: string;
  try {
    words = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new CaretakerError(
      "data_directory_unusable",
      `The key ring ${path} cannot be read. Give the hub's user the right to read it.`,
      { cause: error },
    );
  }
  try {
    const file = KeyFile.parse(JSON.parse(words));
    if (file.keys[file.current] === undefined) throw new Error(`the current key ${file.current} is not among the keys`);
    return file;
  } catch (cause) {
    throw new CaretakerError(
      "configuration_invalid",
      `${path} is not a key ring. Put back your copy of it; without it no stored credential can be opened.`,
      { cause },
    );
  }
}

async function create(path: string): Promise<KeyFile> {
  const { id, key } = newKey();
  const file: KeyFile = { format: 1, current: id, keys: { [id]: key } };
  const part = `${path}.${randomBytes(4).toString("hex")}`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(part, text(file), { mode: 0o600, flag: "wx" });
    await chmod(part, 0o600);
    // A link fails where the name is taken: whoever comes second reads the first one's ring.
    await link(part, path);
    return file;
  } catch (cause) {
    const theirs = (cause as NodeJS.ErrnoException).code === "EEXIST" ? await read(path) : undefined;
    if (theirs !== undefined) return theirs;
    throw new CaretakerError(
      "data_directory_unusable",
      `The key ring ${path} cannot be written. Give the hub's user the right to write there, or name another file with CARETAKER_KEY_FILE.`,
      { cause },
    );
  } finally {
    await rm(part, { force: true });
  }
}

function newKey(): { id: string; key: string } {
  return { id: `k-${randomBytes(6).toString("hex")}`, key: randomBytes(32).toString("base64") };
}

function text(file: KeyFile): string {
  return `${JSON.stringify(file, null, 2)}\n`;
}
