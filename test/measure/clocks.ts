import type { RunId } from "@caretaker/protocol";
import { buildHome as buildAskedHome, createTestConsent } from "@caretaker/server/consent/test-helpers.ts";
import { type Database, now, openDatabase } from "@caretaker/server/db/database.ts";
import {
  buildHome,
  createTestRuns,
  runbookOf,
  type TestHub,
  type TestRuns,
  testLibrary,
} from "@caretaker/server/runs/test-helpers.ts";
import type { Effort, Figure } from "./measurement.ts";
import { type Random, randomFrom } from "./random.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** Both changes of the clock in six zones, out of an almanac: an evening before, and seven in the morning after. */
const NIGHTS = [
  ["Europe/Amsterdam", "2026-03-28T22:00:00.000Z", "2026-03-29T05:00:00.000Z"],
  ["Europe/Amsterdam", "2026-10-24T21:00:00.000Z", "2026-10-25T06:00:00.000Z"],
  ["Europe/London", "2026-03-28T23:00:00.000Z", "2026-03-29T06:00:00.000Z"],
  ["Europe/London", "2026-10-24T22:00:00.000Z", "2026-10-25T07:00:00.000Z"],
  ["America/New_York", "2026-03-08T03:30:00.000Z", "2026-03-08T11:00:00.000Z"],
  ["America/New_York", "2026-11-01T02:30:00.000Z", "2026-11-01T12:00:00.000Z"],
  ["America/Santiago", "2026-04-05T01:30:00.000Z", "2026-04-05T11:00:00.000Z"],
  ["America/Santiago", "2026-09-06T02:30:00.000Z", "2026-09-06T10:00:00.000Z"],
  ["Australia/Lord_Howe", "2026-04-04T12:00:00.000Z", "2026-04-04T20:30:00.000Z"],
  ["Australia/Lord_Howe", "2026-10-03T12:00:00.000Z", "2026-10-03T20:00:00.000Z"],
  ["Pacific/Auckland", "2026-04-04T10:00:00.000Z", "2026-04-04T19:00:00.000Z"],
  ["Pacific/Auckland", "2026-09-26T11:00:00.000Z", "2026-09-26T18:00:00.000Z"],
] as const;
const JUMPS = {
  none: 0,
  "an hour ahead": HOUR,
  "an hour back": -HOUR,
  "a day ahead": DAY,
  "a day back": -DAY,
} as const;

const FIX = runbookOf(
  "fix",
  `
  - check: alive
    read: integration.state
    with: { integration: $service }
    expect: { unavailable: 0 }
    next: { pass: { end: healthy } }
  - fix: reload
    do: integration.reload
    with: { integration: $service }
    irreversible: A reload keeps no earlier state.
    verify: { again: alive, within: 60s }
    next: { failed: { end: not_fixed } }
  - end: fixed`,
);
const LOOK = runbookOf(
  "look",
  `
  - check: alive
    read: integration.state
    with: { integration: $service }
    expect: { unavailable: 0 }
    next: { pass: { end: healthy } }
  - end: found`,
);

interface Tally {
  nights: number;
  timers: number;
  answers: number;
  early: number;
  twice: number;
  lost: number;
  byOtherClock: number;
}

/** Nights on which the clock is changed, clocks that jump, and timers that outlive the hub that set them. */
export async function clocks({ isFull, seed, openPostgres }: Effort): Promise<Figure[]> {
  const database = await openPostgres();
  const db = openDatabase({ url: database.url, log: silent });
  const random = randomFrom(seed);
  const tally: Tally = { nights: 0, timers: 0, answers: 0, early: 0, twice: 0, lost: 0, byOtherClock: 0 };
  const jumps = Object.values(JUMPS);
  try {
    for (const [index, night] of NIGHTS.entries()) {
      // The small form takes one jump for each night, another for each.
      const taken = isFull ? jumps : [jumps[(index + seed) % jumps.length] as number];
      for (const jump of taken) await oneNight(db, night, { jump, random }, tally);
    }
    await timers(db, isFull ? 1000 : 20, random, tally);
    for (const shift of jumps.filter((jump) => jump !== 0)) await answersUnder(db, shift, tally);
  } finally {
    await db.destroy();
    await database.close();
  }
  const none = { atMost: 0 };
  return [
    { name: "nights in six zones, with jumps of the clock", value: tally.nights, unit: "", promise: null },
    { name: "timers of 1 s to 400 days, across restarts", value: tally.timers, unit: "", promise: null },
    { name: "answers under a hub's clock that is wrong", value: tally.answers, unit: "", promise: null },
    { name: "fired early", value: tally.early, unit: "", promise: none },
    { name: "fired twice", value: tally.twice, unit: "", promise: none },
    { name: "never fired", value: tally.lost, unit: "", promise: none },
    { name: "expiries by another clock than the database's", value: tally.byOtherClock, unit: "", promise: none },
  ];
}

