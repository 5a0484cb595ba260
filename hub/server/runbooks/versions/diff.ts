import type { DiffLine } from "@caretaker/protocol";

/** More than this would be compared too slowly, and nobody would read it: all old lines went, all new ones came. */
const MOST_COMPARED = 4_000_000;

/** What changed between two texts, line by line: the longest common lines stay, the rest came or went. */
export function diffLines(before: string, after: string): DiffLine[] {
  const old = linesOf(before);
  const fresh = linesOf(after);
  let from = 0;
  while (from < old.length && from < fresh.length && old[from] === fresh[from]) from += 1;
  let tail = 0;
  while (tail < old.length - from && tail < fresh.length - from && old.at(-1 - tail) === fresh.at(-1 - tail)) tail += 1;
  const middle = compare(old.slice(from, old.length - tail), fresh.slice(from, fresh.length - tail), from);
  const same = (at: number, shift: number): DiffLine => ({
    kind: "same",
    text: old[at] ?? "",
    before: at + 1,
    after: at + 1 + shift,
  });
  return [
    ...Array.from({ length: from }, (_, at) => same(at, 0)),
    ...middle,
    ...Array.from({ length: tail }, (_, at) => same(old.length - tail + at, fresh.length - old.length)),
  ];
}

function compare(old: readonly string[], fresh: readonly string[], offset: number): DiffLine[] {
  const removed = (at: number): DiffLine => ({
    kind: "removed",
    text: old[at] ?? "",
    before: offset + at + 1,
    after: null,
  });
  const added = (at: number): DiffLine => ({
    kind: "added",
    text: fresh[at] ?? "",
    before: null,
    after: offset + at + 1,
  });
  if (old.length * fresh.length > MOST_COMPARED)
    return [...old.keys()].map(removed).concat([...fresh.keys()].map(added));
  const common = commonLengths(old, fresh);
  const width = fresh.length + 1;
  const lines: DiffLine[] = [];
  let a = 0;
  let b = 0;
  while (a < old.length || b < fresh.length) {
    if (a < old.length && b < fresh.length && old[a] === fresh[b]) {
      lines.push({ kind: "same", text: old[a] ?? "", before: offset + a + 1, after: offset + b + 1 });
      a += 1;
      b += 1;
    } else if (
      a < old.length &&
      (b === fresh.length || at(common, (a + 1) * width + b) >= at(common, a * width + b + 1))
    ) {
      lines.push(removed(a));
      a += 1;
    } else {
      lines.push(added(b));
      b += 1;
    }
  }
  return lines;
}

/** How many lines the rest of both has in common, for each pair of places. */
function commonLengths(old: readonly string[], fresh: readonly string[]): Uint32Array {
  const width = fresh.length + 1;
  const lengths = new Uint32Array((old.length + 1) * width);
  for (let a = old.length - 1; a >= 0; a -= 1)
    for (let b = fresh.length - 1; b >= 0; b -= 1)
      lengths[a * width + b] =
        old[a] === fresh[b]
          ? at(lengths, (a + 1) * width + b + 1) + 1
          : Math.max(at(lengths, (a + 1) * width + b), at(lengths, a * width + b + 1));
  return lengths;
}

function at(lengths: Uint32Array, index: number): number {
  return lengths[index] ?? 0;
}

function linesOf(text: string): string[] {
  const lines = text.split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}
