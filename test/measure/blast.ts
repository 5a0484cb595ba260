import { type Actor, HOMES_AN_HOUR, type SessionId } from "@caretaker/protocol";
import { type Database, openDatabase } from "@caretaker/server/db/database.ts";
import { newId } from "@caretaker/server/db/new-id.ts";
import { startRollout } from "@caretaker/server/runs/rollouts/begin.ts";
import type { RolloutsDeps } from "@caretaker/server/runs/rollouts/deps.ts";
import { moveRollouts } from "@caretaker/server/runs/rollouts/pump.ts";
import {
  buildHome,
  createTestRuns,
  runbookOf,
  type TestHome,
  type TestHub,
  type TestRuns,
  testLibrary,
} from "@caretaker/server/runs/test-helpers.ts";
import { STUCK } from "@caretaker/server/runs/test-runbooks.ts";
import type { Effort, Figure } from "./measurement.ts";
import { addTechnician, type Technician } from "./races/meeting.ts";
import { type Random, randomFrom } from "./random.ts";

const STRATEGIES = { small: 3, full: 200 };
const STRATEGIES_OF_A_DATABASE = 20;
/** The same text under its own name, under that of a copy, and under that of a file that was taken in. */
const RUNBOOKS = ["stuck", "copied", "taken-in"] as const;
const LIBRARY = testLibrary(RUNBOOKS.map((id) => runbookOf(id, STUCK)));
const HOUR = 3_600_000;
const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** By whom and how a part of the homes is begun; all of it is one person's doing. */
const WAYS = ["in person", "by a key", "by another key", "by a rule of his", "by a rollout"] as const;

interface Part {
  readonly way: (typeof WAYS)[number];
  readonly runbook: (typeof RUNBOOKS)[number];
  readonly homes: number;
  readonly minutesAfter: number;
}

interface Strategist {
  readonly test: TestRuns;
  readonly hubs: readonly TestHub[];
  readonly rollouts: RolloutsDeps;
  readonly person: Technician;
  readonly keys: readonly Actor[];
}

interface Tally {
  strategies: number;
  acts: number;
  reached: number;
  passed: number;
  most: number;
}

/** Lets one person try to act in more homes within an hour than one person may, by every way there is at once. */
export async function blast({ isFull, seed, say, openPostgres }: Effort): Promise<Figure[]> {
  const random = randomFrom(seed);
  const wanted = isFull ? STRATEGIES.full : STRATEGIES.small;
  const tally: Tally = { strategies: 0, acts: 0, reached: 0, passed: 0, most: 0 };
  while (tally.strategies < wanted) {
    const database = await openPostgres();
    const db = openDatabase({ url: database.url, log: silent });
    const until = Math.min(wanted, tally.strategies + STRATEGIES_OF_A_DATABASE);
    try {
      for (; tally.strategies < until; tally.strategies += 1) await tryOne(db, random, tally);
    } finally {
      await db.destroy();
      await database.close();
    }
    say(`  ${tally.strategies} strategies, ${tally.acts} acts`);
  }
  return [
    { name: "strategies", value: tally.strategies, unit: "", promise: { atLeast: wanted } },
    { name: "acts", value: tally.acts, unit: "", promise: { atLeast: wanted * HOMES_AN_HOUR } },
    {
      name: "strategies that came as far as one may",
      value: tally.reached,
      unit: "",
      promise: { atLeast: wanted / 2 },
    },
    { name: "strategies that came further", value: tally.passed, unit: "", promise: { atMost: 0 } },
    { name: "most homes within an hour", value: tally.most, unit: "", promise: { atMost: HOMES_AN_HOUR } },
  ];
}

async function tryOne(db: Database, random: Random, tally: Tally): Promise<void> {
  const strategist = await arrange(db);
  const { hubs, person } = strategist;
  const parts = Array.from({ length: 2 + random.below(3) }, (): Part => {
    const minutesAfter = random.pick([0, 0, 5, 20, 50]);
    return { way: random.pick(WAYS), runbook: random.pick(RUNBOOKS), homes: 2 + random.below(5), minutesAfter };
  });
  for (const part of parts) {
    await begin(strategist, part);
    await moveRollouts(strategist.rollouts);
    await Promise.all(hubs.map((hub) => hub.runs.engine.settle()));
    await goOn(strategist, part.minutesAfter);
  }
  for (let hours = 0; hours < 4; hours += 1) await goOn(strategist, 60);

  const acts = await actsOf(db, person);
  const most = mostHomesWithinAnHour(acts);
  tally.acts += acts.length;
  tally.most = Math.max(tally.most, most);
  if (most === HOMES_AN_HOUR) tally.reached += 1;
  if (most > HOMES_AN_HOUR) tally.passed += 1;
  for (const hub of hubs) hub.runs.engine.abandon();
  await db.updateTable("run").set({ wakeAt: null }).where("wakeAt", "is not", null).execute();
  await db.updateTable("rollout").set({ status: "stopped" }).where("status", "=", "working").execute();
}

