/** A state longer than this, or with letters beyond ASCII, is kept as a string. Most are `on` or a number. */
const MOST_LETTERS = 23;
const ROOM = MOST_LETTERS + 1;
/** Stands in place of a length. */
const IS_STRING = 255;
/** Of each entity: since when its state is what it is, and when it was last reported. */
const MOMENTS = 2;

/**
 * What the entities of a home said last, side by side in two arrays. As strings and numbers of an object each they lay in
 * six places of memory, all of which were written with every change and looked through by each collection.
 */
export class LastSaid {
  #letters = new Uint8Array(0);
  #moments = new Float64Array(0);
  readonly #strings = new Map<number, string>();
  #used = 0;
  readonly #free: number[] = [];

  /** A place for an entity that came: `unknown` since nobody knows when. */
  take(): number {
    const place = this.#free.pop() ?? this.#used++;
    if (this.#used * MOMENTS > this.#moments.length) this.#grow(Math.max(64, this.#used + (this.#used >> 1)));
    this.setState(place, "unknown");
    this.#moments.fill(0, place * MOMENTS, (place + 1) * MOMENTS);
    return place;
  }

  /** The entity is gone: another may have its place. */
  leave(place: number): void {
    this.#strings.delete(place);
    this.#free.push(place);
  }

  state(place: number): string {
    const from = place * ROOM;
    const length = this.#letters[from] as number;
    if (length === IS_STRING) return this.#strings.get(place) ?? "";
    let text = "";
    for (let at = from + 1; at <= from + length; at += 1) text += String.fromCharCode(this.#letters[at] as number);
    return text;
  }

  setState(place: number, state: string): void {
    const from = place * ROOM;
    if (this.#letters[from] === IS_STRING) this.#strings.delete(place);
    let isShort = state.length <= MOST_LETTERS;
    for (let index = 0; isShort && index < state.length; index += 1) {
      const code = state.charCodeAt(index);
      if (code > 0x7f) isShort = false;
      else this.#letters[from + 1 + index] = code;
    }
    this.#letters[from] = isShort ? state.length : IS_STRING;
    if (!isShort) this.#strings.set(place, state);
  }

  /** The hot path: `state` is what stands in `bytes`, in ASCII. */
  setStateFrom(place: number, state: string, bytes: Uint8Array, from: number): void {
    const to = place * ROOM;
    const { length } = state;
    if (length > MOST_LETTERS || this.#letters[to] === IS_STRING) {
      this.setState(place, state);
      return;
    }
    this.#letters[to] = length;
    for (let index = 0; index < length; index += 1) this.#letters[to + 1 + index] = bytes[from + index] as number;
  }

  since(place: number): number {
    return this.#moments[place * MOMENTS] as number;
  }

  setSince(place: number, moment: number): void {
    this.#moments[place * MOMENTS] = moment;
  }

  at(place: number): number {
    return this.#moments[place * MOMENTS + 1] as number;
  }

  setAt(place: number, moment: number): void {
    this.#moments[place * MOMENTS + 1] = moment;
  }

  #grow(places: number): void {
    const letters = new Uint8Array(places * ROOM);
    letters.set(this.#letters);
    this.#letters = letters;
    const moments = new Float64Array(places * MOMENTS);
    moments.set(this.#moments);
    this.#moments = moments;
  }
}
