import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openBenchDatabase } from "@caretaker/bench/database.ts";
import { type Figure, figureLine, holds } from "./measurement.ts";
import { MEASUREMENTS } from "./measurements.ts";

// npm run measure -- NAME... [--full] [--seed=N] [--doors=NAME,NAME]: without a name all of them. 0 all hold, 1 one does not, 2 wrong use.
const words = process.argv.slice(2);
const names = words.filter((word) => !word.startsWith("--"));
const isFull = words.includes("--full");
const seed = Number(words.find((word) => word.startsWith("--seed="))?.slice("--seed=".length) ?? 1);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const measured = names.length > 0 ? names : Object.keys(MEASUREMENTS);
const doors = words
  .find((word) => word.startsWith("--doors="))
  ?.slice("--doors=".length)
  .split(",");
const isMeant = (door: string): boolean => doors === undefined || doors.includes(door);
const known = new Set(measured.flatMap((name) => MEASUREMENTS[name]?.doors ?? []));

const strange = [
  ...names.filter((name) => !Object.hasOwn(MEASUREMENTS, name)),
  ...words.filter((word) => word.startsWith("--") && word !== "--full" && !/^--(seed=\d+|doors=.+)$/.test(word)),
  ...(doors ?? []).filter((door) => !known.has(door)),
];
if (strange.length > 0) {
  say(`Nobody knows what to do with ${strange.join(" ")}. There are:`);
  for (const [name, { title }] of Object.entries(MEASUREMENTS)) say(`  ${name.padEnd(20)} ${title}`);
  say("and --full for all that is promised, --seed=N for other draws, --doors=NAME,NAME for some doors of");
  for (const [name, { doors: all }] of Object.entries(MEASUREMENTS))
    if (all !== undefined) say(`  ${name.padEnd(20)} ${all.join(", ")}`);
  process.exit(2);
}

const results: Record<string, readonly Figure[]> = {};
for (const [name, { title, measure }] of Object.entries(MEASUREMENTS)) {
  if (names.length > 0 && !names.includes(name)) continue;
  say(`\n== ${name}: ${title}`);
  const begun = performance.now();
  const figures = await measure({ isFull, seed, say, isMeant, openPostgres: openBenchDatabase });
  results[name] = figures;
  for (const figure of figures) say(figureLine(figure));
  say(`${((performance.now() - begun) / 1000).toFixed(1)} s, ${isFull ? "full" : "small"}, seed ${seed}`);
}
await writeFile(join(import.meta.dirname, "results.json"), `${JSON.stringify({ isFull, seed, results }, null, 2)}\n`);
if (
  Object.values(results)
    .flat()
    .some((figure) => !holds(figure))
)
  process.exitCode = 1;
