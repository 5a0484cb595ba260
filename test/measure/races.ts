import { setTimeout as pass } from "node:timers/promises";
import { openBenchDatabase } from "@caretaker/bench/database.ts";
import type { RunEvent, RunId } from "@caretaker/protocol";
import { type Database, openDatabase } from "@caretaker/server/db/database.ts";
import { verifyChain } from "@caretaker/server/ledger/read.ts";
import { setFreeze } from "@caretaker/server/runs/freezes/freezes.ts";
import {
  buildHome,
  createTestRuns,
  runbookOf,
  SAM,
  type TestHome,
  type TestHub,
  type TestRuns,
  testLibrary,
} from "@caretaker/server/runs/test-helpers.ts";
import type { Effort, Figure } from "./measurement.ts";
import { type Random, randomFrom } from "./random.ts";

const ACT = "power.cycle";

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

const MEETINGS = { small: 40, full: 10_000 };
/** A run takes about this long in real time; what meets it begins somewhere within. */
const LONGEST_DELAY = 24;
const CRASH_POINTS = ["commit.after", "act.before_intent", "act.after_intent", "act.after_send"] as const;
const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** What is done to one run, each thing in its own transaction, while the run goes. */
const DISTURBANCES = ["no", "another_time", "stop", "expiry", "drift", "freeze", "cancel", "crash"] as const;
type Disturbance = (typeof DISTURBANCES)[number];

interface Meeting {
  readonly test: TestRuns;
  readonly home: TestHome;
  readonly runId: RunId;
  readonly token: string;
  readonly random: Random;
  /** The hub that works now: the one after the last that died. */
  hub: TestHub;
  /** Forward acts that stood written when the freeze had its lock: there may never be more. */
  intendedBeforeFreeze: number | null;
}

interface Tally {
  meetings: number;
  intents: number;
  stopped: number;
  afterStop: number;
  afterFreeze: number;
  withoutConsent: number;
  otherThanAllowed: number;
  doubled: number;
  broken: number;
}

/** Lets answers, stops, clocks, edits, freezes and crashes meet runs, and reads out of what was committed what went wrong. */
export async function races({ isFull, seed, say }: Effort): Promise<Figure[]> {
  const database = await openBenchDatabase();
  const db = openDatabase({ url: database.url, log: silent });
  const random = randomFrom(seed);
  const wanted = isFull ? MEETINGS.full : MEETINGS.small;
  const tally: Tally = {
    meetings: 0,
    intents: 0,
    stopped: 0,
    afterStop: 0,
    afterFreeze: 0,
    withoutConsent: 0,
    otherThanAllowed: 0,
    doubled: 0,
    broken: 0,
  };
  try {
    while (tally.meetings < wanted) {
      await meet(db, random, tally);
      if (tally.meetings % 1000 === 0) say(`  ${tally.meetings} meetings, ${tally.intents} acts`);
    }
  } finally {
    await db.destroy();
    await database.close();
  }
  return figuresOf(tally, wanted);
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
    { name: "acts without a consent valid at that moment", value: tally.withoutConsent, unit: "", promise: none },
    { name: "acts other than what was allowed", value: tally.otherThanAllowed, unit: "", promise: none },
    { name: "acts sent twice for one attempt", value: tally.doubled, unit: "", promise: none },
    { name: "ledgers that are not whole", value: tally.broken, unit: "", promise: none },
  ];
}

async function meet(db: Database, random: Random, tally: Tally): Promise<void> {
  const test = createTestRuns(db, testLibrary([RUNBOOK]));
  const home = await buildHome(db, { standing: ["fix"] });
  test.house.setBridge("wedged");
  test.house.effects.set(ACT, () => {});
  const runId = await test.start(home, "races", { inputs: { service: home.integration, bridge: home.bridge } });
  await test.forward("1s");
  const meeting: Meeting = {
    test,
    home,
    runId,
    token: test.token(),
    random,
    hub: test,
    intendedBeforeFreeze: null,
  };
  const count = 1 + random.below(3);
  const disturbances = Array.from({ length: count }, () => random.pick(DISTURBANCES));
  const delays = disturbances.map(() => random.below(LONGEST_DELAY));
  const answersAfter = random.below(4);

  await Promise.all([
    pass(answersAfter).then(() => test.answer("allow").catch(mayBeTooLate)),
    driveOn(meeting),
    ...disturbances.map((what, index) => pass(delays[index]).then(() => disturb(meeting, what))),
  ]);
  await driveOn(meeting);

  tally.meetings += 1;
  await judge(meeting, tally);
  await test.close();
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
    // Gives what meets it the time to come, as a homeowner who reads does.
    if (status === "waiting_for_consent") await pass(2);
  }
}

