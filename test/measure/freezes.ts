import { setTimeout as pass } from "node:timers/promises";
import type { FreezeKind, RunId } from "@caretaker/protocol";
import { type Database, openDatabase } from "@caretaker/server/db/database.ts";
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
import { actsAfterRestarts } from "./freezes/restarts.ts";
import type { Effort, Figure } from "./measurement.ts";
import { addTechnician, type Technician } from "./races/meeting.ts";
import { type Random, randomFrom } from "./random.ts";

/** Reloads up to three times what no reload helps, so that there is always something more to be stopped. */
const STEPS = `
  - check: alive
    read: integration.state
    with: { integration: $service }
    expect: { unavailable: 0 }
  - fix: reload
    do: integration.reload
    with: { integration: $service }
    irreversible: A reload keeps no earlier state.
    verify: { again: alive }
    tries: { times: 3, every: 1s }
    next: { failed: { end: not_fixed } }
  - end: fixed`;
const RUNBOOKS = ["one", "other"] as const;
const LIBRARY = testLibrary(RUNBOOKS.map((id) => runbookOf(id, STEPS)));
const FREEZES = { small: 10, full: 500 };
const FREEZES_OF_A_DATABASE = 50;
const HOMES = 4;
const KINDS: readonly FreezeKind[] = ["firm", "site", "connector", "runbook", "person"];
const WITHIN_MILLISECONDS = 1000;
/** The hubs pass about fifty labelled points before the first act and as many after it; the freeze comes at one of them. */
const POINTS_BEFORE = { least: 40, most: 100 };
const LONGEST_HOLD = 30;
const silent = { debug() {}, info() {}, warn() {}, error() {} };

interface Tally {
  freezes: number;
  before: number;
  intended: number;
  late: number;
  afterRestart: number;
  elsewhere: number;
}

/** Freezes whatever can be frozen while runs go in several homes, and looks what was still intended and sent. */
export async function freezes({ isFull, seed, say, openPostgres }: Effort): Promise<Figure[]> {
  const random = randomFrom(seed);
  const wanted = isFull ? FREEZES.full : FREEZES.small;
  const tally: Tally = { freezes: 0, before: 0, intended: 0, late: 0, afterRestart: 0, elsewhere: 0 };
  while (tally.freezes < wanted) {
    const database = await openPostgres();
    const db = openDatabase({ url: database.url, log: silent });
    const until = Math.min(wanted, tally.freezes + FREEZES_OF_A_DATABASE);
    try {
      for (; tally.freezes < until; tally.freezes += 1) await freezeOnce(db, random, tally);
    } finally {
      await db.destroy();
      await database.close();
    }
    say(`  ${tally.freezes} freezes`);
  }
  const restarts = await actsAfterRestarts(isFull ? KINDS : ["site"], openPostgres);
  const none = { atMost: 0 };
  return [
    { name: "freezes", value: tally.freezes, unit: "", promise: { atLeast: wanted } },
    { name: "acts that were intended before them", value: tally.before, unit: "", promise: { atLeast: wanted / 4 } },
    {
      name: "acts that went on where nothing was frozen",
      value: tally.elsewhere,
      unit: "",
      promise: { atLeast: wanted },
    },
    { name: "forward acts intended after a freeze", value: tally.intended, unit: "", promise: none },
    { name: "acts sent later than a second after a freeze", value: tally.late, unit: "", promise: none },
    { name: "acts of runs begun at the next hub", value: tally.afterRestart, unit: "", promise: none },
    {
      name: "hub processes that were killed and started anew",
      value: restarts.restarts,
      unit: "",
      promise: { atLeast: 1 },
    },
    { name: "acts that a home saw there while frozen", value: restarts.acts, unit: "", promise: none },
    {
      name: "acts that it saw once that was lifted",
      value: restarts.actsOnceLifted,
      unit: "",
      promise: { atLeast: 1 },
    },
  ];
}

interface Going {
  readonly home: TestHome;
  readonly by: Technician;
  readonly runbook: (typeof RUNBOOKS)[number];
  readonly connector: string;
  readonly runId: RunId;
}

