import type { MistakeCode, RunbookMistake } from "@caretaker/protocol";
import type { LineCounter } from "yaml";

export type Path = readonly (string | number)[];

/** Where a value of the file stands: offsets of its key, if it has one, and of itself. */
export interface Place {
  readonly key: readonly [from: number, to: number] | null;
  readonly value: readonly [from: number, to: number];
}

const SHOWN = 60;
/** More than anybody mends at once. */
export const MOST_MISTAKES = 100;

/** The text of a runbook and where each of its values stands, so that a mistake can be shown in its line. */
export class RunbookSource {
  readonly file: string;
  readonly text: string;
  readonly #lines: Pick<LineCounter, "linePos">;
  readonly #places = new Map<string, Place>();

  constructor(file: string, text: string, lines: Pick<LineCounter, "linePos">) {
    this.file = file;
    this.text = text;
    this.#lines = lines;
  }

  /** How many values stand in it. */
  get size(): number {
    return this.#places.size;
  }

  place(path: Path, place: Place): void {
    this.#places.set(JSON.stringify(path), place);
  }

  /** What stands at a path, as it was written. */
  written(path: Path): string {
    const place = this.#places.get(JSON.stringify(path));
    return place === undefined ? "" : this.text.slice(...place.value).trim();
  }

  has(path: Path): boolean {
    return this.#places.has(JSON.stringify(path));
  }

  /**
   * A mistake at a path: at its value, or at its key where `atKey` is set. What is missing in the file is shown at the
   * nearest thing around it that is there.
   */
  mistake(
    code: MistakeCode,
    path: Path,
    message: string,
    more: { didYouMean?: string | undefined; atKey?: boolean } = {},
  ): RunbookMistake {
    const place = this.#places.get(JSON.stringify(path));
    if (place === undefined && path.length > 0)
      return this.mistake(code, path.slice(0, -1), message, { ...more, atKey: true });
    const range = (more.atKey ? place?.key : null) ?? place?.value ?? [0, 0];
    return this.mistakeAt(code, range, message, more.didYouMean);
  }

  mistakeAt(
    code: MistakeCode,
    [from, to]: readonly [number, number],
    message: string,
    didYouMean?: string | undefined,
  ): RunbookMistake {
    const { line, col } = this.#lines.linePos(from);
    const [text = ""] = this.text
      .slice(from, Math.min(Math.max(from, to), from + 4 * SHOWN))
      .trimEnd()
      .split("\n");
    const shown = text.length > SHOWN ? `${text.slice(0, SHOWN - 1)}…` : text;
    const mistake = { file: this.file, line: Math.max(line, 1), column: Math.max(col, 1), code, message, text: shown };
    return didYouMean === undefined ? mistake : { ...mistake, didYouMean };
  }
}

/**
 * In the order of the file; what is said twice about one place is said once. Of very many the first are told, and that
 * there are more.
 */
export function inOrder(mistakes: readonly RunbookMistake[]): RunbookMistake[] {
  const told = eachOnce(mistakes);
  const first = told.slice(0, MOST_MISTAKES);
  const last = told[MOST_MISTAKES];
  if (last === undefined) return first;
  const message = "and what follows has more mistakes: mend the first hundred, then look again";
  const { didYouMean: _, ...more } = last;
  return [...first, { ...more, code: "more_mistakes", message }];
}

function eachOnce(mistakes: readonly RunbookMistake[]): RunbookMistake[] {
  const seen = new Set<string>();
  return [...mistakes]
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .filter(({ line, column, code, message }) => {
      const key = `${line}:${column}:${code}:${message}`;
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    });
}

/** `connectors/home-assistant/runbooks/dead-bridge.yaml:12:5 no_undo: ...` */
export function mistakeLine({ file, line, column, code, message, text, didYouMean }: RunbookMistake): string {
  const hint = didYouMean === undefined ? "" : ` Did you mean \`${didYouMean}\`?`;
  return `${file}:${line}:${column} ${code}: ${message}${text === "" ? "" : ` (${text})`}.${hint}`;
}
