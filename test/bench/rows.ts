/** One line of the result: ours beside what it is compared with. */
export interface Row {
  readonly name: string;
  readonly ours: number;
  readonly baseline: number;
  readonly ratio: number;
  /** The most that the ratio may be. */
  readonly bar: number;
  readonly holds: boolean;
  readonly unit: string;
}

export function row(name: string, unit: string, ours: number, baseline: number, bar: number): Row {
  const ratio = ours / baseline;
  return { name, unit, ours: round(ours), baseline: round(baseline), ratio: round(ratio), bar, holds: ratio <= bar };
}

/**
 * Of runs of ours and of the baseline in turns, the one in the middle by its ratio: the two of a pair follow each other
 * closely, while a machine that others use too is half as quick again a minute later. Of an even number, the worse.
 */
export function pairRow(
  name: string,
  unit: string,
  pairs: readonly { readonly ours: number; readonly base: number }[],
  bar: number,
): Row {
  const sorted = pairs.toSorted((a, b) => a.ours / a.base - b.ours / b.base);
  const { ours, base } = sorted[sorted.length >> 1] ?? { ours: Number.NaN, base: Number.NaN };
  return row(name, unit, ours, base, bar);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}

export function tableOf(rows: readonly Row[]): string {
  const lines = [
    ["", "ours", "baseline", "ratio", "bar", "holds"],
    ...rows.map(({ name, unit, ours, baseline, ratio, bar, holds }) => [
      name,
      `${ours} ${unit}`,
      `${baseline} ${unit}`,
      ratio.toFixed(3),
      bar.toFixed(2),
      holds ? "yes" : "NO",
    ]),
  ];
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
