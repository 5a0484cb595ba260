import { closest, distance } from "fastest-levenshtein";

/** Nothing that a runbook knows has a longer name. */
const LONGEST = 80;

/** What was probably meant, when it is near enough to be worth saying. */
export function didYouMean(text: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || text === "" || text.length > LONGEST) return undefined;
  const lower = text.toLowerCase();
  const same = known.find((word) => word.toLowerCase() === lower);
  if (same !== undefined) return same;
  // A word that is longer or shorter by more letters than may be wrong is never meant: most are, and cost nothing.
  const possible = known.filter((word) => Math.abs(word.length - text.length) <= wrongLetters(text, word));
  if (possible.length === 0) return undefined;
  const best = closest(text, possible);
  return distance(lower, best.toLowerCase()) <= wrongLetters(text, best) ? best : undefined;
}

/** How many letters may be wrong. Two that changed places are two edits. */
function wrongLetters(one: string, other: string): number {
  const length = Math.max(one.length, other.length);
  return Math.max(length >= 4 ? 2 : 1, Math.floor(length / 3));
}
