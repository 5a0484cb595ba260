import { LiveEntity } from "./entity.ts";
import { LastSaid } from "./last-said.ts";

/**
 * The entities of a home by their ids. A plain change names its entity in bytes, thousands of times a second, and is
 * found by those bytes: a string made of them to look it up, and thrown away, costs more than all else of the change.
 */
export class Entities extends Map<string, LiveEntity> {
  readonly said = new LastSaid();
  /** Open addressing: an entity stands at the place its id gives, or behind it. Null until it is asked for. */
  #places: (LiveEntity | undefined)[] | null = null;

  add(id: string, key: string): LiveEntity {
    const entity = new LiveEntity(id, key, this.said);
    this.#places = null;
    this.set(id, entity);
    return entity;
  }

  override delete(id: string): boolean {
    const entity = this.get(id);
    if (entity === undefined) return false;
    this.#places = null;
    this.said.leave(entity.place);
    return super.delete(id);
  }

  /** The entity whose id stands there. Ids are ASCII. */
  at(bytes: Uint8Array, from: number, to: number): LiveEntity | undefined {
    this.#places ??= this.#placed();
    const places = this.#places;
    const mask = places.length - 1;
    for (let place = placeOf(bytes, from, to) & mask; ; place = (place + 1) & mask) {
      const entity = places[place];
      if (entity === undefined || isNamed(entity.entityId, bytes, from, to)) return entity;
    }
  }

  #placed(): (LiveEntity | undefined)[] {
    // At most three quarters are taken, so that a search soon comes to an empty place.
    let size = 16;
    while (size * 0.75 < this.size) size *= 2;
    const places = new Array<LiveEntity | undefined>(size).fill(undefined);
    for (const entity of this.values()) {
      const id = Buffer.from(entity.entityId, "latin1");
      let place = placeOf(id, 0, id.length) & (size - 1);
      while (places[place] !== undefined) place = (place + 1) & (size - 1);
      places[place] = entity;
    }
    return places;
  }
}

/** FNV-1a, with its upper bits folded into those that are used. */
function placeOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let index = from; index < to; index += 1) hash = Math.imul(hash ^ (bytes[index] as number), 0x01000193);
  return hash ^ (hash >>> 15);
}

function isNamed(id: string, bytes: Uint8Array, from: number, to: number): boolean {
  if (id.length !== to - from) return false;
  for (let index = 0; index < id.length; index += 1) if (id.charCodeAt(index) !== bytes[from + index]) return false;
  return true;
}
