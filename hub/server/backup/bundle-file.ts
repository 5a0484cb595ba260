import { createReadStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { type BundleLine, CaretakerError } from "@caretaker/protocol";

const GZIP = Buffer.from([0x1f, 0x8b]);

/** Writes a bundle so that it has its name only once it is whole and on the disk. Only its owner can read it. */
export async function writeBundleFile(path: string, lines: AsyncIterable<BundleLine>): Promise<void> {
  const draft = `${path}.part`;
  try {
    const file = await open(draft, "w", 0o600);
    try {
      await pipeline(Readable.from(withBreaks(lines)), createGzip({ level: 6 }), async (bytes) => {
        for await (const piece of bytes as AsyncIterable<Buffer>) await file.write(piece);
      });
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** A piece of some size at a time: a row each would cost more than the rows. */
async function* withBreaks(lines: AsyncIterable<BundleLine>): AsyncGenerator<string, void> {
  let piece = "";
  for await (const line of lines) {
    piece += `${JSON.stringify(line)}\n`;
    if (piece.length < 65_536) continue;
    yield piece;
    piece = "";
  }
  yield piece;
}

/** The lines of a bundle's file, packed or plain. */
export async function* bundleFileLines(path: string): AsyncGenerator<string, void> {
  const bytes = createReadStream(path);
  const text = (await isPacked(path)) ? createGunzip() : bytes;
  if (text !== bytes) {
    bytes.on("error", (error) => text.destroy(error));
    bytes.pipe(text as ReturnType<typeof createGunzip>);
  }
  let number = 0;
  let rest = "";
  const decoder = new TextDecoder();
  try {
    for await (const piece of text as AsyncIterable<Buffer>) {
      const lines = (rest + decoder.decode(piece, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        number += 1;
        yield line;
      }
    }
    if (rest !== "") yield rest;
  } catch (error) {
    if (!isPackingError(error)) throw error;
    throw new CaretakerError(
      "bundle_damaged",
      `The backup is damaged: after line ${number} its file cannot be unpacked.`,
      { cause: error, meta: { line: number } },
    );
  } finally {
    bytes.destroy();
  }
}

async function isPacked(path: string): Promise<boolean> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer.equals(GZIP);
  } finally {
    await file.close();
  }
}

function isPackingError(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("Z_");
}