/** A fix that has to wait for the morning, begun in the evening; somewhere in the night the database's clock jumps. */
async function oneNight(
  db: Database,
  [timeZone, evening, morning]: (typeof NIGHTS)[number],
  { jump, random }: { jump: number; random: Random },
  tally: Tally,
): Promise<void> {
  const test = createTestRuns(db, testLibrary([FIX]));
  let shift = Date.parse(evening) - test.clock.now().getTime();
  const moment = (): number => test.clock.now().getTime() + shift;
  Object.assign(test.deps, { now: async () => new Date(moment()) });
  const home = await buildHome(db, { standing: ["fix"] });
  await db
    .updateTable("site")
    .set({ timeZone, quietFrom: "22:00", quietTo: "07:00" })
    .where("id", "=", home.siteId)
    .execute();
  test.house.setBridge("wedged");
  const acts: number[] = [];
  test.house.effects.set("integration.reload", () => {
    acts.push(moment());
    test.house.setBridge("well");
  });
  await test.start(home, "fix", { inputs: { service: home.integration, bridge: home.bridge } });

  // Two days hold a jump of a day, back or ahead, and the rest of any night.
  const jumpsAt = 30 + random.below(240);
  for (let minutes = 0; minutes < 3000 && acts.length === 0; minutes += 15) {
    if (minutes <= jumpsAt && jumpsAt < minutes + 15) shift += jump;
    await test.runs.engine.settle();
    await test.clock.forward(15 * MINUTE);
  }
  await settleFor(test, 4);

  tally.nights += 1;
  if (acts.length === 0) tally.lost += 1;
  if (acts.length > 1) tally.twice += 1;
  if (acts.some((at) => isNight(at, timeZone) || (jump >= 0 && at < Date.parse(morning)))) tally.early += 1;
  await test.close();
}

async function settleFor(test: TestRuns, minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    await test.runs.engine.settle();
    await test.clock.forward(MINUTE);
  }
}

function isNight(moment: number, timeZone: string): boolean {
  const hour = Number(new Intl.DateTimeFormat("en-GB", { timeZone, hourCycle: "h23", hour: "2-digit" }).format(moment));
  return hour >= 22 || hour < 7;
}

/** Runs that are due at moments from a second to 400 days ahead; each tenth of them is found by another hub. */
async function timers(db: Database, count: number, random: Random, tally: Tally): Promise<void> {
  const test = createTestRuns(db, testLibrary([LOOK]));
  const begun = test.clock.now().getTime();
  const due: { runId: RunId; at: number }[] = [];
  for (let index = 0; index < count; index += 1) {
    const home = await buildHome(db, { standing: ["diagnose"] });
    const runId = await test.start(home, "look", { inputs: { service: home.integration } });
    const at = begun + 1000 * Math.round((400 * 86_400) ** random.next());
    await db
      .updateTable("run")
      .set({ wakeAt: new Date(at) })
      .where("id", "=", runId)
      .execute();
    due.push({ runId, at });
  }
  due.sort((one, other) => one.at - other.at);
  let hub: TestHub = test;
  for (const [index, { runId, at }] of due.entries()) {
    if (index % 10 === 9) {
      hub.runs.engine.abandon();
      hub = test.another();
    }
    await forwardTo(test, at - 1);
    await hub.runs.engine.settle();
    await forwardTo(test, at);
    await hub.runs.engine.settle();
    if ((await test.run(runId)).status !== "finished") tally.lost += 1;
  }
  for (const { runId, at } of due) {
    const starts = (await test.events(runId)).filter(({ data }) => data.kind === "run.started");
    if (starts.length > 1) tally.twice += 1;
    if (starts.some((start) => Date.parse(start.at) < at)) tally.early += 1;
  }
  tally.timers += count;
  await test.close();
}

async function forwardTo(test: TestRuns, moment: number): Promise<void> {
  const left = moment - test.clock.now().getTime();
  if (left > 0) await test.clock.forward(left);
}

/** A hub whose own clock is wrong takes what the database's clock still allows, and nothing else. */
async function answersUnder(db: Database, shift: number, tally: Tally): Promise<void> {
  for (const isLate of [false, true]) {
    const home = await buildAskedHome(db);
    const consent = createTestConsent(db, { now });
    const { token, requestId } = await consent.askAndGetToken(home, { now: await now(db) });
    const { proposalCode } = await consent.link.view(token);
    const answerBy = new Date((await now(db)).getTime() + (isLate ? -1000 : MINUTE));
    await db.updateTable("consentRequest").set({ answerBy }).where("id", "=", requestId).execute();

    const isTaken = await withClockOff(shift, () =>
      consent.link.answer({ token, answer: "allow", proposalCode }).then(
        () => true,
        () => false,
      ),
    );

    tally.answers += 1;
    if (isTaken === isLate) tally.byOtherClock += 1;
  }
}

/** Lets this process believe that it is earlier or later than it is. */
async function withClockOff<T>(shift: number, work: () => Promise<T>): Promise<T> {
  const Right = Date;
  const Wrong = class extends Right {
    constructor(...given: []) {
      super(...(given.length === 0 ? ([Right.now() + shift] as unknown as []) : given));
    }

    static override now(): number {
      return Right.now() + shift;
    }
  };
  globalThis.Date = Wrong as DateConstructor;
  try {
    return await work();
  } finally {
    globalThis.Date = Right;
  }
}
