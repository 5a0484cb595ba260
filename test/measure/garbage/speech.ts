import { randomBytes } from "node:crypto";
import type { Random } from "../random.ts";

/** What a make says when all is well, and the words in it: garbage is made of these. */
export interface Speech {
  /** Things that it really says. */
  readonly real: readonly ((random: Random) => unknown)[];
  /** What stands around anything that it says, so that it comes as far as it can. */
  readonly about: (random: Random, body: unknown) => unknown;
  /** Names and values that mean something to whoever hears it. */
  readonly words: readonly string[];
  /** How a value is written. Default: as JSON. */
  readonly write?: (random: Random, value: unknown) => string;
}

export interface Said {
  readonly kind: string;
  readonly bytes: Buffer;
}

const KINDS: Readonly<Record<string, (random: Random, speech: Speech) => Buffer>> = {
  "random text": (random) => Buffer.from(randomBytes(random.below(300)).toString("latin1")),
  "cut short": (random, speech) => {
    const text = written(random, speech, realOf(random, speech));
    return Buffer.from(text.slice(0, random.below(text.length)));
  },
  "a letter changed": (random, speech) => {
    const bytes = Buffer.from(written(random, speech, realOf(random, speech)));
    bytes[random.below(bytes.length)] = 32 + random.below(95);
    return bytes;
  },
  "valid but wrong": (random, speech) => write(random, speech, mutated(random, speech, realOf(random, speech))),
  "wrong all through": (random, speech) => write(random, speech, speech.about(random, anything(random, speech, 4))),
  "several at once": (random, speech) =>
    write(
      random,
      speech,
      Array.from({ length: 1 + random.below(6) }, () =>
        random.below(2) === 0 ? anything(random, speech, 2) : mutated(random, speech, realOf(random, speech)),
      ),
    ),
  "not UTF-8": (random) =>
    Buffer.concat([Buffer.from("{"), randomBytes(1 + random.below(60)), Buffer.from([0xc3, 0x28])]),
  deep: (random, speech) => {
    const depth = 100 + random.below(20_000);
    const marked = written(random, speech, speech.about(random, "HERE"));
    return Buffer.from(marked.replace('"HERE"', () => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`));
  },
  large: (random, speech) =>
    random.below(20) === 0
      ? write(
          random,
          speech,
          Array.from({ length: 2000 }, () => realOf(random, speech)),
        )
      : write(random, speech, speech.about(random, { [random.pick(speech.words)]: "x".repeat(random.below(100_000)) })),
};
const NAMES = Object.keys(KINDS);

/** Something that this make never says. */
export function drawSaid(random: Random, speech: Speech): Said {
  const kind = random.pick(NAMES);
  return { kind, bytes: KINDS[kind]?.(random, speech) ?? Buffer.alloc(0) };
}

function realOf(random: Random, { real }: Speech): unknown {
  return random.pick(real)(random);
}

function written(random: Random, speech: Speech, value: unknown): string {
  return speech.write?.(random, value) ?? JSON.stringify(value) ?? "";
}

function write(random: Random, speech: Speech, value: unknown): Buffer {
  return Buffer.from(written(random, speech, value));
}

const STRANGE: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  4_294_967_296,
  "",
  "on",
  "__proto__",
  "\u0000",
  "2026-13-45T99:99:99Z",
  [],
  {},
  [[null]],
  { constructor: { prototype: { x: 1 } } },
];

function anything(random: Random, speech: Speech, depth: number): unknown {
  if (depth === 0 || random.below(3) === 0)
    return random.below(4) === 0 ? random.pick(speech.words) : random.pick(STRANGE);
  const size = random.below(4);
  if (random.below(2) === 0) return Array.from({ length: size }, () => anything(random, speech, depth - 1));
  const keys = [...speech.words, "constructor", "toString"];
  return Object.fromEntries(
    Array.from({ length: size }, () => [random.pick(keys), anything(random, speech, depth - 1)]),
  );
}

/** With one thing in it replaced, left out, or named as no object should be. */
function mutated(random: Random, speech: Speech, value: unknown): unknown {
  if (typeof value !== "object" || value === null || random.below(5) === 0) return anything(random, speech, 2);
  if (Array.isArray(value)) return value.map((one) => (random.below(2) === 0 ? mutated(random, speech, one) : one));
  const entries = Object.entries(value);
  const at = random.below(entries.length);
  return Object.fromEntries(
    entries.flatMap(([key, one], place): [string, unknown][] => {
      if (place !== at) return [[key, one]];
      if (random.below(6) === 0) return [];
      return [
        [random.below(8) === 0 ? random.pick(["__proto__", "constructor", ""]) : key, mutated(random, speech, one)],
      ];
    }),
  );
}
