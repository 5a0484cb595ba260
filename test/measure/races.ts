import { setTimeout as pass } from "node:timers/promises";
import { type Database, openDatabase } from "@caretaker/server/db/database.ts";
import { runbookOf, testLibrary } from "@caretaker/server/runs/test-helpers.ts";
import type { Effort, Figure } from "./measurement.ts";
import { DISTURBANCES, disturb, mayBeTooLate } from "./races/disturb.ts";
import { judge, NOTHING, type Tally } from "./races/judge.ts";
import { answerByLink, answerSomehow, arrange, type Meeting } from "./races/meeting.ts";
import { type Random, randomFrom } from "./random.ts";

/** Two fixes that have to be allowed, so that there is a forward act after the first one to be stopped. */
const RUNBOOK = runbookOf(
  "races",
  `
  - check: alive
    read: integration.state
    with: { integration: $service }
    expect: { unavailable: 0 }
    next: { pass: { end: healthy } }
  - fix: first
    do: power.cycle
    with: { switch: $bridge.poweredBy, off: 10s }
    verify: { again: alive }
    undo: { do: power.on, with: { switch: $bridge.poweredBy } }
    next: { failed: continue }
  - fix: second
    do: power.cycle
    with: { switch: $bridge.poweredBy, off: 20s }
    verify: { again: alive }
    undo: { do: power.on, with: { switch: $bridge.poweredBy } }
    next: { failed: { end: not_fixed } }
  - end: fixed`,
);

const LIBRARY = testLibrary([RUNBOOK]);
const MEETINGS = { small: 20, full: 10_000 };
/** What earlier meetings left is looked through by later ones, so each so many have a database of their own. */
const MEETINGS_OF_A_DATABASE = 250;
/** A run takes about this long in real time; what meets it begins somewhere within. */
const LONGEST_DELAY = 24;
const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** Lets answers, stops, clocks, edits, freezes, raises and crashes meet runs, and reads out of what was committed what went wrong. */
export async function races({ isFull, seed, say, openPostgres }: Effort): Promise<Figure[]> {
  const random = randomFrom(seed);
  const wanted = isFull ? MEETINGS.full : MEETINGS.small;
  const tally: Tally = { ...NOTHING };
  while (tally.meetings < wanted) {
    await meetOften(openPostgres, Math.min(MEETINGS_OF_A_DATABASE, wanted - tally.meetings), random, tally);
    if (tally.meetings % 1000 === 0) say(`  ${tally.meetings} meetings, ${tally.intents} acts`);
  }
  return figuresOf(tally, wanted);
}

async function meetOften(
  openPostgres: Effort["openPostgres"],
  times: number,
  random: Random,
  tally: Tally,
): Promise<void> {
  const database = await openPostgres();
  const db = openDatabase({ url: database.url, log: silent });
  try {
    for (let made = 0; made < times; made += 1) await meet(db, random, tally);
  } finally {
    await db.destroy();
    await database.close();
  }
}

function figuresOf(tally: Tally, wanted: number): Figure[] {
  const none = { atMost: 0 };
  return [
    { name: "interleavings", value: tally.meetings, unit: "", promise: { atLeast: wanted } },
    // Without acts and without stops the rest would prove nothing.
    { name: "acts that were intended", value: tally.intents, unit: "", promise: { atLeast: wanted / 8 } },
    { name: "runs that were stopped after the yes", value: tally.stopped, unit: "", promise: { atLeast: wanted / 8 } },
    { name: "forward acts intended after a stop", value: tally.afterStop, unit: "", promise: none },
    { name: "forward acts intended after a freeze", value: tally.afterFreeze, unit: "", promise: none },
    { name: "acts after a raise that were not asked for anew", value: tally.afterRaise, unit: "", promise: none },
    { name: "acts for a technician who was shut out", value: tally.afterShutOut, unit: "", promise: none },
    { name: "acts without a consent valid at that moment", value: tally.withoutConsent, unit: "", promise: none },
    { name: "acts other than what was allowed", value: tally.otherThanAllowed, unit: "", promise: none },
    { name: "private acts that were allowed on a call", value: tally.privateOnACall, unit: "", promise: none },
    { name: "acts sent twice for one attempt", value: tally.doubled, unit: "", promise: none },
    { name: "ledgers that are not whole", value: tally.broken, unit: "", promise: none },
  ];
}

async function meet(db: Database, random: Random, tally: Tally): Promise<void> {
  const meeting = await arrange(db, LIBRARY, random);
  const count = 1 + random.below(3);
  const disturbances = Array.from({ length: count }, () => random.pick(DISTURBANCES));
  const delays = disturbances.map(() => random.below(LONGEST_DELAY));
  const answersAfter = random.below(4);

  await Promise.all([
    pass(answersAfter).then(() => answerSomehow(meeting, "allow").catch(mayBeTooLate)),
    driveOn(meeting),
    ...disturbances.map((what, index) => pass(delays[index]).then(() => disturb(meeting, what))),
  ]);
  await driveOn(meeting);

  tally.meetings += 1;
  await judge(meeting, tally);
  await meeting.test.close();
}

/** To the end of the run, or as far as anything moves it; a hub that died is followed by another. */
async function driveOn(meeting: Meeting): Promise<void> {
  const { test, runId } = meeting;
  for (let turns = 0; turns < 12; turns += 1) {
    const { hub } = meeting;
    await Promise.race([test.forward("10s", hub), hub.dead]);
    if (hub.isDead) {
      await test.clock.forward("31s");
      meeting.hub = test.another();
      continue;
    }
    const { status } = await test.run(runId);
    if (status === "finished" || status === "cancelled") return;
    if (status !== "waiting_for_consent") continue;
    // Gives what meets it the time to come, as a homeowner who reads does.
    await pass(2);
    // What was raised meanwhile is asked for anew, and allowed.
    if (meeting.intendedBefore.raise !== undefined) await answerByLink(meeting, "allow").catch(mayBeTooLate);
  }
}
