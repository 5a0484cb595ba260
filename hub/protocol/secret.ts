const HIDDEN = "[secret]";

/**
 * A value that must not be shown. Printing, logging, inspecting or turning it to JSON gives `[secret]`; only `reveal()`
 * gives the value, so each place that reveals one can be found by searching for that word.
 */
export class Secret<T = string> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  /** What `util.inspect` and `console.log` of Node ask for. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return HIDDEN;
  }
}
