import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import type { z } from "zod";
import { damaged } from "./damaged.ts";
import { PRIVATE_FILE, syncFolder, writeWhole } from "./whole-file.ts";

/** A file of JSON lines that only grows. What was appended is on the disk when `append` resolves. */
export class LinesFile<T> {
  readonly #path: string;
  #handle: FileHandle;
  /** Bytes that are known to be whole lines. */
  #length: number;
  #isTorn = false;
  #last: Promise<void> = Promise.resolve();

  private constructor(path: string, handle: FileHandle, length: number) {
    this.#path = path;
    this.#handle = handle;
    this.#length = length;
  }

  /**
   * Opens it, or makes it. What stands behind the last line break was being written when the machine went down; nobody was
   * told that it is kept, so it is cut off. A whole line that cannot be read is damage, and is said.
   */
  static async open<S extends z.ZodType>(
    path: string,
    schema: S,
  ): Promise<{ file: LinesFile<z.infer<S>>; entries: z.infer<S>[] }> {
    const handle = await open(path, constants.O_RDWR | constants.O_CREAT, PRIVATE_FILE);
    try {
      const bytes = await handle.readFile();
      const length = bytes.lastIndexOf(0x0a) + 1;
      const lines = bytes.subarray(0, length).toString("utf8").split("\n").slice(0, -1);
      const entries = lines.map((line, at) => readLine(schema, line, `${path}, line ${at + 1}`));
      if (length < bytes.length) await handle.truncate(length);
      await handle.sync();
      syncFolder(dirname(path));
      return { file: new LinesFile<z.infer<S>>(path, handle, length), entries };
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  append(entry: T): Promise<void> {
    const bytes = Buffer.from(`${JSON.stringify(entry)}\n`);
    return this.#inTurn(async () => {
      // The rest of a write that failed, such as on a full disk.
      if (this.#isTorn) await this.#handle.truncate(this.#length);
      this.#isTorn = true;
      let written = 0;
      while (written < bytes.length) {
        const { bytesWritten } = await this.#handle.write(
          bytes,
          written,
          bytes.length - written,
          this.#length + written,
        );
        written += bytesWritten;
      }
      await this.#handle.datasync();
      this.#length += bytes.length;
      this.#isTorn = false;
    });
  }

  /** Keeps only these. */
  replace(entries: readonly T[]): Promise<void> {
    const text = entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");
    return this.#inTurn(async () => {
      writeWhole(this.#path, text);
      await this.#handle.close();
      this.#handle = await open(this.#path, constants.O_RDWR, PRIVATE_FILE);
      this.#length = Buffer.byteLength(text);
      this.#isTorn = false;
    });
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#handle.close();
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }
}

function readLine<S extends z.ZodType>(schema: S, line: string, where: string): z.infer<S> {
  try {
    return schema.parse(JSON.parse(line));
  } catch (error) {
    throw damaged(where, error);
  }
}
