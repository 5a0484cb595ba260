import { open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { readBootId } from "../db/embedded/boot-id.ts";

const Mark = z.object({
  bootId: z.string(),
  state: z.enum(["running", "stopped"]),
  /** An unclean stop was seen, and the hub that saw it has not got as far as dealing with it. */
  owesRecovery: z.boolean(),
});
type Mark = z.infer<typeof Mark>;

export interface CleanMark {
  /**
   * The machine went down while the hub ran: what was sent last may not be on record, so nothing goes on by itself. A hub
   * that crashed on a machine that stayed up lost nothing that it had committed.
   */
  readonly uncleanStop: boolean;
  /** Says that what an unclean stop left behind has been dealt with; before, the next start is told of it again. */
  recovered(): Promise<void>;
  /** Says that the hub stopped in good order; the very last thing it does. */
  stopped(): Promise<void>;
}

/** Reads how the last hub on this data directory ended, and marks that one runs now. */
export async function leaveMark(dataDir: string, bootIdOf: () => Promise<string> = readBootId): Promise<CleanMark> {
  const path = join(dataDir, "hub-mark.json");
  const bootId = await bootIdOf();
  const uncleanStop = wasUnclean(await readMark(path), bootId);
  const write = (state: Mark["state"], owesRecovery: boolean): Promise<void> =>
    writeMark(path, { bootId, state, owesRecovery });
  let owesRecovery = uncleanStop;
  await write("running", owesRecovery);
  return {
    uncleanStop,
    async recovered() {
      owesRecovery = false;
      await write("running", false);
    },
    stopped: () => write("stopped", owesRecovery),
  };
}

function wasUnclean(before: Mark | "unreadable" | null, bootId: string): boolean {
  if (before === null) return false;
  if (before === "unreadable") return true;
  return before.owesRecovery || (before.state === "running" && before.bootId !== bootId);
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
