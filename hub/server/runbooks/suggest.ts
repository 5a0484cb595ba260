import { closest, distance } from "fastest-levenshtein";

/** Nothing that a runbook knows has a longer name. */
const LONGEST = 80;

/** What was probably meant, when it is near enough to be worth saying. */
export function didYouMean(text: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || text === "" || text.length > LONGEST) return undefined;
  const lower = text.toLowerCase();
  const same = known.find((word) => word.toLowerCase() === lower);
  if (same !== undefined) return same;
  const best = closest(text, [...known]);
  const length = Math.max(text.length, best.length);
  // Two letters that changed places are two edits.
  const near = Math.max(length >= 4 ? 2 : 1, Math.floor(length / 3));
  return distance(lower, best.toLowerCase()) <= near ? best : undefined;
}
