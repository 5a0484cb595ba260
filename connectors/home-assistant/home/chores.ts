import type { Cancel, Clock, ConnectorLog } from "@caretaker/protocol";

/** What is to be done later in one connection, by name: the last one set counts. All end with the connection. */
export class Chores {
  readonly #clock: Clock;
  readonly #log: ConnectorLog;
  readonly #waiting = new Map<string, Cancel>();
  #isOver = false;

  constructor(clock: Clock, log: ConnectorLog) {
    this.#clock = clock;
    this.#log = log;
  }

  has(name: string): boolean {
    return this.#waiting.has(name);
  }

  after(name: string, milliseconds: number, callback: () => void): void {
    if (this.#isOver) return;
    this.cancel(name);
    const cancel = this.#clock.after(milliseconds, () => {
      this.#waiting.delete(name);
      callback();
    });
    this.#waiting.set(name, cancel);
  }

  /** As `after`, for what may fail: that is logged, and whoever needs it asks again. */
  tryAfter(name: string, milliseconds: number, work: () => Promise<void>): void {
    this.after(name, milliseconds, () => {
      work().catch((error: unknown) => {
        if (!this.#isOver) this.#log.warn({ error, chore: name }, `Looking anew at the ${name} failed.`);
      });
    });
  }

  cancel(name: string): void {
    this.#waiting.get(name)?.();
    this.#waiting.delete(name);
  }

  end(): void {
    this.#isOver = true;
    for (const cancel of this.#waiting.values()) cancel();
    this.#waiting.clear();
  }
}
