import { setTimeout as pass } from "node:timers/promises";
import { CaretakerError, type RunId } from "@caretaker/protocol";
import { type Database, openDatabase } from "@caretaker/server/db/database.ts";
import { verifyChain } from "@caretaker/server/ledger/read.ts";
import type { CrashPoint } from "@caretaker/server/runs/deps.ts";
import {
  buildHome,
  createTestRuns,
  expectLogFolds,
  type TestHome,
  type TestHub,
  type TestRuns,
  testLibrary,
} from "@caretaker/server/runs/test-helpers.ts";
import type { Effort, Figure } from "./measurement.ts";
import { type Random, randomFrom } from "./random.ts";
import { playHouse, STEPS_OF_TWO_FIXES, TWO_FIXES } from "./two-fixes.ts";

const LIBRARY = testLibrary([TWO_FIXES]);
const RACES = { small: 12, full: 1500 };
const RACES_OF_A_DATABASE = 250;
/** Of a hundred reads, acts and commits so many go wrong, in turn. */
const FAULTS = [0, 5, 10] as const;
const POINTS: readonly CrashPoint[] = [
  "turn.begun",
  "commit.before",
  "commit.after",
  "act.before_intent",
  "act.after_intent",
  "act.after_send",
  "act.after_outcome",
];
const silent = { debug() {}, info() {}, warn() {}, error() {} };

interface Tally {
  races: number;
  runs: number;
  faults: number;
  refused: number;
  staleCommits: number;
  staleActs: number;
  doubled: number;
  lost: number;
  broken: number;
}

/** Lets a hub be held up for longer than its claim lasts, another take over, and the first go on: it must come too late. */
export async function fence({ isFull, seed, say, openPostgres }: Effort): Promise<Figure[]> {
  const random = randomFrom(seed);
  const wanted = isFull ? RACES.full : RACES.small;
  const tally = {
    races: 0,
    runs: 0,
    faults: 0,
    refused: 0,
    staleCommits: 0,
    staleActs: 0,
    doubled: 0,
    lost: 0,
    broken: 0,
  };
  while (tally.races < wanted) {
    const database = await openPostgres();
    const db = openDatabase({ url: database.url, log: silent });
    const until = Math.min(wanted, tally.races + RACES_OF_A_DATABASE);
    try {
      for (; tally.races < until; tally.runs += 1) await race(db, random, tally);
    } finally {
      await db.destroy();
      await database.close();
    }
    say(`  ${tally.races} races, ${tally.refused} refused`);
  }
  const none = { atMost: 0 };
  return [
    {
      name: "hubs that were held up while another took over",
      value: tally.races,
      unit: "",
      promise: { atLeast: wanted },
    },
    { name: "faults that were injected", value: tally.faults, unit: "", promise: { atLeast: wanted / 4 } },
    {
      name: "of those hubs refused, and said so in the log",
      value: tally.refused,
      unit: "",
      promise: { atLeast: tally.races },
    },
    { name: "commits of a hub that had lost its claim", value: tally.staleCommits, unit: "", promise: none },
    { name: "acts sent by a hub that had lost its claim", value: tally.staleActs, unit: "", promise: none },
    { name: "fixes sent twice for one attempt", value: tally.doubled, unit: "", promise: none },
    { name: "runs that neither ended nor wait with a reason", value: tally.lost, unit: "", promise: none },
    { name: "logs or ledgers that are not whole", value: tally.broken, unit: "", promise: none },
  ];
}

async function race(db: Database, random: Random, tally: Tally): Promise<void> {
  const test = createTestRuns(db, LIBRARY);
  const home = await buildHome(db, { standing: ["fix"] });
  playHouse(test, random);
  const slow = holdUp(test, random);
  const faults = injectFaults(test, FAULTS[tally.runs % FAULTS.length] ?? 0, random);
  const runId = await test.start(home, "two-fixes", { inputs: { service: home.integration, bridge: home.bridge } });

  const going = test.runs.engine.settle().catch(isInjected);
  await driveUntilHeld(test, slow, runId);
  const { fencing, claimedBy } = await test.run(runId);
  if (slow.isHeld() && claimedBy === test.deps.hubId) {
    tally.races += 1;
    await takeOver({ test, slow, faults, runId, fencing, random }, tally);
  }
  slow.letGo();
  await going;
  tally.faults += faults.made();
  await judge(test, home, runId, tally);
  await test.close();
}

interface Race {
  readonly test: TestRuns;
  readonly slow: ReturnType<typeof holdUp>;
  readonly faults: ReturnType<typeof injectFaults>;
  readonly runId: RunId;
  /** What the hub that is held up was given with its claim. */
  readonly fencing: number;
  readonly random: Random;
}

