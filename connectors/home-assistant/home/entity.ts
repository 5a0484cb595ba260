import type { AttributeValue, StateChange } from "@caretaker/protocol";
import { allowedAttributes } from "../normalise/attributes.ts";
import { domainOf } from "../normalise/kinds.ts";
import type { LastSaid } from "./last-said.ts";

/** One entity as Home Assistant last showed it. Moments are milliseconds since 1970. */
export class LiveEntity {
  readonly entityId: string;
  /** What all of its domain share. */
  readonly traits: Traits;
  /** Its place among what the entities of its home said last; the same for as long as it is there. */
  readonly place: number;
  /** The name that the hub knows it by: the registry's id, or the entity id where it is not registered. */
  key: string;
  entry: string | undefined = undefined;
  device: string | undefined = undefined;
  /** Those that leave the connector. */
  attributes: Record<string, AttributeValue> | undefined = undefined;
  name: string | undefined = undefined;
  deviceClass: string | undefined = undefined;
  unit: string | undefined = undefined;
  /** Home Assistant made it up from its registry: no integration provides it at this moment. */
  isRestored = false;
  /** It was provided at least once since we connected. */
  wasProvided = false;
  readonly #said: LastSaid;

  constructor(entityId: string, key: string, said: LastSaid) {
    this.entityId = entityId;
    this.traits = traitsOf(entityId);
    this.key = key;
    this.#said = said;
    this.place = said.take();
  }

  get state(): string {
    return this.#said.state(this.place);
  }

  set state(state: string) {
    this.#said.setState(this.place, state);
  }

  get since(): number {
    return this.#said.since(this.place);
  }

  set since(moment: number) {
    this.#said.setSince(this.place, moment);
  }

  get at(): number {
    return this.#said.at(this.place);
  }

  set at(moment: number) {
    this.#said.setAt(this.place, moment);
  }
}

/** A home has thousands of entities in a few dozen domains. */
export interface Traits {
  readonly domain: string;
  /** The attributes that leave the connector. */
  readonly allowed: ReadonlySet<string>;
}

const known = new Map<string, Traits>();
const MOST_DOMAINS = 500;

function traitsOf(entityId: string): Traits {
  const domain = domainOf(entityId);
  const found = known.get(domain);
  if (found !== undefined) return found;
  const traits = { domain, allowed: allowedAttributes(domain) };
  if (known.size < MOST_DOMAINS) known.set(domain, traits);
  return traits;
}

/** A change as it is built; `StateChange` once it is handed on. */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const copies = new Map<string, string>();
const MOST_COPIES = 5000;

/** The same string object for words that come again with every entity: there are very many entities. */
export function oneCopy(word: string): string {
  const known = copies.get(word);
  if (known !== undefined) return known;
  if (copies.size < MOST_COPIES) copies.set(word, word);
  return word;
}

/** Everything about an entity as one change. */
export function wholeChange(entity: LiveEntity, isOrphan: boolean): StateChange {
  const { key, place, state } = entity;
  return {
    key,
    place,
    state,
    available: isOrphan ? "unknown" : state === "unavailable" ? "offline" : "online",
    attributes: entity.attributes ?? {},
    since: entity.since,
    at: entity.at,
  };
}
