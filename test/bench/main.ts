import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ConsolePlan, measureConsole } from "./console.ts";
import { type DirectorsPlan, measureDirectors } from "./directors.ts";
import { type FanOutPlan, measureFanOut } from "./fan-out.ts";
import { type HomeSizePlan, measureHomeSize } from "./home-size.ts";
import { measurePolling, type PollingPlan } from "./polling.ts";
import { measureRestart, type RestartPlan } from "./restart.ts";
import { type Row, tableOf } from "./rows.ts";
import { measureRuns, type RunsPlan } from "./runs.ts";
import { AS_STARTED } from "./worker.ts";

interface Plan {
  readonly fanOut: Omit<FanOutPlan, "hubOptions">;
  readonly homeSize: HomeSizePlan;
  readonly directors: Omit<DirectorsPlan, "hubOptions">;
  readonly restart: Omit<RestartPlan, "hubOptions">;
  readonly runs: Omit<RunsPlan, "hubOptions">;
  readonly console: ConsolePlan;
  readonly polling: Omit<PollingPlan, "hubOptions">;
}

/** What we promise is measured. */
const WHOLE: Plan = {
  fanOut: { homes: 500, entities: 300, perSecond: 10_000, dashboards: 20, seconds: 8, runs: 5 },
  homeSize: { homes: 20, small: 300, large: 3000, perSecond: 4000, seconds: 6, runs: 5 },
  directors: { homes: 500, perSecond: 5000, seconds: 8, runs: 5 },
  restart: { homes: 500, entities: 300, runs: 5 },
  runs: { homes: 300, runs: 5, waiting: 10_000, idleSeconds: 20 },
  console: { commands: 100, runs: 15 },
  polling: { homes: 500, lights: 40, seconds: 30, runs: 3 },
};
/** Whether the measurement itself works, in under a minute; its bars are for information. */
const SMOKE: Plan = {
  fanOut: { homes: 25, entities: 100, perSecond: 2000, dashboards: 5, seconds: 1, runs: 1 },
  homeSize: { homes: 5, small: 100, large: 1000, perSecond: 1000, seconds: 1, runs: 1 },
  directors: { homes: 25, perSecond: 1000, seconds: 1, runs: 1 },
  restart: { homes: 25, entities: 100, runs: 1 },
  runs: { homes: 20, runs: 1, waiting: 10_000, idleSeconds: 3 },
  console: { commands: 100, runs: 1 },
  polling: { homes: 25, lights: 40, seconds: 5, runs: 1 },
};

/** `--hub-option=--cpu-prof` and the like go to the hub's process. */
const hubOptions = process.argv
  .filter((word) => word.startsWith("--hub-option="))
  .map((word) => word.slice("--hub-option=".length))
  .concat(AS_STARTED);
const isSmoke = process.argv.includes("--smoke");
const only = optionOf("only");
const plan = isSmoke ? SMOKE : WHOLE;
const runs = optionOf("runs");
const fewer = runs === undefined ? {} : { runs: Number(runs) };
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const measurements: Readonly<Record<string, () => Promise<Row[]>>> = {
  "fan-out": () => measureFanOut({ ...plan.fanOut, ...fewer, hubOptions }, say),
  "home-size": () => measureHomeSize({ ...plan.homeSize, ...fewer }, say),
  director: () => measureDirectors({ ...plan.directors, ...fewer, hubOptions }, say),
  restart: () => measureRestart({ ...plan.restart, ...fewer, hubOptions }, say),
  runs: () => measureRuns({ ...plan.runs, ...fewer, hubOptions }, say),
  console: () => measureConsole({ ...plan.console, ...fewer }, say),
  polling: () => measurePolling({ ...plan.polling, ...fewer, hubOptions }, say),
};

const rows: Row[] = [];
for (const [name, measure] of Object.entries(measurements)) {
  if (only !== undefined && only !== name) continue;
  say(`\n== ${name}`);
  rows.push(...(await measure()));
}
say(`\n${tableOf(rows)}`);
await writeFile(join(import.meta.dirname, "results.json"), `${JSON.stringify(rows, null, 2)}\n`);
if (!isSmoke && rows.some(({ holds }) => !holds)) process.exitCode = 1;

function optionOf(name: string): string | undefined {
  return process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
}
