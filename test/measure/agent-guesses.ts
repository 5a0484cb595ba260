import { AGENT_PROTOCOL, HubFirst, type HubProof, systemClock } from "@caretaker/protocol";
import {
  lookupOf,
  makeKey,
  newCode,
  newNonce,
  openKey,
  type ProofKey,
  proveCode,
  wordsToSign,
} from "@caretaker/reach/agent-proof.ts";
import { Turns } from "@caretaker/reach/turns.ts";
import { WebSocket } from "ws";
import { type HubOfAgents, openHubOfAgents } from "./agents/hub.ts";
import type { Effort, Figure } from "./measurement.ts";
import { type Random, randomFrom } from "./random.ts";

const GUESSES = { small: 300, full: 10_000 };
/** Each of them is looked at; the next one from the same address is the first that is not. */
const PER_ADDRESS = 30;
const TURN_SECONDS = 10;
const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/**
 * How far the middle times may be apart: a hundredth of what one way over the internet costs, and far less than that differs
 * from one time to the next.
 */
const SAME_TIME_MILLISECONDS = 0.5;
/**
 * So few guesses as the small form makes, on a machine that does other things, have no middle time worth its name. But
 * what slows the machine slows both kinds: of two, either is the slower one in half of all pairs. Of fifty each that is
 * true within 6 in a hundred (the standard deviation of Mann and Whitney's U), so within 25 in all but one of 10,000.
 */
const PAIRS_BEYOND_HALF = 25;

interface Target {
  readonly code: string;
  readonly knownKey: string;
}

interface Guess {
  readonly key: ProofKey;
  readonly code?: string;
  /** By which the code is looked up, where that is known and the code is not. */
  readonly lookup?: string;
}

const stranger = openKey(makeKey());

/** What somebody tries who may even have seen the digest of a code, or the public key of an agent. */
const KINDS: Readonly<Record<string, (target: Target, random: Random) => Guess>> = {
  "a code of his own": () => ({ key: stranger, code: newCode() }),
  "a code with another letter": ({ code }, random) => {
    const places = [...code].flatMap((letter, at) => (letter === "-" ? [] : [at]));
    const at = random.pick(places);
    const other = random.pick([...LETTERS].filter((letter) => letter !== code[at]));
    return { key: stranger, code: code.slice(0, at) + other + code.slice(at + 1) };
  },
  "the digest of a code that waits": ({ code }) => ({ key: stranger, code: newCode(), lookup: lookupOf(code) }),
  "a key of his own": () => ({ key: stranger }),
  "a key of nobody, signed by another": () => ({ key: { publicKey: makeKey().publicKey, sign: stranger.sign } }),
  "the key of an agent": ({ knownKey }) => ({ key: { publicKey: knownKey, sign: stranger.sign } }),
};
type Kind = keyof typeof KINDS;

interface Answered {
  readonly kind: Kind;
  readonly said: string;
  readonly milliseconds: number;
}

/** Codes and keys of agents are guessed at the hub's door, one after the other so that the times can be compared. */
export async function agentGuesses({ isFull, seed, say, openPostgres }: Effort): Promise<Figure[]> {
  const random = randomFrom(seed);
  const wanted = isFull ? GUESSES.full : GUESSES.small;
  const compare = isFull ? apart : slowerBeyondHalf;
  const postgres = await openPostgres();
  const hub = await openHubOfAgents(postgres);
  try {
    const { siteId, target, before } = await prepare(hub);
    // What is compiled at its first use is slow once.
    for (let made = 0; made < 2 * PER_ADDRESS; made += 1) await guessFrom(hub, made, "192.0.2", target, random);
    const answers: Answered[] = [];
    for (let made = 0; made < wanted; made += 1) {
      answers.push(await guessFrom(hub, made, "198.51.100", target, random));
      if ((made + 1) % 1000 === 0) say(`  ${made + 1} guesses`);
    }
    hub.comeFrom("203.0.113.7");
    const held = await holdUp(hub, target, random);
    const after = await rowsOf(hub);
    hub.comeFrom("203.0.113.8");
    const right = await exchange(hub.port, { key: openKey(makeKey()), code: target.code });
    return [
      { name: "guesses", value: answers.length, unit: "", promise: { atLeast: wanted } },
      {
        name: "let in",
        value: answers.filter(({ said }) => said.includes("welcome")).length,
        unit: "",
        promise: { atMost: 0 },
      },
      {
        name: "different answers",
        value: new Set(answers.map(({ said }) => said)).size,
        unit: "",
        promise: { atMost: 1 },
      },
      {
        name: "slower or faster with a digest that exists",
        ...compare(answers, "the digest of a code that waits", "a code of his own"),
      },
      {
        name: "slower or faster with a key that exists",
        ...compare(answers, "the key of an agent", "a key of nobody, signed by another"),
      },
      { name: "codes looked up of 100 from one address", value: held, unit: "", promise: { atMost: PER_ADDRESS } },
      {
        name: "agents and codes that are not what they were",
        value: after === before ? 0 : 1,
        unit: "",
        promise: { atMost: 0 },
      },
      {
        name: "the code itself, let in after all that",
        value: right.includes(siteId) ? 1 : 0,
        unit: "",
        promise: { atLeast: 1 },
      },
    ];
  } finally {
    await hub.close();
    await postgres.close();
  }
}

