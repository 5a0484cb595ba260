/** Rows by id that say which of them changed: a screen that shows ten of three thousand is not redrawn for the others. */
export class Rows<K extends string, V> {
  readonly #rows = new Map<K, V>();
  readonly #byKey = new Map<K, Set<() => void>>();
  readonly #listeners = new Set<() => void>();
  readonly #changed = new Set<K>();
  readonly #schedule: (flush: () => void) => void;
  #all: readonly V[] | null = null;
  #shape = 0;

  /** `schedule` is asked once per batch of changes to call back, at the latest with the next frame. */
  constructor(schedule: (flush: () => void) => void) {
    this.#schedule = schedule;
  }

  get size(): number {
    return this.#rows.size;
  }

  /** Another number whenever rows came or went, the same while they only change. */
  get shape(): number {
    return this.#shape;
  }

  get(key: K): V | undefined {
    return this.#rows.get(key);
  }

  /** All rows in the order they came; the same array until one changes. */
  all(): readonly V[] {
    this.#all ??= [...this.#rows.values()];
    return this.#all;
  }

  set(key: K, row: V): void {
    if (!this.#rows.has(key)) this.#shape++;
    this.#rows.set(key, row);
    this.#mark(key);
  }

  delete(key: K): void {
    if (!this.#rows.delete(key)) return;
    this.#shape++;
    this.#mark(key);
  }

  /** Makes `rows` the only ones. */
  replace(rows: readonly V[], keyOf: (row: V) => K): void {
    this.#shape++;
    for (const key of this.#rows.keys()) this.#mark(key);
    this.#rows.clear();
    for (const row of rows) {
      const key = keyOf(row);
      this.#rows.set(key, row);
      this.#mark(key);
    }
  }

  /** Listens to one row. Returns what stops it. */
  listen(key: K, listener: () => void): () => void {
    const set = this.#byKey.get(key) ?? new Set();
    this.#byKey.set(key, set);
    set.add(listener);
    return () => {
      set.delete(listener);
      if (set.size === 0) this.#byKey.delete(key);
    };
  }

  listenAll(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #mark(key: K): void {
    this.#all = null;
    const isFirst = this.#changed.size === 0;
    this.#changed.add(key);
    if (isFirst) this.#schedule(() => this.#tell());
  }

  #tell(): void {
    const changed = [...this.#changed];
    this.#changed.clear();
    for (const key of changed) for (const listener of this.#byKey.get(key) ?? []) listener();
    for (const listener of this.#listeners) listener();
  }
}
