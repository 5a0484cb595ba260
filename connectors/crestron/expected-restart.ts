import type { Clock } from "@caretaker/protocol";

/** After that, a restart that was asked for has not come. */
const RESTART_MILLISECONDS = 180_000;

/** Whether a line that closes now closes because the processor was told to restart. */
export class ExpectedRestart {
  readonly #clock: Clock;
  #askedAt: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  expect(): void {
    this.#askedAt = this.#clock.monotonic();
  }

  forget(): void {
    this.#askedAt = undefined;
  }

  get isExpected(): boolean {
    return this.#askedAt !== undefined && this.#clock.monotonic() - this.#askedAt < RESTART_MILLISECONDS;
  }
}
