import type { Proposal, ProposedAct } from "@caretaker/protocol";
import {
  buildHome,
  createTestConsent,
  type TestConsent,
  type TestHome,
} from "@caretaker/server/consent/test-helpers.ts";
import { type Database, openDatabase, transaction } from "@caretaker/server/db/database.ts";
import type { Effort, Figure } from "./measurement.ts";
import { type Random, randomFrom } from "./random.ts";

const TIMES = { small: 30, full: 500 };
const silent = { debug() {}, info() {}, warn() {}, error() {} };
/** What is asked for: room for an act that does less. */
const ASKED = { scope: "disruptive", private: true, tries: 5 } as const;

type Edit<T> = (before: T, random: Random) => T;

/** What an act may not become between the yes and itself. */
const OTHER_ACTS: Readonly<Record<string, Edit<ProposedAct>>> = {
  "another step": (act, random) => ({ ...act, step: `step-${random.below(1e6)}` }),
  "another action": (act, random) => ({ ...act, capability: random.pick(["power.on", "integration.reload"]) }),
  "another thing": (act, random) => ({ ...act, target: `${act.target}-${random.below(1e6)}` }),
  "the same key on another gateway": (act, random) => ({ ...act, target: `${random.below(1e6)}/entity/plug` }),
  "off for longer": (act, random) => ({ ...act, input: { ...act.input, off: 11 + random.below(600) } }),
  "another switch": (act, random) => ({ ...act, input: { ...act.input, switch: `plug-${random.below(1e6)}` } }),
  "something more": (act, random) => ({ ...act, input: { ...act.input, [`also${random.below(1e6)}`]: true } }),
  "something left out": (act) => ({ ...act, input: { switch: act.input.switch } }),
  "more tries": (act, random) => ({ ...act, tries: ASKED.tries + 1 + random.below(20) }),
};

/** What the kept proposal may not become: each is more or other than what the homeowner read. */
const OTHER_PROPOSALS: Readonly<Record<string, Edit<Proposal>>> = {
  price: (proposal, random) => ({ ...proposal, price: { en: `${random.below(500)} euro` } }),
  window: (proposal, random) => {
    const from = new Date(Date.UTC(2026, 10, 22, 18) + random.below(86_400) * 1000);
    return { ...proposal, window: { from: from.toISOString(), to: new Date(from.getTime() + 7.2e6).toISOString() } };
  },
  limit: (proposal, random) => ({ ...proposal, limitSeconds: proposal.limitSeconds + 1 + random.below(9999) }),
  acts: ({ acts, ...proposal }, random) => ({
    ...proposal,
    acts: [...acts, ...acts.map((act) => ({ ...act, step: `more-${random.below(1e6)}` }))],
  }),
};

/** What the run may not become. */
const OTHER_RUNS: Readonly<Record<string, (met: Met, random: Random) => Promise<unknown>>> = {
  "another version of the runbook": async ({ db, home: { runId } }, random) => {
    const digest = random.below(1e9).toString(16).padStart(64, "f");
    const version = { id: "home-assistant/dead-bridge", version: 1, document: "{}", source: "", keptAt: new Date() };
    await db
      .insertInto("runbookVersion")
      .values({ digest, ...version })
      .execute();
    await db.updateTable("run").set({ digest }).where("id", "=", runId).execute();
  },
  "other inputs": ({ db, home: { runId } }, random) => {
    const inputs = JSON.stringify({ bridge: `other-${random.below(1e9)}` });
    return db.updateTable("run").set({ inputs }).where("id", "=", runId).execute();
  },
  "another price": ({ db, home: { runId } }, random) => {
    const price = JSON.stringify({ text: { en: `${1 + random.below(500)} euro` } });
    return db.updateTable("run").set({ price }).where("id", "=", runId).execute();
  },
};