async function arrange(db: Database): Promise<Strategist> {
  const test = createTestRuns(db, LIBRARY);
  const hubs: readonly TestHub[] = [test, test.another()];
  for (const { deps } of hubs) Object.assign(deps, { homesAtOnce: HOMES_AN_HOUR });
  everyHomeIsIllUntilItIsMended(test);
  const person = await addTechnician(db);
  const keys = [await addKey(db, person), await addKey(db, person)];
  const rollouts = { ...test.deps, runs: test.runs, queueMessage: async () => {} };
  return { test, hubs, rollouts, person, keys };
}

function everyHomeIsIllUntilItIsMended({ house }: TestRuns): void {
  const mended = new Set<string>();
  const { read, act } = house;
  house.read = async (gatewayId, ...request) => {
    house.setBridge(mended.has(gatewayId) ? "well" : "wedged");
    return read(gatewayId, ...request);
  };
  house.act = async (gatewayId, request) => {
    mended.add(gatewayId);
    return act(gatewayId, request);
  };
}

async function addKey(db: Database, { id: createdById, name: createdBy }: Technician): Promise<Actor> {
  const id = newId<string>();
  const made = { createdBy, createdById, createdAt: new Date(0), expiresAt: new Date("2099-01-01") };
  await db
    .insertInto("apiKey")
    .values({ id, name: "Script", role: "technician", prefix: id.slice(-8), hash: id, ...made })
    .execute();
  return { kind: "key", id: id as never, name: "Script", role: "technician" };
}

async function begin({ test, rollouts, person, keys }: Strategist, part: Part): Promise<void> {
  const homes: TestHome[] = [];
  for (let made = 0; made < part.homes; made += 1) homes.push(await buildHome(test.db, { standing: ["fix"] }));
  // No night comes between: what waits, waits for its turn.
  await test.db.updateTable("site").set({ quietFrom: "00:00", quietTo: "00:00" }).execute();
  const inputsOf = ({ integration, bridge }: TestHome) => ({ service: integration, bridge });
  if (part.way === "by a rollout") {
    await startRollout(rollouts, {
      runbook: part.runbook as never,
      homes: homes.map((home) => ({ siteId: home.siteId, inputs: inputsOf(home) })),
      reason: "A fault of this version",
      haltAfter: 2,
      goesOn: true,
      actor: person,
    });
    return;
  }
  const actor = actorOf(part.way, person, keys);
  for (const home of homes) await test.start(home, part.runbook, { inputs: inputsOf(home), actor });
}

function actorOf(way: Exclude<Part["way"], "by a rollout">, person: Technician, [one, other]: readonly Actor[]): Actor {
  if (way === "by a key") return one ?? person;
  if (way === "by another key") return other ?? person;
  // What a rule begins is begun in the name of whoever made it.
  return way === "by a rule of his" ? { ...person, sessionId: "rule" as SessionId } : person;
}

async function goOn({ test, hubs, rollouts }: Strategist, minutes: number): Promise<void> {
  for (let left = minutes; left > 0; left -= 10) {
    await test.forward(`${Math.min(10, left)}m`, hubs[(left / 10) % 2 < 1 ? 0 : 1]);
    await moveRollouts(rollouts);
  }
}

async function actsOf(db: Database, { id }: Technician): Promise<{ siteId: string; at: number }[]> {
  const rows = await db
    .selectFrom("attempt")
    .innerJoin("run", "run.id", "attempt.runId")
    .select(["attempt.intendedAt", "run.siteId"])
    .where("run.answerableId", "=", id)
    .where("attempt.purpose", "=", "do")
    .execute();
  return rows.map(({ siteId, intendedAt }) => ({ siteId, at: Date.parse(intendedAt) }));
}

function mostHomesWithinAnHour(acts: readonly { readonly siteId: string; readonly at: number }[]): number {
  const homesFrom = (from: number): number =>
    new Set(acts.filter(({ at }) => at >= from && at < from + HOUR).map(({ siteId }) => siteId)).size;
  return Math.max(0, ...acts.map(({ at }) => homesFrom(at)));
}
