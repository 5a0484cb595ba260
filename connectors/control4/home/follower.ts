import type { Cancel, Clock, ConnectorLog, SessionEvent, StateChange } from "@caretaker/protocol";
import type { Director } from "../client/director.ts";
import { readPush } from "../normalise/push.ts";
import { readHome, readItems } from "./fetch.ts";
import { LiveHome } from "./home.ts";

/** Whether things answer is pushed by some drivers only; the others are looked at this often. */
const LOOK_EVERY_SECONDS = 300;
/** Pushes come in several pieces: what is unclear is looked at when they have come. */
const SETTLE_MILLISECONDS = 300;
const MOST_AT_ONCE = 20;

/** Something that is waited for to be told. */
export interface Seen {
  /** Whether it was told within so many seconds, or is found so when its item is read at the end of them. */
  within(seconds: number): Promise<boolean>;
  cancel(): void;
}

export interface FollowerDeps {
  readonly director: Director;
  readonly clock: Clock;
  readonly log: ConnectorLog;
  readonly emit: (event: SessionEvent) => void;
  readonly garbage: (what: string) => void;
}

/** Keeps what we know of the home true, and tells what changed. */
export class Follower {
  readonly home = new LiveHome();
  readonly director: Director;
  readonly #deps: FollowerDeps;
  readonly #unclear = new Set<number>();
  /** Called after each push of an item that somebody waits for. */
  readonly #watched = new Map<() => void, number>();
  #cancelLook: Cancel = () => {};
  #cancelSettle: Cancel | undefined;
  #isStopped = false;

  constructor(deps: FollowerDeps) {
    this.#deps = deps;
    this.director = deps.director;
  }

  /** Tells the whole home. Called once the push channel is open, so that nothing falls between. */
  async start(): Promise<void> {
    await readHome(this.director, this.home, this.#deps.garbage);
    this.#tellAll();
    this.#planLook();
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelLook();
    this.#cancelSettle?.();
  }

  /** One event of the push channel, or a list of them. */
  hear(payload: unknown): void {
    if (this.#isStopped) return;
    const { clock } = this.#deps;
    const now = clock.now().getTime();
    const changes: StateChange[] = [];
    if (Array.isArray(payload)) for (const one of payload) this.#take(one, now, changes);
    else this.#take(payload, now, changes);
    if (changes.length > 0) this.#emit({ type: "states", full: false, changes });
    if (this.#unclear.size > 0) this.#cancelSettle ??= clock.after(SETTLE_MILLISECONDS, () => this.#settle());
  }

  #take(event: unknown, now: number, changes: StateChange[]): void {
    const pushed = readPush(event);
    if (pushed === undefined) {
      this.#deps.garbage("a push");
      return;
    }
    const { item, values, isUnclear } = pushed;
    this.home.push(item, values);
    this.home.tell(item, now, changes);
    if (isUnclear && this.home.item(item) !== undefined) this.#unclear.add(item);
    for (const [look, watched] of this.#watched) if (watched === item) look();
  }

  /** Begins to watch for what a push of this item makes true. */
  seen(item: number, isSo: () => boolean): Seen {
    let hasBeen = false;
    let tell = (): void => {};
    const look = (): void => {
      if (!isSo()) return;
      hasBeen = true;
      tell();
    };
    this.#watched.set(look, item);
    const cancel = (): void => void this.#watched.delete(look);
    const pushed = (seconds: number): Promise<void> =>
      new Promise((resolve) => {
        if (hasBeen) return resolve();
        const stop = this.#deps.clock.after(seconds * 1000, resolve);
        tell = () => {
          stop();
          resolve();
        };
      });
    return {
      cancel,
      within: async (seconds) => {
        await pushed(seconds);
        cancel();
        if (hasBeen) return true;
        await this.look([item]);
        return isSo();
      },
    };
  }

  /** Reads items anew and tells what changed. */
  async look(ids: readonly number[]): Promise<void> {
    await readItems(this.director, this.home, ids);
    this.tell(ids);
  }

  tell(ids: Iterable<number>): void {
    const changes = this.home.changes(this.#deps.clock.now().getTime(), ids);
    if (changes.length > 0) this.#emit({ type: "states", full: false, changes });
  }

  /** Everything read anew: after a new push channel, and now and then. */
  async lookAtAll(): Promise<void> {
    const hasChanged = await readHome(this.director, this.home, this.#deps.garbage);
    if (this.#isStopped) return;
    if (hasChanged) return this.#tellAll();
    const changes = this.home.changes(this.#deps.clock.now().getTime());
    if (changes.length > 0) this.#emit({ type: "states", full: false, changes });
  }

  #tellAll(): void {
    this.#emit({ type: "inventory", inventory: this.home.inventory });
    this.#emit({ type: "states", full: true, changes: this.home.all(this.#deps.clock.now().getTime()) });
  }

  #settle(): void {
    this.#cancelSettle = undefined;
    const ids = [...this.#unclear];
    this.#unclear.clear();
    const work = ids.length > MOST_AT_ONCE ? this.lookAtAll() : this.look(ids);
    work.catch((error: unknown) => this.#deps.log.debug({ error }, "Looking at what was pushed failed."));
  }

  #planLook(): void {
    this.#cancelLook = this.#deps.clock.after(LOOK_EVERY_SECONDS * 1000, () => {
      this.lookAtAll()
        .catch((error: unknown) => this.#deps.log.debug({ error }, "Looking at the whole home failed."))
        .finally(() => this.#isStopped || this.#planLook());
    });
  }

  #emit(event: SessionEvent): void {
    if (!this.#isStopped) this.#deps.emit(event);
  }
}
