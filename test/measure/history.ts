import { openDatabase } from "@caretaker/server/db/database.ts";
import { verifyChain } from "@caretaker/server/ledger/read.ts";
import { expectLogFolds } from "@caretaker/server/runs/test-helpers.ts";
import { Fleet, succeeds } from "./history/fleet.ts";
import { consentModel, freezeModel, isLinear } from "./history/linear.ts";
import type { Effort, Figure } from "./measurement.ts";
import { type Random, randomFrom } from "./random.ts";

const HISTORIES = { small: 1, full: 200 };
const HISTORIES_OF_A_DATABASE = 10;
const CLIENTS = 8;
const OPERATIONS = 500;
const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** What clients do, each so often among the others: much that moves runs on, less that stops them. */
const OFTEN = {
  work: 16,
  start: 6,
  allow: 10,
  lift: 6,
  look: 3,
  look_at_freeze: 2,
  freeze: 1,
  stop: 1,
  no: 1,
  another_time: 1,
  cancel: 1,
  die: 1,
} as const;
type What = keyof typeof OFTEN;
const WHAT = (Object.keys(OFTEN) as What[]).flatMap((what) => Array.from({ length: OFTEN[what] }, () => what));

interface Tally {
  operations: number;
  runs: number;
  acts: number;
  freezes: number;
  questions: number;
  doubled: number;
  broken: number;
}

/** Lets eight clients do what comes to their mind in a few homes, and looks whether one order explains what they were told. */
export async function history({ isFull, seed, say, openPostgres }: Effort): Promise<Figure[]> {
  const random = randomFrom(seed);
  const wanted = isFull ? HISTORIES.full : HISTORIES.small;
  const tally: Tally = { operations: 0, runs: 0, acts: 0, freezes: 0, questions: 0, doubled: 0, broken: 0 };
  for (let made = 0; made < wanted; ) {
    const database = await openPostgres();
    const db = openDatabase({ url: database.url, log: silent });
    try {
      const until = Math.min(wanted, made + HISTORIES_OF_A_DATABASE);
      for (; made < until; made += 1) {
        const fleet = new Fleet(db, random);
        await fleet.settleIn();
        await Promise.all(Array.from({ length: CLIENTS }, (_, client) => beClient(fleet, random, client, tally)));
        await judge(fleet, tally);
        await fleet.close();
      }
    } finally {
      await db.destroy();
      await database.close();
    }
    say(`  ${made} histories, ${tally.operations} operations, ${tally.acts} acts`);
  }
  const none = { atMost: 0 };
  return [
    { name: "operations", value: tally.operations, unit: "", promise: { atLeast: wanted * OPERATIONS } },
    { name: "runs", value: tally.runs, unit: "", promise: { atLeast: wanted } },
    { name: "acts that were intended", value: tally.acts, unit: "", promise: { atLeast: wanted } },
    { name: "freezes that no order explains", value: tally.freezes, unit: "", promise: none },
    { name: "questions that no order explains", value: tally.questions, unit: "", promise: none },
    { name: "acts sent twice for one attempt", value: tally.doubled, unit: "", promise: none },
    { name: "logs or ledgers that are not whole", value: tally.broken, unit: "", promise: none },
  ];
}

async function beClient(fleet: Fleet, random: Random, client: number, tally: Tally): Promise<void> {
  const own = Math.floor(OPERATIONS / CLIENTS) + (client < OPERATIONS % CLIENTS ? 1 : 0);
  for (let made = 0; made < own; made += 1) {
    await doOne(fleet, random);
    tally.operations += 1;
  }
}

async function doOne(fleet: Fleet, random: Random): Promise<void> {
  const home = random.pick(fleet.homes);
  const what = random.pick(WHAT);
  switch (what) {
    case "start":
      await succeeds(fleet.start(home));
      return;
    case "allow":
    case "no":
    case "another_time":
      return fleet.answer(home, what);
    case "stop":
      return fleet.stop(home);
    case "look":
      return fleet.look(home);
    case "freeze":
      return fleet.freeze(home);
    case "lift":
      return fleet.lift(home);
    case "look_at_freeze":
      return fleet.lookAtFreeze(home);
    case "cancel":
      return fleet.cancel(home);
    case "work":
    case "die":
      return fleet.work(what === "die");
    default:
      what satisfies never;
  }
}

async function judge({ test, homes, runs, freezes, questions }: Fleet, tally: Tally): Promise<void> {
  tally.runs += runs.length;
  for (const done of freezes.values()) if (!isLinear(done, "", freezeModel)) tally.freezes += 1;
  for (const done of questions.values()) {
    tally.acts += done.filter(({ op }) => op.kind === "act").length;
    if (!isLinear(done, "asked", consentModel)) tally.questions += 1;
  }
  const sent = test.house.acts.map(({ attemptId }) => attemptId);
  tally.doubled += sent.length - new Set(sent).size;
  for (const runId of runs)
    await expectLogFolds(test, runId).catch(() => {
      tally.broken += 1;
    });
  for (const { siteId } of homes) if (!(await verifyChain(test.db, siteId)).whole) tally.broken += 1;
}
