import type { Random } from "./random.ts";

/** Runbooks that somebody wrote to cost the hub its time, its memory or its prototypes. Each family has one trick. */

// A little more than is read at all: see LIMITS in hub/server/runbooks/parse.ts.
const BYTES = 21 * 1024;

const HEAD = `id: home-assistant/hostile
version: 1
title: Hostile
tell: We look.
inputs: { service: integration, bridge: device, often: number }
limit: 1h
`;

const CHECK = (name: string, expect: string): string =>
  `  - check: ${name}\n    read: integration.state\n    with: { integration: $service }\n    expect: ${expect}\n`;

/** As much of it as fits, and sometimes a little more. */
function filled(random: Random, piece: (index: number) => string, most = BYTES): string {
  const size = Math.floor(most * (0.5 + random.next() * 0.55));
  let text = "";
  for (let index = 0; text.length < size && index < 20_000; index += 1) text += piece(index);
  return text;
}

const some = (random: Random, least: number, most: number): number => least + random.below(most - least + 1);

const YAML: Readonly<Record<string, (random: Random) => string>> = {
  brackets: (random) => random.pick(["[", "[[", "[ ", "{a: [", '["']).repeat(some(random, 20, 20_000)),
  braces: (random) => random.pick(["{a: ", "{", "{? ", '{"":']).repeat(some(random, 20, 10_000)),
  "dashes and questions": (random) => random.pick(["- ", "? ", "- ? ", "-\n", ": "]).repeat(some(random, 20, 20_000)),
  indentation: (random) =>
    Array.from(
      { length: some(random, 30, 300) },
      (_, depth) => `${" ".repeat(depth)}${random.pick(["a:", "- a:", "? a"])}`,
    ).join("\n"),
  "just deep enough": (random) =>
    `${HEAD}steps: ${"[".repeat(some(random, 30, 38))}${"1,".repeat(some(random, 10, 2000))}${"]".repeat(38)}`,
  keys: (random) => filled(random, (index) => `k${index % some(random, 1, 5000)}: 1\n`),
  "long keys": (random) => `${"k".repeat(some(random, 100, BYTES))}: ${"v".repeat(100)}\n`,
  items: (random) => `${HEAD}steps: [${filled(random, () => random.pick(["1,", "{},", "[],", "a,", '"",', "~,"]))}]`,
  "items without commas": (random) => `${HEAD}steps:\n${filled(random, () => "- a: b\n")}`,
  aliases: (random) =>
    `a0: &a0 [x, x]\n${filled(random, (index) => `a${index + 1}: &a${index + 1} [*a${index}, *a${index}]\n`, some(random, 200, BYTES))}`,
  "aliases of nobody": (random) => filled(random, (index) => `k${index}: *nobody${index}\n`),
  anchors: (random) => filled(random, (index) => `k${index}: &k${index % 7} v\n`),
  merges: (random) => filled(random, (index) => `k${index}:\n  <<: { a: 1, b: [1, 2] }\n`),
  tags: (random) =>
    filled(
      random,
      (index) =>
        `k${index}: ${random.pick(["!!js/function", "!!binary", "!x", "!!set", "!<tag:yaml.org,2002:str>"])} a\n`,
    ),
  directives: (random) => `${filled(random, (index) => `%TAG !t${index}! tag:x,2000:${index}/\n`)}---\na: !t1!x 1\n`,
  documents: (random) => filled(random, () => random.pick(["---\na: 1\n", "...\n", "--- |\n x\n"])),
  "block texts": (random) =>
    `${HEAD}steps: ${random.pick(["|", ">", "|-", ">+", "|9"])}\n${filled(random, () => random.pick(["   x\n", " \n", "\t\n", "         y\n"]))}`,
  quotes: (random) =>
    `${HEAD}note: ${random.pick(['"', "'"])}${filled(random, () => random.pick(["\\u0000", "\\x41", "''", '\\"', "\\\n", "\\U0010FFFF", "a"]))}`,
  comments: (random) => `${filled(random, () => random.pick(["# x\n", "#\n", "   # y\n", "a: 1 # z\n"]))}${HEAD}`,
  blanks: (random) => `a:${filled(random, () => random.pick([" ", "\t", "\n", "\r\n", "\u2028", "\ufeff"]))}b`,
  characters: (random) => filled(random, () => String.fromCharCode(random.below(random.pick([128, 256, 65_536])))),
  marks: (random) =>
    filled(random, () =>
      random.pick([
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "- ",
        "? ",
        "&a",
        "*a",
        "!",
        "|",
        ">",
        "'",
        '"',
        "%",
        "@",
        "`",
        "\n",
        " ",
        "#",
        "~",
        "a",
      ]),
    ),
  numbers: (random) => `a: ${random.pick(["9", "0x", "0o", ".", "1e", "-"])}${"9".repeat(some(random, 10, BYTES))}\n`,
  names: (random) =>
    filled(
      random,
      (index) =>
        `${random.pick(["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "__defineGetter__", "valueOf"])}: { polluted: ${index}, ${random.pick(["__proto__", "constructor"])}: { polluted: true } }\n`,
    ),
};

