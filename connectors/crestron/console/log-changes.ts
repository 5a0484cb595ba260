import type { Note } from "./error-log.ts";

/** What one look at the log has that the one before had not. */
export interface LogChanges {
  readonly notes: readonly Note[];
  /** The log begins with another line than before: a restart, or somebody cleared it. */
  readonly hasBegunAnew: boolean;
}

/**
 * Reading a log never empties it, so both begin alike, and what stands behind that is new. A log that is full lets its
 * oldest lines go: then what was last is looked for.
 */
export function changesOf(before: readonly Note[], now: readonly Note[]): LogChanges {
  const [old, fresh] = [before.map(textOf), now.map(textOf)];
  if (old.length === 0) return { notes: now, hasBegunAnew: false };
  if (old[0] === fresh[0]) {
    const differs = fresh.findIndex((text, at) => text !== old[at]);
    return { notes: differs === -1 ? [] : now.slice(differs), hasBegunAnew: false };
  }
  const last = old.at(-1);
  const at = fresh.lastIndexOf(last ?? "");
  return at === -1 ? { notes: now, hasBegunAnew: true } : { notes: now.slice(at + 1), hasBegunAnew: false };
}

function textOf({ level, source, message, at }: Note): string {
  return JSON.stringify([level, source, message, at]);
}

/** The processor says that it stopped noting, or noted again: what happened in between is not there. */
export function isIncomplete(notes: readonly Note[]): boolean {
  return notes.some(({ message }) => /logging is (suspended|resumed)/i.test(message));
}
