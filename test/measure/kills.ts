import { setTimeout as sleep } from "node:timers/promises";
import {
  type ActSeen,
  type FakeHomeAssistant,
  startFakeHomeAssistant,
  testHome,
} from "@caretaker/connector-home-assistant/fake-gateway";
import { Firm } from "@caretaker/journeys/harness/firm.ts";
import { consentLink } from "@caretaker/journeys/harness/mail.ts";
import { isCaretakerError, type RunbookId, type RunId, type SiteId } from "@caretaker/protocol";
import { wishDigest } from "@caretaker/server/approvals/request.ts";
import { type Database, openDatabase } from "@caretaker/server/db/database.ts";
import { newId } from "@caretaker/server/db/new-id.ts";
import { verifyChain } from "@caretaker/server/ledger/read.ts";
import { stateOf } from "@caretaker/server/runs/record.ts";
import { apply, BEFORE_THE_FIRST } from "@caretaker/server/runs/status.ts";
import type { Effort, Figure } from "./measurement.ts";
import { randomFrom } from "./random.ts";

/** Real SIGKILLs of a real hub process, at any moment, while runs with fixes go in homes that count what is sent to them. */

/** A dead bridge is a minute of waiting for what does not come, so the small form has none; a journey has. */
const PLAN = { small: { homes: 3, kills: 2, hasDead: false }, full: { homes: 20, kills: 100, hasDead: true } };
const KILLED_AFTER = { least: 300, most: 2500 };
/** After the last kill every run has so long to end. */
const PATIENCE = 240_000;
const PLUG = "switch.hall_bridge_plug";
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const pass = (milliseconds: number): Promise<void> => sleep(milliseconds);

interface House {
  readonly fake: FakeHomeAssistant;
  readonly siteId: SiteId;
  readonly service: string;
  readonly bridge: string;
  /** Runs that the hub has said it took on. */
  readonly accepted: RunId[];
}

export async function kills({ isFull, seed, say, openPostgres }: Effort): Promise<Figure[]> {
  const plan = isFull ? PLAN.full : PLAN.small;
  const random = randomFrom(seed);
  const postgres = await openPostgres();
  const db = openDatabase({ url: postgres.url, log: silent });
  const firm = await Firm.open({ db, url: postgres.url, drop: () => db.destroy() });
  const fakes: FakeHomeAssistant[] = [];
  let isOver = false;
  let killed = 0;
  try {
    await firm.settle();
    await allowManyHomes(db);
    const houses: House[] = [];
    for (let made = 0; made < plan.homes; made += 1) houses.push(await addHouse(firm, fakes));
    const answering = answerEverything(firm, () => isOver);
    const living = houses.map((house, at) => {
      const isDead = (turn: number): boolean => plan.hasDead && (at + turn) % 3 === 0;
      return live(firm, house, isDead, () => killed >= plan.kills);
    });
    for (; killed < plan.kills; killed += 1) {
      await pass(KILLED_AFTER.least + random.below(KILLED_AFTER.most - KILLED_AFTER.least));
      await firm.hub.kill();
      await firm.restartHub();
      if ((killed + 1) % 10 === 0) say(`  ${killed + 1} kills, ${count(houses)} runs begun`);
    }
    const patience = new AbortController();
    const late = sleep(PATIENCE, null, { signal: patience.signal }).catch(() => {});
    await Promise.race([Promise.all(living), late]);
    patience.abort();
    isOver = true;
    await answering;
    return await judge(db, houses, { wanted: plan.kills, killed });
  } finally {
    isOver = true;
    await firm.close();
    await Promise.all(fakes.map((fake) => fake.close()));
    await postgres.close();
  }
}

function count(houses: readonly House[]): number {
  return houses.reduce((sum, { accepted }) => sum + accepted.length, 0);
}

