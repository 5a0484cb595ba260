interface Reported {
  readonly key: string;
  readonly marks?: readonly string[];
}

interface Known {
  readonly key: string;
  readonly marks?: readonly string[];
}

/**
 * Which row each reported thing is. By its key; else, where a make changed its keys, by a mark that it shares with a row
 * whose own key is reported no more. A mark that several such rows carry decides nothing: better a new row than what
 * people said of one device put on another.
 */
export function matchRows<Row extends Known>(rows: readonly Row[], reports: readonly Reported[]): Map<string, Row> {
  const byKey = new Map(rows.map((row) => [row.key, row]));
  const matched = new Map<string, Row>();
  const unknown: Reported[] = [];
  for (const report of reports) {
    const row = byKey.get(report.key);
    if (row === undefined) unknown.push(report);
    else matched.set(report.key, row);
  }
  if (unknown.length === 0) return matched;

  const reportedKeys = new Set(reports.map((report) => report.key));
  const byMark = rowsByMark(rows.filter((row) => !reportedKeys.has(row.key)));
  const taken = new Set<Row>();
  for (const report of unknown) {
    const row = theOne(report.marks ?? [], byMark);
    if (row === undefined || taken.has(row)) continue;
    taken.add(row);
    matched.set(report.key, row);
  }
  return matched;
}

function rowsByMark<Row extends Known>(rows: readonly Row[]): Map<string, Set<Row>> {
  const byMark = new Map<string, Set<Row>>();
  for (const row of rows)
    for (const mark of row.marks ?? []) byMark.set(mark, (byMark.get(mark) ?? new Set()).add(row));
  return byMark;
}

function theOne<Row>(marks: readonly string[], byMark: ReadonlyMap<string, ReadonlySet<Row>>): Row | undefined {
  const candidates = new Set<Row>();
  for (const mark of marks) for (const row of byMark.get(mark) ?? []) candidates.add(row);
  return candidates.size === 1 ? [...candidates][0] : undefined;
}
