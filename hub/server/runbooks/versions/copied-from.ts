/** What is kept with a copy: of which runbook it was one, and of which text of it. */
export function copiedFromRunbook(from: {
  readonly id: string;
  readonly version: number;
  readonly digest: string;
}): string {
  return `${from.id} version ${from.version} ${from.digest}`;
}

/** The runbook that was copied; undefined for what came out of a file. */
export function copiedRunbook(copiedFrom: string): string | undefined {
  return /^(\S+) version \d+ \S+$/.exec(copiedFrom)?.[1];
}
