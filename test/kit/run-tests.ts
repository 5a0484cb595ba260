/**
 * What `npm test` does: five vitests side by side. The journeys mostly wait for browsers and homes and the measurements
 * for clocks and processes, while everything else computes. One after the other they take more than twice as long. Where
 * nothing may be skipped, some journeys come a second time, through an agent, once the measurements have ended. With
 * words of one's own (`npm test -- permit`) it is plain `vitest run`.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { isFailure, readTally, sumOf, type Tally, tallyLine } from "./closing-line.ts";
import { runsTwice } from "./require.ts";

const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
/** Half of the journeys' time, in a few files: the first two look at everything, the others wait for what takes its time. */
const LONGEST = [
  "pages-are-accessible",
  "homeowner-page-is-readable-by-everyone",
  "one-runbook-goes-through-many-homes-in-waves",
  "hub-is-killed-between-intent-and-outcome",
  "dead-bridge-is-power-cycled",
  "crestron-panel-is-restarted",
  "wedged-bridge-is-mended-by-a-rule",
];
const words = process.argv.slice(2);
interface Part {
  readonly label: string;
  readonly words: readonly string[];
}

/** Side by side, and each of them one part after the other. */
const chains: readonly (readonly Part[])[] = words.length > 0 ? [[{ label: "", words }]] : everything();

function everything(): readonly (readonly Part[])[] {
  const others = [...projects("journeys"), ...LONGEST.flatMap((name) => ["--exclude", `**/${name}.test.ts`])];
  const twice = runsTwice() ? [{ label: "through-agent | ", words: projects("through-agent") }] : [];
  return [
    // Two workers: a test of the hub waits for its database half of the time.
    [{ label: "", words: [...projects("structure", "unit", "dashboard"), "--maxWorkers=2"] }],
    [{ label: "journeys 1 | ", words: [...others, "--shard=1/2"] }],
    [{ label: "journeys 2 | ", words: [...others, "--shard=2/2"] }],
    [{ label: "longest | ", words: [...projects("journeys"), ...LONGEST] }],
    [{ label: "measure | ", words: projects("measure") }, ...twice],
  ];
}

function projects(...names: readonly string[]): string[] {
  return names.flatMap((name) => ["--project", name]);
}

const children: ChildProcess[] = [];
/** Said again at the end, below all that the other parts print. */
const failed: string[] = [];
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    for (const child of children) child.kill(signal);
  });
}

/** One vitest to its end. Its closing line is kept for the sum; a vitest that died without one has failed. */
async function runPart({ label, words }: Part): Promise<Tally> {
  const env = process.stdout.isTTY ? { ...process.env, FORCE_COLOR: "1" } : process.env;
  const child = spawn(process.execPath, [vitest, "run", ...words], { stdio: ["ignore", "pipe", "pipe"], env });
  children.push(child);
  let tally: Tally | null = null;
  const follow = async (from: NodeJS.ReadableStream, to: NodeJS.WritableStream): Promise<void> => {
    for await (const line of createInterface({ input: from, crlfDelay: Number.POSITIVE_INFINITY })) {
      const closing = readTally(line);
      if (closing !== null) tally = closing;
      else if (isFailure(line)) failed.push(line);
      else to.write(`${label}${line}\n`);
    }
  };
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code));
  });
  await Promise.all([follow(child.stdout, process.stdout), follow(child.stderr, process.stderr)]);
  const code = await ended;
  const said: Tally = tally ?? { passed: 0, failed: 0, skipped: 0 };
  return code !== 0 && said.failed === 0 ? { ...said, failed: 1 } : said;
}

async function runChain(parts: readonly Part[]): Promise<Tally[]> {
  const tallies: Tally[] = [];
  for (const part of parts) tallies.push(await runPart(part));
  return tallies;
}

const total = sumOf((await Promise.all(chains.map(runChain))).flat());
process.exitCode = total.failed === 0 ? 0 : 1;
process.stdout.write([...failed, tallyLine(total), ""].join("\n"));
