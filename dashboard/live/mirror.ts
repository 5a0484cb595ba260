import type { FleetDelta, RunDelta, RunId, SiteDelta, SiteId, WatchRequest, WatchSnapshot } from "@caretaker/protocol";
import { FleetContent, RunContent, SiteContent } from "./contents.ts";
import type { Line, LineState } from "./line.ts";
import { Room, type RoomContent } from "./room.ts";

/** Held back while updates are paused; beyond this the rooms are asked for anew instead. */
const HOLD_AT_MOST = 5000;
/** Going from a page to the next and back need not ask again. */
const LINGER_MS = 5000;

interface Delta {
  readonly epoch: string;
  readonly number: number;
}

export interface MirrorState {
  readonly line: LineState;
  readonly isPaused: boolean;
  /** Updates that came while paused. */
  readonly missed: number;
}

/** A room as a screen holds it. */
export interface Watched<C> {
  readonly room: Room<WatchSnapshot, Delta>;
  readonly content: C;
}

interface Kept extends Watched<unknown> {
  watchers: number;
  readonly listeners: Set<() => void>;
  lingering: ReturnType<typeof setTimeout> | null;
}

/**
 * The browser's copy of what it looks at. Screens watch rooms and listen to rows; the mirror keeps the copies in step
 * with the hub and asks again where it lost the thread.
 */
export class Mirror {
  readonly #line: Line;
  readonly #schedule: (flush: () => void) => void;
  readonly #rooms = new Map<string, Kept>();
  readonly #listeners = new Set<() => void>();
  readonly #ofAgents = new Set<(siteId: SiteId) => void>();
  #held: (() => void)[] = [];
  #state: MirrorState;

  constructor(line: Line, schedule: (flush: () => void) => void = (flush) => requestAnimationFrame(flush)) {
    this.#line = line;
    this.#schedule = schedule;
    this.#state = { line: line.state, isPaused: false, missed: 0 };
    line.onState((state) => this.#handleLine(state));
    line.on("fleet.changed", (delta: FleetDelta) => this.#take("fleet", delta));
    line.on("sites.changed", (deltas: SiteDelta[]) => {
      for (const delta of deltas) this.#take(`site ${delta.siteId}`, delta);
    });
    line.on("run.stepped", (delta: RunDelta) => this.#take(`run ${delta.runId}`, delta));
    line.on("agent.changed", ({ siteId }) => {
      for (const listener of this.#ofAgents) listener(siteId);
    });
    line.on("room.closed", ({ room, reason }) => this.#rooms.get(keyOf(room))?.room.closed(reason));
  }

  get state(): MirrorState {
    return this.#state;
  }

  open(): void {
    this.#line.open();
  }

  listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Called with the site whose agent changed, of those that are watched. */
  listenToAgents(listener: (siteId: SiteId) => void): () => void {
    this.#ofAgents.add(listener);
    return () => this.#ofAgents.delete(listener);
  }

  fleet(): Watched<FleetContent> {
    return this.#keep("fleet", () => new FleetContent(this.#schedule));
  }

  site(siteId: SiteId): Watched<SiteContent> {
    return this.#keep(`site ${siteId}`, () => new SiteContent(siteId, this.#schedule));
  }

  run(runId: RunId): Watched<RunContent> {
    return this.#keep(`run ${runId}`, () => new RunContent(runId, this.#schedule));
  }

  /** Watches the room for as long as a screen shows it; `listener` hears of the room's own state. Returns what ends it. */
  watch(watched: Watched<unknown>, listener: () => void): () => void {
    const key = keyOf(watched.room.content.request());
    const kept = this.#rooms.get(key) ?? (watched as Kept);
    this.#rooms.set(key, kept);
    if (kept.lingering !== null) clearTimeout(kept.lingering);
    else if (kept.watchers === 0 && this.#line.state === "live") void kept.room.watch();
    kept.lingering = null;
    kept.watchers++;
    kept.listeners.add(listener);
    return () => {
      kept.listeners.delete(listener);
      kept.watchers--;
      if (kept.watchers === 0) kept.lingering = setTimeout(() => this.#drop(key, kept), LINGER_MS);
    };
  }

  /** Nothing moves on the screen until `resume`; what comes meanwhile is counted and kept in order. */
  pause(): void {
    this.#become({ ...this.#state, isPaused: true });
  }

  resume(): void {
    const held = this.#held;
    const isTooMuch = this.#state.missed > HOLD_AT_MOST;
    this.#held = [];
    this.#become({ ...this.#state, isPaused: false, missed: 0 });
    if (isTooMuch) this.#watchAll();
    else for (const apply of held) apply();
  }

  close(): void {
    this.#line.close();
  }

  #keep<C extends RoomContent<never, never>>(key: string, create: () => C): Watched<C> {
    const known = this.#rooms.get(key);
    if (known) return known as Watched<unknown> as Watched<C>;
    const listeners = new Set<() => void>();
    const content = create();
    const room = new Room(this.#line, content as unknown as RoomContent<WatchSnapshot, Delta>, () => {
      for (const listener of listeners) listener();
    });
    const kept: Kept = { room, content, watchers: 0, listeners, lingering: null };
    this.#rooms.set(key, kept);
    return kept as Watched<unknown> as Watched<C>;
  }

  #drop(key: string, kept: Kept): void {
    kept.lingering = null;
    this.#rooms.delete(key);
    kept.room.leave();
  }

  #take(key: string, delta: Delta): void {
    const room = this.#rooms.get(key)?.room;
    if (!room) return;
    if (!this.#state.isPaused) {
      room.take(delta);
      return;
    }
    if (this.#held.length < HOLD_AT_MOST) this.#held.push(() => room.take(delta));
    this.#become({ ...this.#state, missed: this.#state.missed + 1 });
  }

  #handleLine(state: LineState): void {
    this.#become({ ...this.#state, line: state });
    if (state === "live") this.#watchAll();
    else for (const kept of this.#rooms.values()) kept.room.lineLost();
  }

  #watchAll(): void {
    for (const kept of this.#rooms.values()) if (kept.watchers > 0) void kept.room.watch();
  }

  #become(state: MirrorState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

function keyOf(request: WatchRequest): string {
  if (request.room === "fleet") return "fleet";
  return request.room === "site" ? `site ${request.siteId}` : `run ${request.runId}`;
}
