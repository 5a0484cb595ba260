/** Year and month of a version such as `2026.11.0b3`. */
export function yearAndMonth(version: string): readonly [number, number] | undefined {
  const match = /^(\d{4})\.(\d{1,2})(\.|$)/.exec(version);
  return match === null ? undefined : [Number(match[1]), Number(match[2])];
}

export function isOlder(version: string, year: number, month: number): boolean {
  const found = yearAndMonth(version);
  return found !== undefined && (found[0] < year || (found[0] === year && found[1] < month));
}

/** Before it there is no stream of entities that could be followed. */
export function isTooOld(version: string): boolean {
  return isOlder(version, 2022, 4) || /^0\./.test(version);
}

/** What the connector is tested with begins here. */
export function isUntested(version: string): boolean {
  return isOlder(version, 2024, 3);
}
