/** The same numbers in every run, so that what fails once fails again. */
export function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const WORDS = [
  "iddevice",
  "data",
  "id",
  "name",
  "varName",
  "value",
  "LIGHT_LEVEL",
  "is_connected",
  "error",
  "code",
  "C4ErrorResponse",
  "type",
  "parentId",
  "__proto__",
  "constructor",
  "roomId",
];

/** Any JSON at all, often with words that the make uses. */
export function anything(roll: () => number, depth = 0): unknown {
  const kind = Math.floor(roll() * (depth > 5 ? 7 : 9));
  const size = Math.floor(roll() * 5);
  if (kind === 0) return null;
  if (kind === 1) return roll() * 10 ** Math.floor(roll() * 20) * (roll() < 0.3 ? -1 : 1);
  if (kind === 2) return roll() < 0.5;
  if (kind === 3) return WORDS[Math.floor(roll() * WORDS.length)];
  if (kind === 4) return Math.floor(roll() * 4000);
  if (kind === 5) return "x".repeat(Math.floor(roll() * 3000));
  if (kind === 6) return String.fromCharCode(...Array.from({ length: size }, () => Math.floor(roll() * 65_536)));
  if (kind === 7) return Array.from({ length: size }, () => anything(roll, depth + 1));
  return JSON.parse(
    `{${Array.from({ length: size }, () => `${JSON.stringify(WORDS[Math.floor(roll() * WORDS.length)])}:${JSON.stringify(anything(roll, depth + 1)) ?? "null"}`).join(",")}}`,
  );
}
