import type { Runbook, RunbookMistake, RunbookVerdict } from "@caretaker/protocol";
import { type IllFixture, provesNothing } from "./fixtures.ts";
import { type ValidRunbook, validateRunbook } from "./validate.ts";
import type { World } from "./world.ts";

export interface GivenFile {
  readonly file: string;
  readonly text: string;
  /** What was read in the state that it is for, if that was recorded beside it. */
  readonly ill?: IllFixture;
}

/** What is said of one file by whoever judges runbooks: the command line, and the operation `runbook.validate`. */
export function verdictOf({ file, text, ill }: GivenFile, world: World): RunbookVerdict {
  const result = validateRunbook(file, text, world);
  const mistakes = result.ok ? provesNothing(result, ill, world) : [...result.mistakes];
  const isGood = result.ok && mistakes.length === 0;
  return { file, ok: isGood, mistakes, facts: isGood ? computed(result) : null };
}

/** Of several files, which may use each other in any order. */
export function verdictsOf(files: readonly GivenFile[], world: World): RunbookVerdict[] {
  const wider = worldWith(files, world);
  return files.map((file) => verdictOf(file, wider));
}

/** A world that has the good ones of these files as well. */
export function worldWith(files: readonly GivenFile[], world: World): World {
  const runbooks = new Map<string, Runbook>(world.runbooks);
  const wider: World = { ...world, runbooks };
  let left = files;
  for (let before = Number.POSITIVE_INFINITY; left.length > 0 && left.length < before; ) {
    before = left.length;
    const good = left.flatMap(({ file, text }) => {
      const result = validateRunbook(file, text, wider);
      return result.ok ? [{ file, runbook: result.runbook }] : [];
    });
    for (const { runbook } of good) runbooks.set(runbook.id, runbook);
    left = left.filter(({ file }) => !good.some((one) => one.file === file));
  }
  return wider;
}

function computed({ runbook, facts }: ValidRunbook): RunbookVerdict["facts"] {
  return {
    id: runbook.id,
    worstCaseSeconds: facts.worstCaseSeconds,
    limitSeconds: runbook.limitSeconds,
    scope: facts.scope,
    readsOnly: facts.readsOnly,
    locks: [...facts.locks],
    makes: [...facts.makes],
  };
}

/** A verdict as a person reads it, with what is wrong underlined in its line. */
export function verdictLines(verdict: RunbookVerdict, text: string): string[] {
  const { file, facts } = verdict;
  if (facts === null) return verdict.mistakes.flatMap((mistake) => [...mistakeLines(mistake, text), ""]);
  const makes = facts.makes.map(({ connector, missing, without }) => {
    if (missing.length > 0) return `not on ${connector}, which has no ${missing.join(", ")}`;
    return without.length === 0 ? `runs on ${connector}` : `runs on ${connector} without ${without.join(", ")}`;
  });
  const touch = facts.readsOnly ? "reads only" : `locks ${facts.locks.join(", ")}`;
  return [
    `${file}: good`,
    `  at worst ${facts.worstCaseSeconds} s of ${facts.limitSeconds} s, consent up to ${facts.scope}, ${touch}`,
    `  ${makes.join("; ")}`,
  ];
}

function mistakeLines(
  { file, line, column, code, message, text: wrong, didYouMean }: RunbookMistake,
  text: string,
): string[] {
  const written = (text.split("\n")[line - 1] ?? "").replaceAll("\t", " ").trimEnd();
  const number = String(line);
  const hint = didYouMean === undefined ? "" : ` Did you mean \`${didYouMean}\`?`;
  const carets = "^".repeat(Math.max(1, Math.min(wrong.length, written.length - column + 1)));
  return [
    `${file}:${line}:${column} ${code}: ${message}.`,
    `  ${number} | ${written}`,
    `  ${" ".repeat(number.length)} | ${" ".repeat(column - 1)}${carets}${hint}`,
  ];
}
