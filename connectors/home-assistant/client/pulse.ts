import type { Cancel, Clock } from "@caretaker/protocol";

const EVERY_SECONDS = 15;
const ANSWER_SECONDS = 10;

/**
 * Asks every 15 s whether the other side is still there, and gives it 10 s: a line that was cut without a word is found
 * within 25 s. Anything that is heard counts as an answer, since a busy home may be slow to answer what it was asked.
 */
export class Pulse {
  readonly #clock: Clock;
  readonly #ping: () => Promise<unknown>;
  readonly #silent: () => void;
  #heard = 0;
  #cancel: Cancel = () => {};
  #isStopped = false;

  constructor(clock: Clock, ping: () => Promise<unknown>, silent: () => void) {
    this.#clock = clock;
    this.#ping = ping;
    this.#silent = silent;
  }

  start(): void {
    this.#cancel = this.#clock.after(EVERY_SECONDS * 1000, () => this.#beat());
  }

  /** Cheap: called for every frame. */
  heard(): void {
    this.#heard += 1;
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  #beat(): void {
    const before = this.#heard;
    // Whatever it is answered: a refusal is a sign of life as well, and silence is judged below.
    this.#ping().catch(() => {});
    this.#cancel = this.#clock.after(ANSWER_SECONDS * 1000, () => {
      // The hub itself may have been busy: first read what arrived meanwhile.
      setImmediate(() => setImmediate(() => this.#judge(before)));
    });
  }

  #judge(before: number): void {
    if (this.#isStopped) return;
    if (this.#heard === before) this.#silent();
    else this.#cancel = this.#clock.after((EVERY_SECONDS - ANSWER_SECONDS) * 1000, () => this.#beat());
  }
}
