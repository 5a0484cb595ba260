/** Whoever listens hears what is said from now on. */
export class Topic<T> {
  readonly #listeners = new Set<(value: T) => void>();

  listen(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  say(value: T): void {
    for (const listener of this.#listeners) listener(value);
  }

  get size(): number {
    return this.#listeners.size;
  }
}
