import type { Clock } from "@caretaker/protocol";

/** Whoever types a code wrongly does so a few times; the code itself holds no longer than this. */
const MOST = 30;
const WITHIN = 15 * 60_000;
/** Beyond so many addresses the oldest is forgotten: who has more of them is held up by the length of a code alone. */
const MOST_ADDRESSES = 10_000;

/** How often codes were tried, by the address that they came from: too many of them are not even looked up. */
export class TriedCodes {
  readonly #clock: Clock;
  readonly #tried = new Map<string, { count: number; readonly endsAt: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counted before anything is looked up: to hang up before the end is a try as well. */
  mayTry(address: string): boolean {
    const known = this.#tried.get(address);
    if (known !== undefined && known.endsAt > this.#clock.monotonic()) {
      known.count += 1;
      return known.count <= MOST;
    }
    this.#tried.delete(address);
    this.#tried.set(address, { count: 1, endsAt: this.#clock.monotonic() + WITHIN });
    const [oldest] = this.#tried.keys();
    if (this.#tried.size > MOST_ADDRESSES && oldest !== undefined) this.#tried.delete(oldest);
    return true;
  }

  /** A code was right: whoever is there has reason to try. */
  forget(address: string): void {
    this.#tried.delete(address);
  }
}
