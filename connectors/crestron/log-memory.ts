import type { ConnectorLog, SessionMemory } from "@caretaker/protocol";
import { z } from "zod";
import type { Note } from "./console/error-log.ts";
import { changesOf, type LogChanges, type LogMark, markOf, NO_MARK } from "./console/log-changes.ts";

const Kept = z.object({
  log: z.object({
    lines: z.number().int().min(0),
    first: z.string().nullable(),
    last: z.string().nullable(),
    at: z.iso.datetime(),
  }),
});

/** By what the log that was read last is known again. It outlives the session where the hub keeps something for us. */
export class LogMemory {
  readonly #memory: SessionMemory | undefined;
  readonly #log: ConnectorLog;
  #mark: LogMark = NO_MARK;
  #at: Date | null = null;

  constructor(memory: SessionMemory | undefined, log: ConnectorLog) {
    this.#memory = memory;
    this.#log = log;
  }

  /** Takes up what an earlier session left. Without it all of the log is new, which is no fault. */
  async recall(): Promise<void> {
    const kept = Kept.safeParse(await this.#memory?.recall().catch((error: unknown) => this.#warn(error))).data?.log;
    if (kept === undefined) return;
    this.#mark = kept;
    this.#at = new Date(kept.at);
  }

  /** When it was last handed to whoever asked; null where it never was. */
  get at(): Date | null {
    return this.#at;
  }

  /** What is new in it since it was last handed out. */
  changes(now: readonly Note[]): LogChanges {
    return changesOf(this.#mark, now);
  }

  async handedOut(notes: readonly Note[], at: Date): Promise<void> {
    this.#at = at;
    await this.#keep(markOf(notes), at);
  }

  /** It was cleared: what comes next is new. */
  async forget(): Promise<void> {
    if (this.#at !== null) await this.#keep(NO_MARK, this.#at);
  }

  async #keep(mark: LogMark, at: Date): Promise<void> {
    this.#mark = mark;
    const kept = { log: { ...mark, at: at.toISOString() } } satisfies z.infer<typeof Kept>;
    await this.#memory?.keep(kept).catch((error: unknown) => this.#warn(error));
  }

  #warn(error: unknown): void {
    this.#log.warn({ error }, "What was read of the log is not remembered.");
  }
}
