/**
 * What is asked again and again is parsed and planned once per connection: that is most of what Postgres does for a
 * small query. A text gets its name only after it was asked a few times, so that what is asked once costs no memory.
 */
export class Prepared {
  readonly #asked = new Map<string, number>();
  readonly #names = new Map<string, string>();
  #isOff = false;

  /** The name under which a text is prepared; undefined where that is not worth it. */
  nameOf(text: string): string | undefined {
    if (this.#isOff) return undefined;
    const name = this.#names.get(text);
    if (name !== undefined) return name;
    if (this.#names.size === MOST_PREPARED) return undefined;
    const asked = (this.#asked.get(text) ?? 0) + 1;
    if (asked < PREPARED_WHEN_ASKED) {
      if (this.#asked.size === MOST_COUNTED) this.#asked.clear();
      this.#asked.set(text, asked);
      return undefined;
    }
    this.#asked.delete(text);
    const given = `ct${this.#names.size + 1}`;
    this.#names.set(text, given);
    return given;
  }

  /** A newer hub changed the tables under this one: what was planned holds no more, and nothing is prepared again. */
  stop(): void {
    this.#isOff = true;
  }
}

const PREPARED_WHEN_ASKED = 10;
/** Plans are kept by every connection, some ten kilobytes each. */
const MOST_PREPARED = 300;
const MOST_COUNTED = 2000;
