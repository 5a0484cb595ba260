import { setTimeout as wait } from "node:timers/promises";
import { Bridge } from "./bridge.ts";
import { idOf } from "./build-home.ts";
import type { HomeEntry } from "./home.ts";
import { Topic } from "./topic.ts";

export type EntryState =
  | "loaded"
  | "not_loaded"
  | "setup_in_progress"
  | "unload_in_progress"
  | "setup_retry"
  | "setup_error"
  | "failed_unload";

/** One config entry as it is now. */
export class Entry {
  readonly row: HomeEntry;
  readonly bridge: Bridge | undefined;
  readonly createdAt = Date.now() / 1000;
  modifiedAt = this.createdAt;
  state: EntryState = "not_loaded";
  reason: string | null = null;
  isDisabled: boolean;
  tries = 0;
  /** Set while Home Assistant waits for somebody to sign in again. */
  signInFlow: string | undefined;
  retry: NodeJS.Timeout | undefined;
  relapse: NodeJS.Timeout | undefined;

  constructor(row: HomeEntry) {
    this.row = row;
    this.isDisabled = row.disabled ?? false;
    this.bridge = row.bridge ? new Bridge(row.title, row.bridge) : undefined;
  }
}

export interface EntriesOptions {
  /** Between one state and the next of a reload. */
  readonly stepMilliseconds: () => number;
  /** Before Home Assistant tries a failed setup again by itself: `n` times that for the nth time. */
  readonly retryMilliseconds: () => number;
  /** Whether this version has the state `unload_in_progress`, and a reason for every failed setup. */
  readonly isRecent: boolean;
}

/** The integrations of a home, with the life of each: set up, reloaded, tried again, waiting for a password. */
export class Entries {
  readonly changes = new Topic<Entry>();
  /** Somebody's turn to look at the entities of this entry again. */
  readonly touched = new Topic<Entry>();
  readonly #all: ReadonlyMap<string, Entry>;
  readonly #options: EntriesOptions;

  constructor(rows: readonly HomeEntry[], options: EntriesOptions) {
    this.#all = new Map(rows.map((row) => [row.id, new Entry(row)]));
    this.#options = options;
  }

  get(id: string): Entry | undefined {
    return this.#all.get(id);
  }

  all(): Entry[] {
    return [...this.#all.values()];
  }

  titled(title: string): Entry {
    const found = this.all().find((entry) => entry.row.title === title);
    if (found === undefined)
      throw new Error(
        `There is no ${title}, only ${this.all()
          .map((entry) => entry.row.title)
          .join(", ")}`,
      );
    return found;
  }

  /** The bridge that this switch feeds. */
  fedBy(plug: string): Entry | undefined {
    return this.all().find((entry) => entry.bridge?.plug === plug);
  }

  /** As at the end of a start, at once: whatever cannot be set up is in the state that it would be in. */
  settle(): void {
    for (const entry of this.all()) {
      if (entry.isDisabled) continue;
      const { bridge } = entry;
      // A bridge that fell ill after the start has left its entry loaded: only setting it up anew shows more.
      const wasLoaded =
        bridge === undefined || ["ok", "wedged", "relapsing", "dead", "bad_update"].includes(bridge.mode);
      if (wasLoaded) entry.state = "loaded";
      else this.#setUp(entry);
      this.touched.say(entry);
    }
  }

  /** As a start does: one after the other, each through its states. */
  async start(): Promise<void> {
    for (const entry of this.all()) if (!entry.isDisabled) await this.#setUpSlowly(entry);
  }

  /** As a stop does. */
  stop(): void {
    for (const entry of this.all()) {
      this.#forget(entry);
      entry.state = "not_loaded";
      entry.reason = null;
      entry.tries = 0;
      entry.signInFlow = undefined;
    }
  }

  async reload(entry: Entry): Promise<void> {
    this.#forget(entry);
    if (this.#options.isRecent && entry.state === "loaded") this.#become(entry, "unload_in_progress");
    await wait(this.#options.stepMilliseconds());
    this.#become(entry, "not_loaded");
    if (entry.isDisabled) return;
    await wait(this.#options.stepMilliseconds());
    await this.#setUpSlowly(entry);
  }

  async disable(entry: Entry, isDisabled: boolean): Promise<void> {
    entry.isDisabled = isDisabled;
    await this.reload(entry);
  }

  async #setUpSlowly(entry: Entry): Promise<void> {
    this.#become(entry, "setup_in_progress");
    await wait(this.#options.stepMilliseconds());
    this.#setUp(entry);
  }

  #setUp(entry: Entry): void {
    const setup = entry.bridge?.setUp() ?? { ok: true };
    if (setup.ok) {
      entry.tries = 0;
      entry.signInFlow = undefined;
      this.#become(entry, "loaded");
      if (entry.bridge?.mode === "relapsing") this.#relapseLater(entry, entry.bridge);
      return;
    }
    if (setup.asksToSignIn) entry.signInFlow ??= idOf("flow", entry.row.id, String(Date.now()));
    this.#become(
      entry,
      setup.state,
      setup.reason ?? (this.#options.isRecent ? "Failed to set up the config entry" : null),
    );
    if (setup.state === "setup_retry") this.#tryAgainLater(entry);
  }

  #tryAgainLater(entry: Entry): void {
    entry.tries += 1;
    entry.retry = setTimeout(
      () => {
        if (entry.state === "setup_retry") void this.#setUpSlowly(entry);
      },
      this.#options.retryMilliseconds() * Math.min(2 ** entry.tries, 120),
    );
    entry.retry.unref();
  }

  #relapseLater(entry: Entry, bridge: Bridge): void {
    entry.relapse = setTimeout(() => {
      bridge.isConnected = false;
      this.touched.say(entry);
    }, bridge.relapseAfterSeconds * 1000);
    entry.relapse.unref();
  }

  #become(entry: Entry, state: EntryState, reason: string | null = null): void {
    entry.state = state;
    entry.reason = reason;
    this.touched.say(entry);
    this.changes.say(entry);
  }

  #forget(entry: Entry): void {
    clearTimeout(entry.retry);
    clearTimeout(entry.relapse);
  }
}
