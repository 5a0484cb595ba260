import { closest, distance } from "fastest-levenshtein";

/** The known name that was probably meant, or null when none is near enough to be a slip of the keys. */
export function nearest(name: string, known: readonly string[]): string | null {
  if (known.length === 0) return null;
  // Names that are too long by a whole word are too far away for counting letters.
  const stem = known.find((one) => name === `CARETAKER_${one}` || name === `${one}_FILE`);
  if (stem) return stem;
  const plain = name.toLowerCase();
  const found = closest(
    plain,
    known.map((one) => one.toLowerCase()),
  );
  const original = known.find((one) => one.toLowerCase() === found) ?? null;
  return distance(plain, found) <= Math.max(2, Math.floor(name.length / 4)) ? original : null;
}