async function prepare(hub: HubOfAgents): Promise<{ siteId: string; target: Target; before: string }> {
  const siteId = await hub.newSite();
  const code = await hub.makeCode(siteId);
  const { key } = await hub.pairedHome();
  return { siteId, target: { code, knownKey: key.publicKey }, before: await rowsOf(hub) };
}

/** From as many addresses as there have to be, so that each is looked at. */
async function guessFrom(
  hub: HubOfAgents,
  made: number,
  network: string,
  target: Target,
  random: Random,
): Promise<Answered> {
  const machine = Math.floor(made / PER_ADDRESS);
  hub.comeFrom(`${network}.${machine % 250}:${Math.floor(machine / 250)}`);
  const kind = random.pick(Object.keys(KINDS));
  const guess = (KINDS[kind] as (typeof KINDS)[string])(target, random);
  const began = performance.now();
  const said = await exchange(hub.port, guess);
  return { kind, said, milliseconds: performance.now() - began };
}

/** How many of a hundred from one address got as far as a proof. */
async function holdUp(hub: HubOfAgents, target: Target, random: Random): Promise<number> {
  let proofs = 0;
  for (let made = 0; made < 100; made += 1) {
    const guess = (KINDS["a code with another letter"] as (typeof KINDS)[string])(target, random);
    if ((await exchange(hub.port, guess)).startsWith("proof")) proofs += 1;
  }
  return proofs;
}

/** Knocks, proves what can be proved, and tells in words what the hub said: its kind, its fields, how long, and its refusal. */
async function exchange(port: number, { key, code, lookup }: Guess): Promise<string> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/agent`);
  const turns = new Turns(socket, systemClock);
  try {
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    const by = code === undefined ? {} : { lookup: lookup ?? lookupOf(code) };
    const hello = {
      kind: "hello" as const,
      protocol: AGENT_PROTOCOL,
      version: "0.1.0",
      key: key.publicKey,
      nonce: newNonce(),
    };
    turns.say({ ...hello, ...by });
    const first = await turns.next(HubFirst, TURN_SECONDS);
    if (first.kind !== "proof") return JSON.stringify(first);
    const words = wordsToSign("agent", { ...hello, ...by }, first);
    const proof = code === undefined ? {} : { code: proveCode(code, words) };
    turns.say({ kind: "proof", signature: key.sign(words), ...proof });
    return `${shapeOf(first)}, then ${JSON.stringify(await turns.next(HubFirst, TURN_SECONDS))}`;
  } finally {
    socket.terminate();
  }
}

/** A proof for a code has one field more: that much whoever asks has said himself. */
function shapeOf(proof: HubProof): string {
  const lengths = Object.entries({ ...proof, code: proof.code ?? newNonce() }).map(
    ([name, value]) => `${name} ${value.length}`,
  );
  return `proof of ${lengths.join(", ")}`;
}

/** How far the middle time of one kind of guess is from that of another. */
function apart(answers: readonly Answered[], one: Kind, other: Kind): Compared {
  const value = Math.abs(middleOf(timesOf(answers, one)) - middleOf(timesOf(answers, other)));
  return { value, unit: "ms", promise: { atMost: SAME_TIME_MILLISECONDS } };
}

/** In how many more pairs than half of them a guess of one kind is the slower or the faster one. */
function slowerBeyondHalf(answers: readonly Answered[], one: Kind, other: Kind): Compared {
  const [ones, others] = [timesOf(answers, one), timesOf(answers, other)];
  const slower = ones.flatMap((time) => others.filter((than) => time > than)).length;
  const value = Math.abs(slower / (ones.length * others.length) - 0.5) * 100;
  return { value, unit: "% of pairs", promise: { atMost: PAIRS_BEYOND_HALF } };
}

type Compared = Pick<Figure, "value" | "unit" | "promise">;

function timesOf(answers: readonly Answered[], kind: Kind): number[] {
  return answers.filter((answer) => answer.kind === kind).map(({ milliseconds }) => milliseconds);
}

function middleOf(times: number[]): number {
  return times.sort((a, b) => a - b)[times.length >> 1] ?? 0;
}

async function rowsOf({ db }: HubOfAgents): Promise<string> {
  const agents = await db.selectFrom("agent").selectAll().orderBy("id").execute();
  const pairings = await db.selectFrom("agentPairing").selectAll().orderBy("id").execute();
  return JSON.stringify([agents, pairings]);
}
