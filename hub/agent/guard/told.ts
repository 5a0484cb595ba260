import type { ConnectorLog } from "@caretaker/protocol";
import type { JournalEntry } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import type { GuardChange } from "./guard.ts";

/** Who hears of what happens to the lock: the hub and the sessions of some, the page of all, the journal for later. */
export class Told {
  readonly #store: Store;
  readonly #log: ConnectorLog;
  readonly #listeners = new Set<(change: GuardChange) => void>();
  readonly #pages = new Set<() => void>();

  constructor(store: Store, log: ConnectorLog) {
    this.#store = store;
    this.#log = log;
  }

  on(listener: (change: GuardChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onPage(listener: () => void): () => void {
    this.#pages.add(listener);
    return () => this.#pages.delete(listener);
  }

  tell(change: GuardChange): void {
    for (const listener of this.#listeners) listener(change);
    this.tellPage();
  }

  tellPage(): void {
    for (const listener of this.#pages) listener();
  }

  note(entry: JournalEntry): void {
    this.#store.note(entry).catch((error: unknown) => this.warn(error));
  }

  warn(error: unknown): void {
    this.#log.warn({ error }, "The agent cannot write what it keeps. Is the disk full?");
  }
}