async function freezeOnce(db: Database, random: Random, tally: Tally): Promise<void> {
  const test = createTestRuns(db, LIBRARY);
  test.house.setBridge("wedged");
  test.house.effects.set("integration.reload", () => {});
  const sent: { readonly attemptId: string; readonly at: number }[] = [];
  const { act } = test.house;
  test.house.act = async (gatewayId, request) => {
    sent.push({ attemptId: request.attemptId, at: test.clock.monotonic() });
    return act(gatewayId, request);
  };
  const other = test.another();
  const isTime = Promise.withResolvers<void>();
  let left = POINTS_BEFORE.least + random.below(POINTS_BEFORE.most - POINTS_BEFORE.least);
  const passPoint = (): void => {
    left -= 1;
    if (left <= 0) isTime.resolve();
  };
  for (const hub of [test, other]) holdUpNowAndThen(test, hub, { random, passPoint });
  const going = await begin(test);

  const kind = KINDS[tally.freezes % KINDS.length] as FreezeKind;
  const chosen = random.pick(going);
  const isMeant = meantBy(kind, chosen);
  const meant = going.filter(isMeant);
  const working = Promise.all([test, other].map((hub) => hub.runs.engine.settle()));
  await Promise.race([isTime.promise, working]);
  const frozen = await freeze(test, { kind, chosen, meant });
  await working;
  tally.before += frozen.intended;
  await test.forward("30s");
  tally.intended += (await intendedOf(db, meant)).length - frozen.intended;
  const late = new Set(sent.filter(({ at }) => at > frozen.at + WITHIN_MILLISECONDS).map(({ attemptId }) => attemptId));
  tally.late += (await intendedOf(db, meant)).filter((id) => late.has(id)).length;
  tally.elsewhere += (
    await intendedOf(
      db,
      going.filter((one) => !isMeant(one)),
    )
  ).length;
  for (const hub of [test, other]) hub.runs.engine.abandon();

  const next = test.another();
  const again = await Promise.all(meant.map((one) => start(test, one)));
  await test.forward("30s", next);
  tally.afterRestart += (await intendedOf(db, again)).length;
  await next.runs.close();
  await db.deleteFrom("freeze").execute();
  await db.updateTable("run").set({ wakeAt: null }).where("wakeAt", "is not", null).execute();
}

/** Each of two people, runbooks and makes has a part of the homes. */
async function begin(test: TestRuns): Promise<Going[]> {
  const people = [await addTechnician(test.db), await addTechnician(test.db)];
  const going: Going[] = [];
  for (let place = 0; place < HOMES; place += 1) {
    const home = await buildHome(test.db, { standing: ["fix"] });
    const by = people[place % 2] as Technician;
    const runbook = place < 2 ? "one" : "other";
    const connector = place % 3 === 0 ? "home-assistant" : "another-make";
    const { runId } = await start(test, { home, by, runbook });
    // What a run needs of its make was looked at when it was started; a freeze looks at the row.
    if (connector !== "home-assistant")
      await test.db.updateTable("gateway").set({ connector }).where("id", "=", home.gatewayId).execute();
    going.push({ home, by, runbook, connector, runId });
  }
  return going;
}

async function start(
  test: TestRuns,
  { home, by, runbook, connector }: Pick<Going, "home" | "by" | "runbook"> & { readonly connector?: string },
): Promise<Pick<Going, "runId">> {
  const gateway = test.db.updateTable("gateway").where("id", "=", home.gatewayId);
  await gateway.set({ connector: "home-assistant" }).execute();
  const runId = await test.start(home, runbook, { inputs: { service: home.integration }, actor: by });
  if (connector !== undefined) await gateway.set({ connector }).execute();
  return { runId };
}

/** Between its intent and its sending a hub is held up for as long as a busy machine may take. */
function holdUpNowAndThen(
  { clock }: TestRuns,
  hub: TestHub,
  { random, passPoint }: { readonly random: Random; passPoint(): void },
): void {
  const { crash } = hub.deps;
  Object.assign(hub.deps, {
    crash: async (...at: Parameters<NonNullable<typeof crash>>) => {
      passPoint();
      if (at[0] === "act.after_intent" && random.below(3) === 0) {
        await pass(random.below(LONGEST_HOLD));
        await clock.forward(random.below(2 * WITHIN_MILLISECONDS));
      }
      await crash?.(...at);
    },
  });
}

function meantBy(kind: FreezeKind, { home, by, runbook, connector }: Going): (one: Going) => boolean {
  const ways: Readonly<Record<FreezeKind, (one: Going) => boolean>> = {
    firm: () => true,
    site: (one) => one.home.siteId === home.siteId,
    connector: (one) => one.connector === connector,
    runbook: (one) => one.runbook === runbook,
    person: (one) => one.by.id === by.id,
  };
  return ways[kind];
}

/** How many acts of those meant stood written when the freeze had its lock, and when that was. */
async function freeze(
  test: TestRuns,
  { kind, chosen, meant }: { readonly kind: FreezeKind; readonly chosen: Going; readonly meant: readonly Going[] },
): Promise<{ intended: number; at: number }> {
  const subjects: Readonly<Record<FreezeKind, string>> = {
    firm: "firm",
    site: chosen.home.siteId,
    connector: chosen.connector,
    runbook: chosen.runbook,
    person: chosen.by.id,
  };
  let found = { intended: 0, at: 0 };
  const now = async (trx: Database): Promise<Date> => {
    found = { intended: (await intendedOf(trx, meant)).length, at: test.clock.monotonic() };
    return test.clock.now();
  };
  const { db, announcements } = test.deps;
  const deps = { db, now, announcements, library: LIBRARY, queueMessage: async () => {} };
  await setFreeze(deps, { kind, subject: subjects[kind], reason: "It smells burnt", actor: SAM });
  return found;
}

async function intendedOf(db: Database, runs: readonly Pick<Going, "runId">[]): Promise<string[]> {
  if (runs.length === 0) return [];
  const rows = await db
    .selectFrom("attempt")
    .select("id")
    .where(
      "runId",
      "in",
      runs.map(({ runId }) => runId),
    )
    .where("purpose", "=", "do")
    .execute();
  return rows.map(({ id }) => id);
}
