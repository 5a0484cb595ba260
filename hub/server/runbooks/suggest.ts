import { closest, distance } from "fastest-levenshtein";

/** What was probably meant, when it is near enough to be worth saying. */
export function didYouMean(text: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || text === "") return undefined;
  const lower = text.toLowerCase();
  const same = known.find((word) => word.toLowerCase() === lower);
  if (same !== undefined) return same;
  const best = closest(text, [...known]);
  return distance(lower, best.toLowerCase()) <= Math.max(1, Math.floor(Math.max(text.length, best.length) / 3))
    ? best
    : undefined;
}
