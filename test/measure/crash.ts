import type { RunId } from "@caretaker/protocol";
import { type Database, openDatabase } from "@caretaker/server/db/database.ts";
import { verifyChain } from "@caretaker/server/ledger/read.ts";
import type { CrashPoint } from "@caretaker/server/runs/deps.ts";
import {
  buildHome,
  createTestRuns,
  expectLogFolds,
  type TestHub,
  type TestRuns,
  testLibrary,
} from "@caretaker/server/runs/test-helpers.ts";
import { type Cell, cellsOf, TWELVE_FIXES } from "./crash-grid.ts";
import type { Effort, Figure } from "./measurement.ts";
import { type Random, randomFrom } from "./random.ts";
import { playHouse, STEPS_OF_TWO_FIXES, TWO_FIXES } from "./two-fixes.ts";

const POINTS: readonly CrashPoint[] = [
  "turn.begun",
  "commit.before",
  "commit.after",
  "act.before_intent",
  "act.after_intent",
  "act.after_send",
  "act.after_outcome",
];
const CRASHES = { small: 8, full: 5000 };
const MOST_DEATHS = 3;
const silent = { debug() {}, info() {}, warn() {}, error() {} };

interface Tally {
  crashes: number;
  runs: number;
  cells: number;
  doubled: number;
  lost: number;
  unordered: number;
  broken: number;
  dark: number;
}

/** Lets a hub die at labelled points of runs with fixes, until it has died often enough, and looks what came of each. */
export async function crash({ isFull, seed, say, openPostgres }: Effort): Promise<Figure[]> {
  const database = await openPostgres();
  const db = openDatabase({ url: database.url, log: silent });
  const random = randomFrom(seed);
  const tally: Tally = { crashes: 0, runs: 0, cells: 0, doubled: 0, lost: 0, unordered: 0, broken: 0, dark: 0 };
  const cells = cellsOf(isFull);
  try {
    for (const cell of cells) await oneCell(db, cell, tally);
    const wanted = isFull ? CRASHES.full : CRASHES.small;
    for (let said = 0; tally.crashes < wanted; tally.runs += 1) {
      await oneRun(db, random, tally);
      if (tally.crashes < said + 500) continue;
      said = tally.crashes;
      say(`  ${tally.crashes} crashes in ${tally.runs + 1} runs`);
    }
  } finally {
    await db.destroy();
    await database.close();
  }
  const none = { atMost: 0 };
  return [
    {
      name: "points of twelve steps at which it died",
      value: tally.cells,
      unit: "",
      promise: { atLeast: cells.length },
    },
    { name: "crashes", value: tally.crashes, unit: "", promise: { atLeast: isFull ? CRASHES.full : CRASHES.small } },
    { name: "runs", value: tally.runs, unit: "", promise: null },
    { name: "fixes sent twice for one attempt", value: tally.doubled, unit: "", promise: none },
    { name: "runs that neither ended nor wait with a reason", value: tally.lost, unit: "", promise: none },
    { name: "logs that do not fold to their row", value: tally.unordered, unit: "", promise: none },
    { name: "ledgers that are not whole", value: tally.broken, unit: "", promise: none },
    { name: "homes left dark", value: tally.dark, unit: "", promise: none },
  ];
}

async function oneRun(db: Database, random: Random, tally: Tally): Promise<void> {
  const test = createTestRuns(db, testLibrary([TWO_FIXES]));
  const isAsked = random.below(3) === 0;
  const home = await buildHome(db, { standing: isAsked ? ["reach", "view", "diagnose"] : ["fix"] });
  const power = playHouse(test, random);
  const runId = await test.start(home, "two-fixes", { inputs: { service: home.integration, bridge: home.bridge } });
  let hub: TestHub = test;
  for (let deaths = 1 + random.below(MOST_DEATHS); deaths >= 0; deaths -= 1) {
    if (deaths > 0) hub.dieAt(random.pick(POINTS), random.pick(STEPS_OF_TWO_FIXES));
    await driveOn(test, hub, runId);
    if (!hub.isDead) break;
    tally.crashes += 1;
    hub = test.another();
  }
  await look(test, { runId, siteId: home.siteId, isDark: power.isOff }, tally);
  await test.close();
}

/** One death at one point of one of twelve fixes, and the hub that comes after it. */
async function oneCell(db: Database, { step, number, point }: Cell, tally: Tally): Promise<void> {
  const test = createTestRuns(db, testLibrary([TWELVE_FIXES]));
  const home = await buildHome(db, { standing: ["fix"] });
  test.house.setBridge("wedged");
  const isInside = point === "while it is sent";
  test.house.effects.set("integration.reload", async () => {
    // The home has it, and the hub never hears so.
    if (isInside && test.house.acts.length === number) await test.deps.crash?.("act.after_send", step);
  });
  const runId = await test.start(home, "twelve-fixes", { inputs: { service: home.integration } });
  test.dieAt(isInside ? "act.after_send" : point, step);
  await driveOn(test, test, runId);
  if (test.isDead) tally.cells += 1;
  await driveOn(test, test.another(), runId);
  await look(test, { runId, siteId: home.siteId, isDark: () => false }, tally);
  await test.close();
}

/** As far as this hub comes: to the end of the run, or to its own. Whoever is asked allows it. */
async function driveOn(test: TestRuns, hub: TestHub, runId: RunId): Promise<void> {
  for (let turns = 0; turns < 40; turns += 1) {
    await Promise.race([test.forward("30s", hub), hub.dead]);
    if (hub.isDead) {
      // The one that died renews its claim no more.
      await test.clock.forward("31s");
      return;
    }
    const { status } = await test.run(runId);
    if (status === "finished" || status === "cancelled") return;
    if (status === "waiting_for_consent") await test.answer("allow").catch(() => {});
  }
}

async function look(
  test: TestRuns,
  { runId, siteId, isDark }: { runId: RunId; siteId: Parameters<typeof verifyChain>[1]; isDark: () => boolean },
  tally: Tally,
): Promise<void> {
  const run = await test.run(runId);
  const hasEnded = run.status === "finished" || run.status === "cancelled";
  if (!hasEnded && run.waitingWhy === null) tally.lost += 1;
  const sent = test.house.acts.map(({ attemptId }) => attemptId);
  const known = await test.db.selectFrom("attempt").select(["id", "status"]).where("runId", "=", runId).execute();
  const isWritten = new Set(known.map(({ id }) => id));
  tally.doubled += sent.length - new Set(sent).size + sent.filter((id) => !isWritten.has(id)).length;
  if (!(await verifyChain(test.db, siteId)).whole) tally.broken += 1;
  await expectLogFolds(test, runId).catch(() => {
    tally.unordered += 1;
  });
  // A home that is dark may be so only while the run says that somebody has to look.
  if (isDark() && !run.hasUncertainStep && run.outcome !== "unclear") tally.dark += 1;
}
