import type { Clock } from "@caretaker/protocol";

/**
 * Time that never goes back: neither when somebody sets the machine's clock back, nor over a restart, since what was
 * written last says when it was. A yes cannot be made to last longer that way, and a command does not become young again.
 */
export class SteadyTime {
  readonly #clock: Clock;
  #latest: number;
  #measuredAt: number;

  constructor(clock: Clock, writtenAt: number) {
    this.#clock = clock;
    this.#latest = Math.max(clock.now().getTime(), writtenAt);
    this.#measuredAt = clock.monotonic();
  }

  /** Milliseconds since 1970. */
  now(): number {
    const measured = this.#clock.monotonic();
    this.#latest = Math.max(this.#clock.now().getTime(), this.#latest + Math.max(0, measured - this.#measuredAt));
    this.#measuredAt = measured;
    return this.#latest;
  }

  moment(): string {
    return new Date(this.now()).toISOString();
  }
}