async function disturb(meeting: Meeting, what: Disturbance): Promise<void> {
  const { test, home, runId, token, random } = meeting;
  switch (what) {
    case "no":
    case "another_time":
      await test.answer(what).catch(mayBeTooLate);
      return;
    case "stop":
      await test.link.stop(token).catch(mayBeTooLate);
      return;
    case "expiry":
      await test.clock.forward(random.pick(["1h", "5h", "25h"]));
      return;
    case "drift":
      await test.db
        .updateTable("entity")
        .set({ key: `other-${random.below(1e9)}` })
        .where("id", "=", home.plug)
        .execute();
      return;
    case "freeze":
      return freeze(meeting);
    case "cancel":
      await meeting.hub.runs.cancel({ runId, reason: "Enough", actor: SAM }).catch(mayBeTooLate);
      return;
    case "crash":
      meeting.hub.dieAt(random.pick(CRASH_POINTS));
      return;
    default:
      what satisfies never;
  }
}

/** A freeze reads the clock once it has its lock: whatever was intended before is committed by then, and counted. */
async function freeze(meeting: Meeting): Promise<void> {
  const { test, home, runId } = meeting;
  const { db, announcements } = test.deps;
  const now = async (trx: Database): Promise<Date> => {
    meeting.intendedBeforeFreeze ??= await intendedOf(trx, runId);
    return test.clock.now();
  };
  const deps = { db, now, announcements, library: test.library, queueMessage: async () => {} };
  const wish = { kind: "site" as const, subject: home.siteId, reason: "It smells burnt", actor: SAM };
  await setFreeze(deps, wish).catch(mayBeTooLate);
}

async function intendedOf(db: Database, runId: RunId): Promise<number> {
  const { count } = await db
    .selectFrom("attempt")
    .select((select) => select.fn.countAll<string>().as("count"))
    .where("runId", "=", runId)
    .where("purpose", "=", "do")
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** An answer to what is answered, a stop of what has ended: said so to whoever came second, and no mistake. */
function mayBeTooLate(error: unknown): void {
  const { code } = error as { code?: string };
  if (!["already_done", "gone", "conflict", "not_found", "consent_expired"].includes(code ?? "")) throw error;
}

async function judge({ test, home, runId, intendedBeforeFreeze }: Meeting, tally: Tally): Promise<void> {
  const { db } = test;
  const events = await test.events(runId);
  const attempts = await db.selectFrom("attempt").selectAll().where("runId", "=", runId).execute();
  const forward = attempts.filter(({ purpose }) => purpose === "do");
  const numberOf = new Map(
    events.flatMap(({ number, data }) => (data.kind === "fix.intended" ? [[data.attemptId, number] as const] : [])),
  );
  const stop = events.find(({ data }) => isStop(data))?.number ?? Number.POSITIVE_INFINITY;
  tally.intents += forward.length;
  if (stop !== Number.POSITIVE_INFINITY && events.some(({ data }) => isYes(data))) tally.stopped += 1;
  tally.afterStop += forward.filter(({ id }) => (numberOf.get(id) ?? Number.POSITIVE_INFINITY) > stop).length;
  if (intendedBeforeFreeze !== null) tally.afterFreeze += forward.length - intendedBeforeFreeze;

  const request = await db.selectFrom("consentRequest").selectAll().where("runId", "=", runId).executeTakeFirst();
  for (const { id, intendedAt, input } of forward) {
    const yes = events.find(({ data }) => isYes(data))?.number ?? Number.POSITIVE_INFINITY;
    const isFirst = intendedAt === request?.firstActAt;
    const until = isFirst ? request.startBy : (request?.endsAt ?? null);
    const isInTime = until !== null && Date.parse(intendedAt) < Date.parse(until);
    if ((numberOf.get(id) ?? 0) < yes || !isInTime) tally.withoutConsent += 1;
    const allowed = request?.proposal.acts.some((act) => JSON.stringify(act.input) === JSON.stringify(input));
    if (allowed !== true) tally.otherThanAllowed += 1;
  }
  const sent = test.house.acts.map(({ attemptId }) => attemptId);
  tally.doubled += sent.length - new Set(sent).size;
  if (!(await verifyChain(db, home.siteId)).whole) tally.broken += 1;
}

function isYes(data: RunEvent["data"]): boolean {
  return data.kind === "consent.answered" && data.answer === "allowed";
}

/** The log's numbers are the order in which things were committed: each holds the run's row until its end. */
function isStop(data: RunEvent["data"]): boolean {
  if (data.kind === "run.stop_requested") return true;
  return data.kind === "consent.answered" && ["refused", "another_time", "withdrawn", "expired"].includes(data.answer);
}
