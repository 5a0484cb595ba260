import { type Cancel, CaretakerError, type Clock } from "@caretaker/protocol";
import { DOORS, type DoorName } from "./doors.ts";
import { words } from "./words.ts";

/** What is behind an open door, until it is stopped. */
export interface Held {
  stop(): void;
}

export interface DoorDeps<T extends Held> {
  readonly name: DoorName;
  readonly clock: Clock;
  /** Opens it once. Whoever is handed back may say later that it was lost. */
  readonly open: (lost: (error: unknown) => void) => Promise<T>;
  readonly changed: (state: { isOpen: boolean; reason?: string }) => void;
  /** It was open and is not any more. */
  readonly lost: (error: unknown) => void;
  /** It was tried again in vain. */
  readonly failed: (error: unknown) => void;
}

/** A door that is shut while another is open is tried again this often; one that refused us never. */
const AGAIN_MILLISECONDS = 60_000;

/** One of the ways into a processor, as long as its session lives. */
export class Door<T extends Held> {
  readonly #deps: DoorDeps<T>;
  #held: T | undefined;
  #reason = "";
  #cancel: Cancel = () => {};
  #isOver = false;

  constructor(deps: DoorDeps<T>) {
    this.#deps = deps;
  }

  get name(): DoorName {
    return this.#deps.name;
  }

  get held(): T | undefined {
    return this.#held;
  }

  /** What is behind it. Rejects with `gateway_unreachable` and why where it is shut; nothing was sent then. */
  need(): T {
    if (this.#held !== undefined) return this.#held;
    throw new CaretakerError("gateway_unreachable", words.doorShut(DOORS[this.name], this.#reason), {
      meta: { isSent: false, door: this.name },
    });
  }

  async open(): Promise<void> {
    const held = await this.#deps.open((error) => this.#handleLost(error));
    if (this.#isOver) {
      held.stop();
      return;
    }
    this.#held = held;
    this.#deps.changed({ isOpen: true });
  }

  /** It stays shut for now: `error` says why. */
  leaveShut(error: unknown): void {
    this.#reason = reasonOf(error);
    this.#deps.changed({ isOpen: false, reason: this.#reason });
    this.#cancel = this.#deps.clock.after(AGAIN_MILLISECONDS, () => {
      this.open().catch((failure: unknown) => this.#isOver || this.#deps.failed(failure));
    });
  }

  close(): void {
    this.#isOver = true;
    this.#cancel();
    this.#held?.stop();
  }

  #handleLost(error: unknown): void {
    // Whoever is still opening it hears of it by that.
    if (this.#isOver || this.#held === undefined) return;
    this.#held.stop();
    this.#held = undefined;
    this.#reason = reasonOf(error);
    this.#deps.lost(error);
  }
}

function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 300);
}