/** All runs are one person's: a second one has allowed that in so many homes. */
async function allowManyHomes(db: Database): Promise<void> {
  const { id: personId } = await db.selectFrom("person").select("id").executeTakeFirstOrThrow();
  const wish = {
    kind: "homes.more" as const,
    subject: personId,
    title: "More homes for a measurement",
    details: { personId, homes: 500 },
    siteIds: [],
    reason: "To measure",
  };
  const now = new Date();
  await db
    .insertInto("approval")
    .values({
      id: newId<string>(),
      ...wish,
      details: JSON.stringify(wish.details),
      digest: wishDigest(wish),
      status: "given",
      requestedBy: `person:${personId}`,
      requestedAt: now,
      approvedAt: now,
      expiresAt: now,
      isAlone: false,
    })
    .execute();
}

async function addHouse(firm: Firm, fakes: FakeHomeAssistant[]): Promise<House> {
  const fake = await startFakeHomeAssistant({ home: testHome() });
  fakes.push(fake);
  const { siteId } = await firm.addHome({ url: fake.url, token: fake.token }, ["fix"]);
  const bridge = await firm.feed(siteId, "Hall bridge", PLUG);
  const { id: service } = await firm.integration(siteId, "Hall bridge");
  return { fake, siteId, service, bridge, accepted: [] };
}

/** One run after the other: the bridge hangs, or is dead and has to be switched off and on, which somebody has to allow. */
async function live(
  firm: Firm,
  house: House,
  isDeadIn: (turn: number) => boolean,
  isOver: () => boolean,
): Promise<void> {
  for (let turn = 0; !isOver(); turn += 1) {
    const isDead = isDeadIn(turn);
    house.fake.setBridge("Hall bridge", isDead ? "dead" : "wedged");
    const runId = await startUntilTaken(firm, house, isDead, isOver);
    if (runId === null) return;
    house.accepted.push(runId);
    await untilEnded(firm, runId);
  }
}

async function startUntilTaken(
  firm: Firm,
  { siteId, service, bridge }: House,
  isDead: boolean,
  isOver: () => boolean,
): Promise<RunId | null> {
  while (!isOver()) {
    try {
      const run = await firm.api("run.start", {
        siteId,
        runbook: (isDead ? "home-assistant/dead-bridge" : "home-assistant/stuck-integration") as RunbookId,
        inputs: isDead ? { service, bridge } : { service },
        reason: "Nothing in the hall answers",
      });
      return run.id;
    } catch (error) {
      // The hub is down, or a run that it took on without being able to say so is still there.
      if (isCaretakerError(error) && error.code !== "run_in_progress") throw error;
      await pass(200);
    }
  }
  return null;
}

async function untilEnded(firm: Firm, runId: RunId): Promise<void> {
  for (;;) {
    const run = await firm.run(runId).catch(() => null);
    if (run?.finishedAt != null) return;
    await pass(200);
  }
}

/** The homeowner allows whatever is asked, by the link in the mail. */
async function answerEverything(firm: Firm, isOver: () => boolean): Promise<void> {
  const answered = new Set<string>();
  while (!isOver()) {
    for (const mail of firm.mail.received) {
      if (!mail.text.includes("/c/")) continue;
      const token = consentLink(mail).split("/c/")[1] ?? "";
      if (answered.has(token)) continue;
      const isDone = await allow(firm, token);
      if (isDone) answered.add(token);
    }
    await pass(100);
  }
}

/** Whether there is nothing more to answer; false where the hub was down. */
async function allow(firm: Firm, token: string): Promise<boolean> {
  try {
    const { proposalCode } = await firm.api("consent.view", { token });
    await firm.api("consent.answer", { token, answer: "allow", proposalCode });
    return true;
  } catch (error) {
    return isCaretakerError(error);
  }
}