const GRAMMAR: Readonly<Record<string, (random: Random) => string>> = {
  "steps of no kind": (random) => `${HEAD}steps:\n${filled(random, (index) => `  - chek${index}: a\n`)}`,
  "steps of every kind": (random) =>
    `${HEAD}steps:\n${filled(random, (index) => `  - { check: c${index}, wait: w, fix: f, use: u, end: fixed, ask: a }\n`)}`,
  "unknown fields": (random) => `${HEAD}steps:\n  - check: a\n${filled(random, (index) => `    reed${index}: x\n`)}`,
  "unknown fields of the whole": (random) =>
    `${HEAD}${filled(random, (index) => `step${index}: x\n`)}steps: [ { end: fixed } ]\n`,
  "wrong values": (random) =>
    `${HEAD}steps:\n${filled(random, (index) => `  - { wait: W_${index}, within: soon, holds: never, read: 5, expect: [], timeout: x }\n`)}`,
  "one mistake after the other": (random) =>
    `${HEAD}steps:\n${filled(random, (index) => `  - { fix: f${index}, do: power.cycl, tries: { times: 0, every: 5 }, verify: { again: x, within: y }, next: { a: 5, b: { end: x } } }\n`)}`,
  "names of nobody": (random) =>
    `${HEAD}steps:\n${filled(random, (index) => CHECK(`c${index}`, `{ state: $servce${index}, reason: $c${index + 1}.resn }`))}  - end: fixed\n`,
  "references inside maps": (random) =>
    `${HEAD}steps:\n  - check: a\n    read: integration.state\n    with: { integration: [${filled(random, (index) => `$x${index},`, 15_000)}] }\n    expect: { state: loaded }\n  - end: fixed\n`,
  "the same name": (random) =>
    `${HEAD}steps:\n${filled(random, () => CHECK("alive", "{ state: loaded }"))}  - end: fixed\n`,
  inputs: (random) =>
    `id: a\nversion: 1\ntitle: a\ntell: a\nlimit: 1h\ninputs:\n${filled(random, (index) => `  i${index}: ${random.pick(["device", "devce", "{ type: choice }", "{ type: number, default: x }"])}\n`)}steps: [ { end: fixed } ]\n`,
  again: (random) =>
    `${HEAD}steps:\n${filled(random, (index) => `  - check: c${index}\n    again: c${random.pick([index, index + 1, 0, 99_999])}\n`)}  - end: fixed\n`,
  expectations: (random) => {
    const deep = some(random, 1, 34);
    const words = Array.from({ length: deep }, () => random.pick(["not: ", "any: [", "all: ["]));
    const close = words
      .filter((word) => word.endsWith("["))
      .map(() => "} ]")
      .join("");
    return `${HEAD}steps:\n  - check: a\n    read: integration.state\n    with: { integration: $service }\n    expect: { ${words.map((word) => (word.endsWith("[") ? `${word} { ` : `${word}{ `)).join("")} state: loaded ${close}${"}".repeat(deep)}\n`;
  },
  "wide expectations": (random) =>
    `${HEAD}steps:\n  - check: a\n    read: integration.state\n    with: { integration: $service }\n    expect: { any: [${filled(random, () => "{ state: { in: [a, $b] } },", 20_000)}] }\n  - end: fixed\n`,
  patterns: (random) =>
    `${HEAD}steps:\n${filled(random, (index) => CHECK(`c${index}`, `{ state: { matches: '${hostilePattern(random)}' } }`))}  - end: fixed\n`,
  "nested branches": (random) => nested(random, some(random, 2, 14)),
  "wide branches": (random) =>
    `${HEAD}steps:\n${filled(random, (index) => `  - choose: c${index}\n    cases: [{ when: { $service.name: a }, then: { end: fixed } }, { when: { $c${index}: b }, then: continue }]\n    else: continue\n`)}`,
  answers: (random) =>
    `${HEAD}steps:\n${filled(random, (index) => `  - { ask: q${index}, say: x, answers: [${Array.from({ length: some(random, 0, 14) }, (_, n) => `a${n % 9}`).join(", ")}], within: 5m, next: { b: continue } }\n`)}  - end: fixed\n`,
  uses: (random) =>
    `${HEAD}steps:\n${filled(random, (index) => `  - { use: u${index}, runbook: home-assistant/${random.pick(["dead-bridge", "dead-brige", "hostile", "health-check"])}, with: { service: $service, bridge: $bridge, x${index}: 1 } }\n`)}  - end: fixed\n`,
  texts: (random) =>
    `${HEAD}steps:\n  - ask: q\n    say: "${filled(random, () => "$service $$x $bridge.")}"\n    answers: text\n    within: 5m\n`,
  durations: (random) =>
    `${HEAD}steps:\n${filled(random, (index) => `  - { wait: w${index}, read: gateway.info, expect: { state: running }, within: ${"9".repeat(some(random, 1, 40))}d, next: { fail: continue } }\n`)}  - end: fixed\n`,
  fixes: (random) =>
    `${HEAD}steps:\n${filled(random, (index) => `  - { fix: f${index}, do: integration.reload, with: { integration: $service }, irreversible: no, verify: { read: integration.state, with: { integration: $service }, expect: { unavailable: 0 } }, next: { failed: continue, unknown: continue } }\n`)}  - end: fixed\n`,
};

function hostilePattern(random: Random): string {
  const size = some(random, 5, 60);
  return random.pick([
    () => `(a+)+${"$".repeat(size % 5)}`,
    () => `(${"a?".repeat(size)}${"a".repeat(size)})*`,
    () => `${"(".repeat(size)}a${")".repeat(size)}`,
    () => "((a{0,100}){0,100}){0,100}",
    () => "(x{1000}){1000}",
    () => "(?:[\\p{L}\\p{N}]{1,500}){2}",
    () =>
      `[${Array.from({ length: size }, () => String.fromCharCode(33 + random.below(5000)))
        .join("")
        .replaceAll("'", "")}]{900}`,
    () => `${"(?i:\\\\p{Lu}|".repeat(size)}`,
    () => "(".repeat(size),
    () => `(?=${"a|".repeat(size)})\\\\1`,
    () => `${".*".repeat(size)}x`,
  ])();
}

function nested(random: Random, deep: number): string {
  let inner = "{ end: fixed }";
  for (let level = 0; level < deep; level += 1) {
    const name = `n${level}`;
    inner = `{ check: ${name}, read: integration.state, with: { integration: $service }, expect: { state: $n${random.below(20)} }, next: { pass: ${inner}, fail: ${random.pick(["continue", "{ end: x }", "[]", "5"])}, unknown: continue } }`;
  }
  return `${HEAD}steps:\n${filled(random, () => `  - ${inner}\n`, some(random, 100, BYTES))}`;
}

export const FAMILIES: Readonly<Record<string, (random: Random) => string>> = { ...YAML, ...GRAMMAR };

/** One of a family, left as it is or spoilt by a few more characters. */
export function hostileDocument(family: string, random: Random): string {
  const text = FAMILIES[family]?.(random) ?? "";
  if (random.below(4) > 0 || text.length === 0) return text;
  let spoilt = text;
  for (let count = some(random, 1, 5); count > 0; count -= 1) {
    const at = random.below(spoilt.length);
    spoilt =
      spoilt.slice(0, at) +
      random.pick(["{", "]", ":", "\n", "&a ", "*a", "!!x ", '"', "\u0000", "$"]) +
      spoilt.slice(at + random.below(3));
  }
  return spoilt;
}
