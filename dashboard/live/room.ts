import type { CaretakerError, RoomClosed, WatchRequest, WatchSnapshot } from "@caretaker/protocol";
import type { Line } from "./line.ts";
import { errorOfProblem } from "./problems.ts";

/** What a room shows and why: `stale` keeps the last known while the line is down. */
export type RoomState =
  | { readonly is: "loading" }
  | { readonly is: "live" }
  | { readonly is: "stale"; readonly since: Date }
  | { readonly is: "closed"; readonly why: RoomClosed["reason"] | null; readonly error: CaretakerError | null };

interface Numbered {
  readonly epoch: string;
  readonly number: number;
}

/** What a room does with what it is told. `request` is asked before each watch, since a run continues from a number. */
export interface RoomContent<S extends WatchSnapshot, D extends Numbered> {
  request(): WatchRequest;
  load(snapshot: S): void;
  apply(delta: D): void;
}

/** A hub that is only slow is asked again after this. */
const ASK_AFTER_SILENCE_MS = 3000;
/** A hub that numbers badly, or a line that drops frames, must not make us ask without end. */
const ASK_AT_MOST_EVERY_MS = 1000;
const AGAIN_AT_ONCE: ReadonlySet<RoomClosed["reason"]> = new Set(["too_slow", "inventory_changed"]);

/**
 * One watched room: asks for a snapshot, applies numbered deltas in order, and asks again when a number is missing or
 * the epoch is another. Deltas that overtake the snapshot wait for it.
 */
export class Room<S extends WatchSnapshot, D extends Numbered> {
  readonly content: RoomContent<S, D>;
  readonly #line: Line;
  readonly #changed: () => void;
  #state: RoomState = { is: "loading" };
  #at: Numbered | null = null;
  #early: D[] = [];
  #asking = 0;
  #askedAt = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(line: Line, content: RoomContent<S, D>, changed: () => void) {
    this.#line = line;
    this.content = content;
    this.#changed = changed;
  }

  get state(): RoomState {
    return this.#state;
  }

  /** Asks for the room, again if need be. An answer to an earlier question is not listened to any more. */
  async watch(): Promise<void> {
    const asking = this.#forget();
    this.#askedAt = performance.now();
    const answer = await this.#line.watch(this.content.request()).catch(() => null);
    if (asking !== this.#asking) return;
    // No answer: a line that is down says so when it is back. One that was only slow does not, so the room asks again.
    if (answer === null) {
      this.lineLost();
      this.#timer = setTimeout(() => void this.watch(), ASK_AFTER_SILENCE_MS);
      return;
    }
    if (!answer.ok) {
      this.#become({ is: "closed", why: null, error: errorOfProblem(answer.problem) });
      return;
    }
    this.content.load(answer.snapshot as S);
    this.#at = { epoch: answer.snapshot.epoch, number: answer.snapshot.number };
    this.#become({ is: "live" });
    for (const delta of this.#early.splice(0)) this.take(delta);
  }

  /** Takes one delta in its turn. */
  take(delta: D): void {
    if (this.#at === null) {
      if (this.#early.length < 1000) this.#early.push(delta);
      return;
    }
    if (delta.epoch === this.#at.epoch && delta.number <= this.#at.number) return;
    if (delta.epoch !== this.#at.epoch || delta.number !== this.#at.number + 1) {
      this.#watchAgain();
      return;
    }
    this.#at = { epoch: delta.epoch, number: delta.number };
    this.content.apply(delta);
  }

  /** What is shown is the last known from now on. */
  lineLost(): void {
    this.#forget();
    if (this.#state.is === "live") this.#become({ is: "stale", since: new Date() });
  }

  closed(reason: RoomClosed["reason"]): void {
    this.#forget();
    if (AGAIN_AT_ONCE.has(reason)) this.#watchAgain();
    else this.#become({ is: "closed", why: reason, error: null });
  }

  /** Nobody looks any more. */
  leave(): void {
    this.#forget();
    this.#line.unwatch(this.content.request());
  }

  #watchAgain(): void {
    this.#forget();
    const wait = this.#askedAt + ASK_AT_MOST_EVERY_MS - performance.now();
    if (wait <= 0) void this.watch();
    else this.#timer = setTimeout(() => void this.watch(), wait);
  }

  /** Leaves what was asked or numbered before; returns the number of the next question. */
  #forget(): number {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#at = null;
    this.#early = [];
    return ++this.#asking;
  }

  #become(state: RoomState): void {
    this.#state = state;
    this.#changed();
  }
}
