/** Whether `version` (`2025.1.4`, `2025.2.0b3`) is `least` or newer; a part that is no number counts as 0. */
export function isAtLeast(version: string, least: string): boolean {
  const have = numbersOf(version);
  const need = numbersOf(least);
  for (const [index, number] of need.entries()) {
    const other = have[index] ?? 0;
    if (other !== number) return other > number;
  }
  return true;
}

function numbersOf(version: string): number[] {
  return version.split(".").map((part) => Number.parseInt(part, 10) || 0);
}