async function judge(
  db: Database,
  houses: readonly House[],
  { wanted, killed }: { readonly wanted: number; readonly killed: number },
): Promise<Figure[]> {
  const tally = { fixes: 0, doubled: 0, lost: 0, unordered: 0, broken: 0, dark: 0, unended: 0 };
  for (const house of houses) {
    const runs = await db.selectFrom("run").selectAll().where("siteId", "=", house.siteId).execute();
    const byId = new Map(runs.map((run) => [run.id, run]));
    tally.lost += house.accepted.filter((id) => !byId.has(id)).length;
    tally.unended += runs.filter(({ finishedAt, waitingWhy }) => finishedAt === null && waitingWhy === null).length;
    for (const run of runs) if (!(await isInOrder(db, run))) tally.unordered += 1;
    if (!(await verifyChain(db, house.siteId)).whole) tally.broken += 1;
    const { fixes, doubled } = await countFixes(db, house);
    tally.fixes += fixes;
    tally.doubled += doubled;
    const isKnownDark = runs.some(({ hasUncertainStep, outcome }) => hasUncertainStep || outcome === "unclear");
    if (house.fake.house.states.get(PLUG)?.state === "off" && !isKnownDark) tally.dark += 1;
  }
  const none = { atMost: 0 };
  return [
    { name: "kills", value: killed, unit: "", promise: { atLeast: wanted } },
    { name: "runs begun", value: count(houses), unit: "", promise: { atLeast: houses.length } },
    { name: "fixes sent", value: tally.fixes, unit: "", promise: { atLeast: 1 } },
    { name: "fixes sent twice for one attempt", value: tally.doubled, unit: "", promise: none },
    { name: "accepted runs that are lost", value: tally.lost, unit: "", promise: none },
    { name: "runs that neither ended nor wait with a reason", value: tally.unended, unit: "", promise: none },
    { name: "logs with a gap, or steps out of order", value: tally.unordered, unit: "", promise: none },
    { name: "ledgers that are not whole", value: tally.broken, unit: "", promise: none },
    { name: "homes left dark and nobody told", value: tally.dark, unit: "", promise: none },
  ];
}

/** Numbers without a gap, each event one that may follow the one before, and the row what they come to. */
async function isInOrder(db: Database, run: Parameters<typeof stateOf>[0]): Promise<boolean> {
  const log = await db.selectFrom("runEvent").selectAll().where("runId", "=", run.id).orderBy("number").execute();
  try {
    const folded = log.reduce((state, event) => apply(state, event), BEFORE_THE_FIRST);
    return JSON.stringify(folded) === JSON.stringify(stateOf(run));
  } catch {
    return false;
  }
}

/** What one attempt may be seen to send, by its action. */
const SEEN_AS: Readonly<Record<string, string>> = {
  "integration.reload": "reload_config_entry",
  "power.cycle": "turn_off",
  "power.on": "turn_on",
};

/**
 * What the home saw, laid to the attempt that was intended last before it: one attempt is one call at most, and a call
 * for which nothing was intended is one too many. An attempt that was never sent hides nothing.
 */
async function countFixes(db: Database, { fake, siteId }: House): Promise<{ fixes: number; doubled: number }> {
  const attempts = await db
    .selectFrom("attempt")
    .innerJoin("run", "run.id", "attempt.runId")
    .select(["attempt.id", "attempt.capability", "attempt.intendedAt"])
    .where("run.siteId", "=", siteId)
    .orderBy("attempt.intendedAt")
    .execute();
  let fixes = 0;
  let doubled = 0;
  const sent = new Map<string, number>();
  for (const act of fake.acts.filter(isOfOurs)) {
    const own = attempts.findLast(
      ({ capability, intendedAt }) => SEEN_AS[capability] === act.service && Date.parse(intendedAt) <= act.at,
    );
    // The second half of a power cycle is sent with the first.
    if (act.service === "turn_on" && own === undefined) continue;
    fixes += 1;
    const before = own === undefined ? 1 : (sent.get(own.id) ?? 0);
    if (own !== undefined) sent.set(own.id, before + 1);
    if (before > 0 && act.service !== "turn_on") doubled += 1;
  }
  return { fixes, doubled };
}

function isOfOurs({ service }: ActSeen): boolean {
  return Object.values(SEEN_AS).includes(service);
}
