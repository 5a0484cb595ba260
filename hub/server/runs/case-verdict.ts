import type { Runbook } from "@caretaker/protocol";
import { type RunbookCase, wrongAnswers } from "../runbooks/case.ts";
import type { World } from "../runbooks/world.ts";
import { CannotPlay, type Played, play } from "./play.ts";

/** Whether a runbook goes through a recorded case as the case says. */
export interface CaseVerdict {
  readonly name: string;
  readonly ok: boolean;
  /** Why the case could not be played. */
  readonly problem: string | null;
  readonly expected: Pick<RunbookCase, "path" | "acts" | "outcome">;
  readonly went: Played | null;
}

export function caseVerdict(name: string, runbook: Runbook, recorded: RunbookCase, world: World): CaseVerdict {
  const { path, acts, outcome } = recorded;
  const expected = { path, acts, outcome };
  const [wrong] = wrongAnswers(recorded);
  if (wrong !== undefined) return { name, ok: false, problem: `No home answers so: ${wrong}.`, expected, went: null };
  try {
    const went = play(runbook, recorded, world);
    const isSame = JSON.stringify([went.path, went.acts, went.outcome]) === JSON.stringify([path, acts, outcome]);
    return { name, ok: isSame, problem: null, expected, went };
  } catch (error) {
    if (!(error instanceof CannotPlay)) throw error;
    return { name, ok: false, problem: error.message, expected, went: null };
  }
}

/** A verdict as a person reads it: where the way parts from the recorded one, and what was measured there. */
export function caseLines({ name, ok, problem, expected, went }: CaseVerdict): string[] {
  if (ok) return [`  ${name}: as recorded, ${expected.outcome}`];
  if (went === null) return [`  ${name}: cannot be played. ${problem}`];
  const parts = went.path.findIndex((line, index) => line !== expected.path[index]);
  const at = parts === -1 ? went.path.length : parts;
  const measured = went.because[at];
  return [
    `  ${name}: not as recorded`,
    ...differing("path", expected.path.slice(at), went.path.slice(at)),
    ...(measured ? [`    there: ${measured}`] : []),
    ...differing("acts", expected.acts, went.acts),
    ...differing("outcome", [expected.outcome], [went.outcome]),
  ];
}

function differing(what: string, expected: readonly string[], went: readonly string[]): string[] {
  const said = (lines: readonly string[]): string => (lines.length === 0 ? "nothing more" : lines.join(", "));
  if (said(expected) === said(went)) return [];
  return [`    ${what}: recorded ${said(expected)}`, `    ${what}: went     ${said(went)}`];
}