/** The other hub has the run; at a moment of its own the first goes on, beside it or after it. */
async function takeOver({ test, slow, faults, runId, fencing, random }: Race, tally: Tally): Promise<void> {
  await test.clock.forward("31s");
  takesNothingAnew(test);
  const other = test.another();
  faults.alsoIn(other);
  let lastBefore: number | null = null;
  const crash = other.deps.crash;
  Object.assign(other.deps, {
    crash: async (...at: Parameters<NonNullable<typeof crash>>) => {
      lastBefore ??= (await test.run(runId)).lastEvent;
      await crash?.(...at);
    },
  });
  const written: number[] = [];
  test.deps.announcements.on("run.stepped", ({ events }) => {
    written.push(...events.map(({ number }) => number));
  });
  const sentBefore = new Set(test.house.acts.map(({ attemptId }) => attemptId));
  const isBeside = random.below(2) === 0;
  const drivenOn = driveToTheEnd(test, other, runId);
  if (isBeside) {
    while (lastBefore === null) await pass(1);
    await pass(random.below(12));
  } else await drivenOn;
  // What it logs from here on is what it was refused.
  const refusals = slow.refusals();
  slow.letGo();
  await drivenOn;
  await test.runs.engine.settle().catch(isInjected);
  tally.refused += Math.min(1, slow.refusals() - refusals);
  tally.staleCommits += written.filter((number) => number > (lastBefore ?? 0)).length;
  const old = await test.db
    .selectFrom("attempt")
    .select("id")
    .where("runId", "=", runId)
    .where("fencing", "<=", fencing)
    .execute();
  const isOld = new Set(old.map(({ id }) => id));
  tally.staleActs += test.house.acts.filter(
    ({ attemptId }) => isOld.has(attemptId) && !sentBefore.has(attemptId),
  ).length;
  await other.runs.close();
}

/** What it then still writes, it writes with the claim that it has lost: nothing is due for it any more. */
function takesNothingAnew({ deps, clock }: TestRuns): void {
  Object.assign(deps, { now: async (db: Database) => (db.isTransaction ? clock.now() : new Date(0)) });
}

/** Stops this hub at a place of the run as a stopped process is: it neither goes on nor renews its claim. */
function holdUp(test: TestRuns, random: Random) {
  const point = random.pick(POINTS);
  const step = random.pick(STEPS_OF_TWO_FIXES);
  const held = Promise.withResolvers<void>();
  let isHeld = false;
  let isOver = false;
  let refusals = 0;
  const { clock } = test.deps;
  const log = {
    ...silent,
    info(_fields: unknown, said?: string): void {
      if (said === REFUSED) refusals += 1;
    },
  };
  Object.assign(test.deps, {
    log,
    clock: { ...clock, now: () => clock.now(), monotonic: () => clock.monotonic(), after: () => () => {} },
    crash: async (at: CrashPoint, of: string | null) => {
      if (isHeld || isOver || at !== point || of !== step) return;
      isHeld = true;
      await held.promise;
    },
  });
  return {
    isHeld: () => isHeld,
    refusals: () => refusals,
    letGo(): void {
      isOver = true;
      held.resolve();
    },
  };
}

const REFUSED = "A run is worked on elsewhere.";

/** Reads and acts that are lost on the way, and a database that is away for a moment; not for a hub that is held up. */
function injectFaults(test: TestRuns, ofAHundred: number, random: Random) {
  let made = 0;
  const mayFail = (code: "gateway_unreachable" | "database_unavailable"): void => {
    if (random.below(100) >= ofAHundred) return;
    made += 1;
    throw new CaretakerError(code, "Injected", { meta: { isInjected: true } });
  };
  const { read, act } = test.house;
  test.house.read = async (...request) => {
    mayFail("gateway_unreachable");
    return read(...request);
  };
  test.house.act = async (...request) => {
    const answer = await act(...request);
    mayFail("gateway_unreachable");
    return answer;
  };
  return {
    made: () => made,
    alsoIn({ deps }: TestHub): void {
      const { now } = deps;
      Object.assign(deps, {
        log: silent,
        now: async (db: Database) => {
          mayFail("database_unavailable");
          return now(db);
        },
      });
    },
  };
}

function isInjected(error: unknown): void {
  if ((error as { meta?: { isInjected?: boolean } }).meta?.isInjected !== true) throw error;
}

async function driveUntilHeld(test: TestRuns, slow: { isHeld(): boolean }, runId: RunId): Promise<void> {
  for (let turns = 0; turns < 400 && !slow.isHeld(); turns += 1) {
    await pass(2);
    const { status, claimedBy } = await test.run(runId);
    if (status === "finished" || status === "cancelled") return;
    if (claimedBy === null && !slow.isHeld()) {
      await test.clock.forward("10s");
      void test.runs.engine.settle().catch(isInjected);
    }
  }
}

async function driveToTheEnd(test: TestRuns, hub: TestHub, runId: RunId): Promise<void> {
  for (let turns = 0; turns < 60; turns += 1) {
    await ticking(test, test.forward("30s", hub).catch(isInjected));
    const { status } = await test.run(runId);
    if (status === "finished" || status === "cancelled") return;
  }
}

/** Whoever waits for a database that was away for a moment waits by the clock, which nobody else moves meanwhile. */
async function ticking(test: TestRuns, work: Promise<unknown>): Promise<void> {
  let isDone = false;
  const done = work.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    await Promise.race([done, pass(50)]);
    if (!isDone) await test.clock.forward("1s");
  }
  await done;
}

async function judge(test: TestRuns, { siteId }: TestHome, runId: RunId, tally: Tally): Promise<void> {
  const run = await test.run(runId);
  const isOver = run.status === "finished" || run.status === "cancelled";
  if (!isOver && run.waitingWhy === null && run.claimedBy === null && run.wakeAt === null) tally.lost += 1;
  const sent = test.house.acts.map(({ attemptId }) => attemptId);
  tally.doubled += sent.length - new Set(sent).size;
  const isWhole = (await verifyChain(test.db, siteId)).whole;
  const folds = await expectLogFolds(test, runId).then(
    () => true,
    () => false,
  );
  if (!isWhole || !folds) tally.broken += 1;
}
