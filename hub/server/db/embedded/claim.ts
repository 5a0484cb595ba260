import { randomUUID } from "node:crypto";
import { link, readFile, readlink, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CaretakerError } from "@caretaker/protocol";
import { z } from "zod";
import { readBootId } from "./boot-id.ts";
import { errorCode } from "./file-errors.ts";
import { isAlive } from "./postmaster.ts";

const BEAT_MILLISECONDS = 1000;
/** Without a beat for this long, a hub on a machine that we cannot look into is taken for dead. */
const SILENCE_MILLISECONDS = 4000;

const Holder = z.object({
  pid: z.number().int(),
  host: z.string(),
  /** Where that process number means something: the boot of the machine, and the container within it. */
  place: z.string(),
  /** Tells a process from a later one with the same number. */
  startedAt: z.string(),
  token: z.string(),
});
type Holder = z.infer<typeof Holder>;

export interface Claim {
  release(): Promise<void>;
}

/**
 * Claims a data directory for this process, so that a second hub on it is refused. On one machine the claim of a dead
 * process is seen at once; between containers or machines that share a disk, a beat in the file's time tells.
 */
export async function claimDataDirectory(dataDir: string): Promise<Claim> {
  const path = join(dataDir, "hub.lock");
  const mine = await describeSelf();
  const deadline = performance.now() + 3 * SILENCE_MILLISECONDS;
  while (!(await write(path, mine))) {
    const holder = await read(path);
    if (!holder) continue;
    if (await isHeld(path, holder)) throw refusal(dataDir, holder);
    await removeStale(path, holder);
    if (performance.now() > deadline) throw refusal(dataDir, holder);
  }
  const beat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, BEAT_MILLISECONDS);
  beat.unref();
  return {
    async release() {
      clearInterval(beat);
      if ((await read(path))?.token === mine.token) await rm(path, { force: true });
    },
  };
}

async function describeSelf(): Promise<Holder> {
  return {
    pid: process.pid,
    host: hostname(),
    place: await describePlace(),
    startedAt: await readStart(process.pid),
    token: randomUUID(),
  };
}

async function describePlace(): Promise<string> {
  const namespace = await readlink("/proc/self/ns/pid").catch(() => "");
  return `${await readBootId()} ${namespace}`;
}

/** The moment a process started, in ticks since boot; the same number later belongs to another process. */
async function readStart(pid: number): Promise<string> {
  const line = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The second field is the program's name in brackets and may hold anything, so count from its end.
  return line.slice(line.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

/** Puts the whole claim in place in one step; false when somebody's is there already. */
async function write(path: string, holder: Holder): Promise<boolean> {
  const draft = `${path}.${holder.token}`;
  try {
    await writeFile(draft, JSON.stringify(holder), { mode: 0o644 });
    await link(draft, path);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function read(path: string): Promise<Holder | null> {
  try {
    return Holder.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    if (error instanceof SyntaxError || error instanceof z.ZodError) {
      // Cut off by a full disk or an older program: nobody who could be asked, so only its beat counts.
      return { pid: 0, host: "another machine", place: "", startedAt: "", token: "" };
    }
    throw error;
  }
}

async function isHeld(path: string, holder: Holder): Promise<boolean> {
  if (holder.place === (await describePlace())) {
    return isAlive(holder.pid) && (await readStart(holder.pid)) === holder.startedAt;
  }
  // Clocks of two machines differ, so the beat is not compared with ours: it is watched for a change.
  const before = await readBeat(path);
  const deadline = performance.now() + SILENCE_MILLISECONDS;
  while (performance.now() < deadline) {
    await delay(100);
    if ((await readBeat(path)) !== before) return (await read(path)) !== null;
  }
  return false;
}

async function readBeat(path: string): Promise<number> {
  return stat(path).then(
    (found) => found.mtimeMs,
    () => 0,
  );
}

/** Takes away the claim that was judged stale, and puts back one that a faster hub made meanwhile. */
async function removeStale(path: string, judged: Holder): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return;
    throw error;
  }
  if ((await read(aside))?.token !== judged.token) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
}

function refusal(dataDir: string, { pid, host }: Holder): CaretakerError {
  return new CaretakerError(
    "data_directory_unusable",
    `Another hub already runs on the data in ${dataDir} (process ${pid} on ${host}). ` +
      "Use that one, stop it first, or give this one a data directory of its own with CARETAKER_DATA.",
    { meta: { dataDir, pid, host } },
  );
}
