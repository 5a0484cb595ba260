import type { Note } from "./console/error-log.ts";
import { changesOf, type LogChanges } from "./console/log-changes.ts";

/** What was last read of a processor's log, and handed to whoever asked. It lives as long as the session. */
export class LogMemory {
  #notes: readonly Note[] = [];
  #at: Date | null = null;

  get at(): Date | null {
    return this.#at;
  }

  /** What is new in it since it was last handed out. */
  changes(now: readonly Note[]): LogChanges {
    return changesOf(this.#notes, now);
  }

  handedOut(notes: readonly Note[], at: Date): void {
    this.#notes = notes;
    this.#at = at;
  }

  /** It was cleared: what comes next is new. */
  forget(): void {
    this.#notes = [];
  }
}
