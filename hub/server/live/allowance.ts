import type { Clock } from "@caretaker/protocol";

const MOST = 300;
const PER_SECOND = 20;

/** How much one connection may say: enough to open every room at once, not enough to keep the hub busy. */
export class Allowance {
  readonly #clock: Clock;
  #left = MOST;
  #at: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#at = clock.monotonic();
  }

  /** False when it was used up. */
  take(): boolean {
    const now = this.#clock.monotonic();
    this.#left = Math.min(MOST, this.#left + ((now - this.#at) / 1000) * PER_SECOND);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
