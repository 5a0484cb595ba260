/** A message larger than this is none of a panel's. */
const MOST_CHARACTERS = 2 * 1024 * 1024;
/** One whose end has not come by then was cut: what is said after it is no part of it. */
const ENDS_WITHIN_MILLISECONDS = 20_000;

/**
 * Makes objects of what comes over the WebSocket. A panel cuts long messages into several frames and may put two into
 * one, so where an object ends is found by its braces.
 */
export class JsonStream {
  readonly #take: (value: unknown) => void;
  readonly #garbage: (what: string) => void;
  readonly #now: () => number;
  #begunAt = 0;
  #buffer = "";
  /** Up to where the buffer was looked at. */
  #at = 0;
  #depth = 0;
  #isInText = false;

  /** `now`: milliseconds on a clock that only goes forward. */
  constructor(take: (value: unknown) => void, garbage: (what: string) => void, now: () => number) {
    this.#take = take;
    this.#garbage = garbage;
    this.#now = now;
  }

  feed(text: string): void {
    if (this.#buffer === "") this.#begunAt = this.#now();
    else if (this.#now() - this.#begunAt > ENDS_WITHIN_MILLISECONDS) {
      this.#drop("a message that was cut");
      this.#begunAt = this.#now();
    }
    this.#buffer += text;
    for (; this.#at < this.#buffer.length; this.#at += 1) this.#look(this.#buffer.charCodeAt(this.#at));
    if (this.#buffer.length > MOST_CHARACTERS) this.#drop("a message without an end");
  }

  #look(code: number): void {
    if (this.#isInText) {
      if (code === BACKSLASH) this.#at += 1;
      else if (code === QUOTE) this.#isInText = false;
      return;
    }
    if (this.#depth === 0 && code !== OPEN && code !== OPEN_LIST) {
      this.#skip(code);
      return;
    }
    if (code === QUOTE) this.#isInText = true;
    else if (code === OPEN || code === OPEN_LIST) this.#depth += 1;
    else if (code === CLOSE || code === CLOSE_LIST) {
      this.#depth -= 1;
      if (this.#depth === 0) this.#end();
    }
  }

  /** What stands between messages is white space, or something else than JSON. */
  #skip(code: number): void {
    if (code > 0x20) {
      const rest = this.#buffer.slice(this.#at).search(/[{[]/);
      this.#garbage("text that is no JSON");
      this.#buffer = rest === -1 ? "" : this.#buffer.slice(this.#at + rest);
    } else this.#buffer = this.#buffer.slice(this.#at + 1);
    this.#at = -1;
  }

  #end(): void {
    const text = this.#buffer.slice(0, this.#at + 1);
    this.#begunAt = this.#now();
    this.#buffer = this.#buffer.slice(this.#at + 1);
    this.#at = -1;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      this.#garbage("a message that is no JSON");
      return;
    }
    this.#take(value);
  }

  #drop(what: string): void {
    this.#buffer = "";
    this.#at = 0;
    this.#depth = 0;
    this.#isInText = false;
    this.#garbage(what);
  }
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [OPEN, CLOSE, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d];
