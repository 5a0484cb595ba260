import { spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { errorCode } from "./embedded/file-errors.ts";
import { isAlive } from "./embedded/postmaster.ts";

/** What a test run says of itself: whose end is the end of its databases, and whether it brings a server. */
export const TestRun = z.object({ pid: z.number().int(), databaseUrl: z.string().optional() });
export type TestRun = z.infer<typeof TestRun>;

const Ready = z.object({ url: z.string() });
const Failed = z.object({ error: z.string() });

const START_WITHIN_SECONDS = 60;

const FOLDER_PREFIX = `caretaker-test-${process.getuid?.() ?? "user"}-`;

/** Where the processes of one run meet. */
export function folderOf(run: TestRun): string {
  return join(tmpdir(), `${FOLDER_PREFIX}${run.pid}`);
}

/** Begins the name of every database of the run, so that what is left of it can be found and dropped. */
export function databasePrefix(pid: number): string {
  return `caretaker_test_${createHash("sha256").update(hostname()).digest("hex").slice(0, 6)}_${pid}_`;
}

/**
 * The URL of the server that all processes of one test run share. The first that asks starts a keeper, a process of its own
 * that ends the server and drops the databases when the run is over, however it ended.
 */
export async function testServer(run: TestRun): Promise<string> {
  const folder = folderOf(run);
  await mkdir(folder, { recursive: true, mode: 0o711 });
  if (await isFirst(join(folder, "claimed"))) await startKeeper(run, folder);
  const deadline = performance.now() + START_WITHIN_SECONDS * 1000;
  while (performance.now() < deadline) {
    const answer = await readAnswer(join(folder, "server.json"));
    if (answer) return answer;
    await delay(20);
  }
  throw new Error(`The test server did not start within ${START_WITHIN_SECONDS} s; see ${join(folder, "keeper.log")}`);
}

async function isFirst(path: string): Promise<boolean> {
  try {
    await (await open(path, "wx")).close();
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

async function startKeeper(run: TestRun, folder: string): Promise<void> {
  const log = await open(join(folder, "keeper.log"), "a");
  const keeper = fileURLToPath(new URL("./test-keeper.ts", import.meta.url));
  // The address may hold a password, and arguments can be read by others.
  await writeFile(join(folder, "run.json"), JSON.stringify(run), { mode: 0o600 });
  const child = spawn(process.execPath, [keeper, folder], {
    cwd: dirname(keeper),
    detached: true,
    env: {},
    stdio: ["ignore", log.fd, log.fd],
  });
  child.unref();
  await log.close();
}

async function readAnswer(path: string): Promise<string | null> {
  const text = await readFile(path, "utf8").catch(() => null);
  if (text === null) return null;
  const answer = z.union([Ready, Failed]).parse(JSON.parse(text));
  if ("error" in answer) throw new Error(answer.error);
  return answer.url;
}

/** Said by the keeper to all that wait, in one step. */
export async function tell(folder: string, answer: z.infer<typeof Ready> | z.infer<typeof Failed>): Promise<void> {
  const draft = join(folder, randomUUID());
  await writeFile(draft, JSON.stringify(answer), { mode: 0o600 });
  await rename(draft, join(folder, "server.json"));
}

/** Folders of other runs in `parent` whose process is gone: nobody cleaned up, since their keeper was killed too. */
export async function abandonedRuns(parent: string): Promise<readonly { folder: string; pid: number }[]> {
  const names = (await readdir(parent)).filter((name) => name.startsWith(FOLDER_PREFIX));
  return names
    .map((name) => ({ folder: join(parent, name), pid: Number(name.slice(FOLDER_PREFIX.length)) }))
    .filter(({ pid }) => Number.isInteger(pid) && !isAlive(pid));
}
