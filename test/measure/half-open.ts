import { isCaretakerError } from "@caretaker/protocol";
import { type CutHome, HOMES } from "./half-open/homes.ts";
import type { Effort, Figure } from "./measurement.ts";
import { type Random, randomFrom } from "./random.ts";

/** Of each make: Home Assistant's line is the one that is up all day in most homes. */
const CUTS = { small: { most: 6, others: 1 }, full: { most: 200, others: 50 } };
const MOST = "home-assistant";
const STALE_SECONDS = 30;
const LONGEST_SECONDS = 130;
/** What is on its way when the line is cut. */
const DOING = ["nothing", "a read", "an act", "an act", "a change at home"] as const;

interface Tally {
  cuts: number;
  noticed: number;
  slowest: number;
  sentWhileStale: number;
  twice: number;
  back: number;
  wrongState: number;
  openTwice: number;
  timers: number;
}

/** Cuts lines without a word, at any moment and whatever is on its way, and lets them come back. */
export async function halfOpen({ isFull, seed, say }: Effort): Promise<Figure[]> {
  const random = randomFrom(seed);
  const wanted = isFull ? CUTS.full : CUTS.small;
  const figures: Figure[] = [];
  for (const [name, open] of Object.entries(HOMES)) {
    const tally = await cutMany(open, random, name === MOST ? wanted.most : wanted.others);
    say(`  ${name}: ${tally.cuts} lines cut`);
    figures.push(...figuresOf(name, tally));
  }
  return figures;
}

async function cutMany(open: () => Promise<CutHome>, random: Random, wanted: number): Promise<Tally> {
  const tally: Tally = {
    cuts: 0,
    noticed: 0,
    slowest: 0,
    sentWhileStale: 0,
    twice: 0,
    back: 0,
    wrongState: 0,
    openTwice: 0,
    timers: 0,
  };
  for (; tally.cuts < wanted; tally.cuts += 1) await cutOne(await open(), random, tally);
  return tally;
}

function figuresOf(name: string, tally: Tally): Figure[] {
  const all = { atLeast: tally.cuts };
  const none = { atMost: 0 };
  return [
    { name: `${name}: lines that were cut without a word`, value: tally.cuts, unit: "", promise: { atLeast: 1 } },
    { name: "of these, noticed in time", value: tally.noticed, unit: "", promise: all },
    { name: "the slowest was noticed after", value: tally.slowest, unit: "s", promise: { atMost: STALE_SECONDS } },
    { name: "acts asked for meanwhile that were sent", value: tally.sentWhileStale, unit: "", promise: none },
    { name: "acts that arrived twice", value: tally.twice, unit: "", promise: none },
    { name: "homes that came back by themselves", value: tally.back, unit: "", promise: all },
    { name: "and are not shown as they are", value: tally.wrongState, unit: "", promise: none },
    { name: "sessions that were open beside another", value: tally.openTwice, unit: "", promise: none },
    { name: "timers left behind", value: tally.timers, unit: "", promise: none },
  ];
}

async function cutOne(home: CutHome, random: Random, tally: Tally): Promise<void> {
  const { line, supervisor, status } = home;
  supervisor.start();
  if (!(await home.pass(30, () => status.state === "online"))) throw new Error("The home did not come online");
  await home.pass(random.below(40));
  const doing = random.pick(DOING);
  const before = home.acts();
  const fit = { fault: random.below(3) === 0 ? ("deaf" as const) : ("silent" as const), strength: 0 };
  const work = begin(home, doing);
  line.break(fit, random.below(2) === 0 ? "now" : "next_up");
  // What was armed for the next word and hears none begins with the next ping at the latest.
  await home.pass(1);
  if (!line.isBroken) line.break(fit);
  const cutAt = home.now();
  const isNoticed = await home.pass(STALE_SECONDS, () => status.state !== "online");
  tally.slowest = Math.max(tally.slowest, home.now() - cutAt + 1);
  if (isNoticed) tally.noticed += 1;
  await settled(home, work);

  const sentBefore = home.acts();
  const refused = await settled(home, begin(home, "an act"));
  if (!(isCaretakerError(refused) && refused.meta.isSent === false)) tally.sentWhileStale += 1;
  home.change();
  await home.pass(random.below(90));
  if (home.acts() > sentBefore) tally.sentWhileStale += 1;

  line.mend();
  const isBack = await home.pass(400, () => status.state === "online");
  if (isBack) tally.back += 1;
  await home.pass(3);
  if (!home.isShown()) tally.wrongState += 1;
  if (home.sessions() > 1) tally.openTwice += 1;
  if (home.acts() - before > (doing === "an act" ? 1 : 0)) tally.twice += 1;
  tally.timers += (await home.close()).timers;
}

/** Resolves with what came of it, good or bad. */
async function begin(home: CutHome, doing: (typeof DOING)[number]): Promise<unknown> {
  try {
    if (doing === "a read") return await home.read();
    if (doing === "an act") return await home.act();
    if (doing === "a change at home") home.change();
    return null;
  } catch (error) {
    return error;
  }
}

/** What came of it, as time goes on; nothing where nothing did in the longest that an act may take. */
async function settled(home: CutHome, work: Promise<unknown>): Promise<unknown> {
  let came: unknown;
  let isOver = false;
  void work.then((what) => {
    came = what;
    isOver = true;
  });
  await home.pass(LONGEST_SECONDS, () => isOver);
  return came;
}
