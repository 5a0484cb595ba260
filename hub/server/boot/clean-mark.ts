import { open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { readBootId } from "../db/embedded/boot-id.ts";

const Mark = z.object({ bootId: z.string(), state: z.enum(["running", "stopped"]) });
type Mark = z.infer<typeof Mark>;

export interface CleanMark {
  /**
   * The machine went down while the hub ran: what was sent last may not be on record, so nothing goes on by itself. A hub
   * that crashed on a machine that stayed up lost nothing that it had committed.
   */
  readonly uncleanStop: boolean;
  /** Says that the hub stopped in good order; the very last thing it does. */
  stopped(): Promise<void>;
}

/** Reads how the last hub on this data directory ended, and marks that one runs now. */
export async function leaveMark(dataDir: string, bootIdOf: () => Promise<string> = readBootId): Promise<CleanMark> {
  const path = join(dataDir, "hub-mark.json");
  const bootId = await bootIdOf();
  const before = await readMark(path);
  await writeMark(path, { bootId, state: "running" });
  return {
    uncleanStop: before === "unreadable" || (before?.state === "running" && before.bootId !== bootId),
    stopped: () => writeMark(path, { bootId, state: "stopped" }),
  };
}

async function readMark(path: string): Promise<Mark | "unreadable" | null> {
  const text = await readFile(path, "utf8").catch(() => null);
  if (text === null) return null;
  try {
    return Mark.parse(JSON.parse(text));
  } catch {
    // A power cut can leave anything in a file; then it was not a clean stop.
    return "unreadable";
  }
}

/** In place in one step, and on the disk before anything else happens. */
async function writeMark(path: string, mark: Mark): Promise<void> {
  const draft = `${path}.new`;
  const file = await open(draft, "w", 0o600);
  try {
    await file.writeFile(JSON.stringify(mark));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}