/** What does less than was allowed, alone and together. */
const LESS: Readonly<Record<string, Edit<ProposedAct>>> = {
  "fewer tries": (act, random) => ({ ...act, tries: 1 + random.below(ASKED.tries) }),
  "a lower scope": (act, random) => ({ ...act, scope: random.pick(["reach", "view", "diagnose", "fix"] as const) }),
  "no longer private": (act) => ({ ...act, private: false }),
  "felt less": (act) => ({ ...act, felt: null }),
  "called otherwise by the home": (act, random) => ({ ...act, targetName: `Plug ${random.below(100)}` }),
};

/** Edits what was asked between the yes and the act: other or more must stop, less must not. */
export async function drift({ isFull, seed, openPostgres }: Effort): Promise<Figure[]> {
  const database = await openPostgres();
  const db = openDatabase({ url: database.url, log: silent });
  const random = randomFrom(seed);
  const times = isFull ? TIMES.full : TIMES.small;
  const found = { stops: 0, asDrift: 0, stopsOfLess: 0 };
  try {
    for (let turn = 0; turn < times; turn += 1) {
      const met = await allowed(db);
      const act = await editSomething(met, random);
      const verdict = await permit(met, act);
      if (verdict.permitted) continue;
      found.stops += 1;
      if (verdict.code !== "not_yet" && verdict.drift !== undefined) found.asDrift += 1;
    }
    for (let turn = 0; turn < times; turn += 1) {
      const met = await allowed(db);
      if (!(await permit(met, lessOf(met.home.act, random))).permitted) found.stopsOfLess += 1;
    }
  } finally {
    await db.destroy();
    await database.close();
  }
  return [
    { name: "edits that do other or more", value: times, unit: "", promise: null },
    { name: "of them stopped", value: found.stops, unit: "", promise: { atLeast: times } },
    { name: "of them called a change since the yes", value: found.asDrift, unit: "", promise: { atLeast: times } },
    { name: "edits that do less", value: times, unit: "", promise: null },
    { name: "of them stopped although they do less", value: found.stopsOfLess, unit: "", promise: { atMost: 0 } },
  ];
}

interface Met {
  readonly db: Database;
  readonly home: TestHome;
  readonly consent: TestConsent;
  readonly requestId: string;
}

async function allowed(db: Database): Promise<Met> {
  const home = await buildHome(db, { act: ASKED });
  const consent = createTestConsent(db);
  const { token, requestId } = await consent.askAndGetToken(home);
  const { proposalCode } = await consent.link.view(token);
  await consent.link.answer({ token, answer: "allow", proposalCode });
  const met = { db, home, consent, requestId };
  // Without an edit it would be permitted; otherwise a stop would prove nothing. Nothing is written: it only looks.
  if (!(await permit(met, home.act)).permitted) throw new Error("What was allowed is not permitted as it is.");
  return met;
}

function permit({ db, home: { siteId, runId }, consent }: Met, act: ProposedAct) {
  return transaction(db, (trx) => consent.permit(trx, { siteId, runId, act, now: consent.time.now, onlyLooks: true }));
}

/** One edit, of the act, of what is kept of the question, or of the run. Answers what would then be done. */
async function editSomething(met: Met, random: Random): Promise<ProposedAct> {
  const { db, home, requestId } = met;
  const what = random.below(3);
  if (what === 0) return pickFrom(OTHER_ACTS, random)(home.act, random);
  if (what === 1) {
    const proposal = JSON.stringify(pickFrom(OTHER_PROPOSALS, random)(home.proposal, random));
    await db.updateTable("consentRequest").set({ proposal }).where("id", "=", requestId).execute();
    return home.act;
  }
  await pickFrom(OTHER_RUNS, random)(met, random);
  return home.act;
}

function lessOf(act: ProposedAct, random: Random): ProposedAct {
  const edits = Object.values(LESS).filter(() => random.below(2) === 0);
  return [...edits, pickFrom(LESS, random)].reduce((before, edit) => edit(before, random), act);
}

function pickFrom<T>(choices: Readonly<Record<string, T>>, random: Random): T {
  return choices[random.pick(Object.keys(choices))] as T;
}
