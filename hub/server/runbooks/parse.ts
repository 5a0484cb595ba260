import type { RunbookMistake } from "@caretaker/protocol";
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from "yaml";
import { inOrder, MOST_MISTAKES, type Path, RunbookSource } from "./source.ts";

/**
 * A runbook is a page or two. These bounds keep a hostile file from costing anything: what they let through is read and
 * judged within 50 ms, which `npm run measure -- hostile-runbooks` holds.
 */
export const LIMITS = { bytes: 20 * 1024, marks: 1250, depth: 40, values: 2500, steps: 200 } as const;

const FORBIDDEN_KEYS = new Set(["__proto__", "constructor", "prototype"]);

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

export type Parsed =
  | { readonly ok: true; readonly document: { [key: string]: Json }; readonly source: RunbookSource }
  | { readonly ok: false; readonly mistakes: readonly RunbookMistake[]; readonly source: RunbookSource };

/**
 * Reads YAML 1.2 into plain JSON and remembers where each value stands. `on` and `yes` are words. Refused: anchors,
 * tags, merges, a key twice, and anything that JSON cannot say.
 */
export function parseYaml(file: string, text: string): Parsed {
  const lines = new LineCounter();
  const source = new RunbookSource(file, text, lines);
  const tooMuch = tooMuchOf(text);
  if (tooMuch !== null) {
    return { ok: false, source, mistakes: [source.mistakeAt(tooMuch.code, [0, 0], tooMuch.message)] };
  }
  const yaml = documentOf(text, lines);
  const reader = new Reader(source);
  const document = reader.document(yaml);
  const mistakes = [...yaml.errors, ...yaml.warnings.filter(({ code }) => code !== "TAG_RESOLVE_FAILED")]
    // One more than is told, so that it is told that there are more.
    .slice(0, MOST_MISTAKES + 1)
    .map(({ code, message, pos }) =>
      source.mistakeAt("not_yaml", pos, `is not YAML as we read it (${code.toLowerCase()}): ${message}`),
    )
    .concat(reader.mistakes);
  if (mistakes.length > 0) return { ok: false, source, mistakes: inOrder(mistakes) };
  if (typeof document === "object" && document !== null && !Array.isArray(document))
    return { ok: true, source, document };
  const empty = source.mistakeAt("wrong_value", [0, text.length], "must be a map that begins with `id`");
  return { ok: false, source, mistakes: [empty] };
}

function documentOf(text: string, lineCounter: LineCounter): Document.Parsed {
  // The library makes an Error of each mistake, and Node a stack trace of each Error: half of the time that a file full
  // of them costs. Nothing waits in here, so nobody else's errors lose theirs.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return parseDocument(text, {
      version: "1.2",
      schema: "core",
      merge: false,
      // Checked below: the library's own check takes time that grows with the square of the keys.
      uniqueKeys: false,
      lineCounter,
      prettyErrors: false,
      logLevel: "error",
    });
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function tooMuchOf(text: string): { code: "too_large" | "too_deep"; message: string } | null {
  if (Buffer.byteLength(text) > LIMITS.bytes) {
    return { code: "too_large", message: `is longer than ${LIMITS.bytes / 1024} KB: split it with \`use\`` };
  }
  // Lines and commas: what there can be of values, before a parser takes its time for each.
  if ((text.match(/[\n,]/g)?.length ?? 0) > LIMITS.marks) {
    return { code: "too_large", message: `has more than ${LIMITS.marks} lines and list items: split it with \`use\`` };
  }
  // Estimated from the characters alone, before a parser that calls itself for each level sees it.
  return depthOf(text) > LIMITS.depth
    ? { code: "too_deep", message: `is nested deeper than ${LIMITS.depth} levels` }
    : null;
}

function depthOf(text: string): number {
  let deepest = 0;
  let brackets = 0;
  for (const line of text.split("\n")) {
    const [lead = ""] = /^(?:\s|[-?:]\s)*/.exec(line) ?? [];
    deepest = Math.max(deepest, (lead.match(/[-?:]\s/g)?.length ?? 0) + brackets);
    for (const character of line) {
      if (character === "[" || character === "{") brackets += 1;
      else if (character === "]" || character === "}") brackets = Math.max(0, brackets - 1);
      deepest = Math.max(deepest, brackets);
    }
  }
  return deepest;
}

class Reader {
  readonly mistakes: RunbookMistake[] = [];
  readonly #source: RunbookSource;
  #values = 0;

  constructor(source: RunbookSource) {
    this.#source = source;
  }

  document(yaml: Document.Parsed): Json {
    return this.#node(yaml.contents, [], null);
  }

  #node(node: Node | null, path: Path, key: readonly [number, number] | null): Json {
    const [from = 0, to = from] = node?.range ?? (key === null ? [] : [key[1], key[1]]);
    this.#source.place(path, { key, value: [from, to] });
    this.#values += 1;
    if (this.#values === LIMITS.values) this.#refuse("too_large", [from, to], `has more than ${LIMITS.values} values`);
    if (path.length === LIMITS.depth)
      this.#refuse("too_deep", [from, to], `is nested deeper than ${LIMITS.depth} levels`);
    if (node === null || this.#values >= LIMITS.values || path.length >= LIMITS.depth) return null;
    if (this.mistakes.length > MOST_MISTAKES) return null;
    if (isAlias(node)) return this.#refuse("anchor", [from, to], "is an alias: write the value itself");
    this.#plain(node, [from, to]);
    if (isMap(node)) return this.#map(node.items as Pair[], path);
    if (isSeq(node)) return node.items.map((item, index) => this.#node(item as Node, [...path, index], null));
    return isScalar(node) ? this.#scalar(node.value, [from, to]) : null;
  }

  #map(items: readonly Pair[], path: Path): Json {
    const map: Record<string, Json> = {};
    for (const { key, value } of items) {
      const range = rangeOf(key);
      this.#plain(key as Node | null, range);
      const name = isScalar(key) && key.value !== null ? String(key.value) : null;
      if (name === null || isMap(key) || isSeq(key))
        this.#refuse("not_json", range, "is no name: a key has to be a plain word");
      else if (name === "<<") this.#refuse("merge", range, "is a merge: write the fields themselves");
      else if (FORBIDDEN_KEYS.has(name)) this.#refuse("forbidden_key", range, "is no name for a field");
      else if (Object.hasOwn(map, name)) this.#refuse("duplicate_key", range, `\`${name}\` stands here a second time`);
      else map[name] = this.#node(value as Node | null, [...path, name], range);
    }
    return map;
  }

  #plain(node: Node | null, range: readonly [number, number]): void {
    if (node === null || isAlias(node)) return;
    if ("anchor" in node && node.anchor !== undefined) {
      this.#refuse("anchor", range, "has an anchor: write each value where it is used");
    }
    if (node.tag !== undefined) this.#refuse("tag", range, "has a tag: plain values only");
  }

  #scalar(value: unknown, range: readonly [number, number]): Json {
    if (value === null || typeof value === "string" || typeof value === "boolean") return value;
    if (typeof value === "number" && Number.isFinite(value)) return value;
    return this.#refuse("not_json", range, "is no value that a runbook knows: use a text, a number, true or false");
  }

  #refuse(code: RunbookMistake["code"], range: readonly [number, number], message: string): null {
    this.mistakes.push(this.#source.mistakeAt(code, range, message));
    return null;
  }
}

function rangeOf(node: unknown): readonly [number, number] {
  const range = (node as Node | null)?.range;
  return range ? [range[0], range[1]] : [0, 0];
}
