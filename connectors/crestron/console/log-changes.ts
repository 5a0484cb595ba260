import { hash } from "node:crypto";
import type { Note } from "./error-log.ts";

/** What one look at the log has that the one before had not. */
export interface LogChanges {
  readonly notes: readonly Note[];
  /** The log begins with another line than before: a restart, or somebody cleared it. */
  readonly hasBegunAnew: boolean;
}

/** By which a log is known again. Its lines are digests: what a home notes stays in the home and in the runs that read it. */
export interface LogMark {
  readonly lines: number;
  readonly first: string | null;
  readonly last: string | null;
}

export const NO_MARK: LogMark = { lines: 0, first: null, last: null };

export function markOf(notes: readonly Note[]): LogMark {
  return { lines: notes.length, first: digestOf(notes.at(0)), last: digestOf(notes.at(-1)) };
}

/**
 * Reading a log never empties it, so both begin alike, and what stands behind that is new. A log that is full lets its
 * oldest lines go: then what was last is looked for.
 */
export function changesOf(before: LogMark, now: readonly Note[]): LogChanges {
  if (before.lines === 0) return { notes: now, hasBegunAnew: false };
  const isLonger = digestOf(now.at(0)) === before.first && digestOf(now[before.lines - 1]) === before.last;
  const at = isLonger ? before.lines - 1 : now.findLastIndex((note) => digestOf(note) === before.last);
  return at === -1 ? { notes: now, hasBegunAnew: true } : { notes: now.slice(at + 1), hasBegunAnew: false };
}

function digestOf(note: Note | undefined): string | null {
  if (note === undefined) return null;
  const { level, source, message, at } = note;
  return hash("sha256", JSON.stringify([level, source, message, at]), "hex").slice(0, 24);
}

/** The processor says that it stopped noting, or noted again: what happened in between is not there. */
export function isIncomplete(notes: readonly Note[]): boolean {
  return notes.some(({ message }) => /logging is (suspended|resumed)/i.test(message));
}
