import type { AttributeValue, StateChange } from "@caretaker/protocol";
import { allowedAttributes } from "../normalise/attributes.ts";
import { domainOf } from "../normalise/kinds.ts";

/** One entity as Home Assistant last showed it. Moments are milliseconds since 1970. */
export interface LiveEntity {
  readonly entityId: string;
  readonly domain: string;
  readonly allowed: ReadonlySet<string>;
  /** The name that the hub knows it by: the registry's id, or the entity id where it is not registered. */
  key: string;
  entry: string | undefined;
  device: string | undefined;
  state: string;
  since: number;
  at: number;
  /** Those that leave the connector. */
  attributes: Record<string, AttributeValue> | undefined;
  name: string | undefined;
  deviceClass: string | undefined;
  unit: string | undefined;
  /** Home Assistant made it up from its registry: no integration provides it at this moment. */
  isRestored: boolean;
  /** It was provided at least once since we connected. */
  wasProvided: boolean;
}

/** A change as it is built; `StateChange` once it is handed on. */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export function newEntity(entityId: string, key: string): LiveEntity {
  const domain = oneCopy(domainOf(entityId));
  return {
    entityId,
    domain,
    allowed: allowedAttributes(domain),
    key,
    entry: undefined,
    device: undefined,
    state: "unknown",
    since: 0,
    at: 0,
    attributes: undefined,
    name: undefined,
    deviceClass: undefined,
    unit: undefined,
    isRestored: false,
    wasProvided: false,
  };
}

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
  return {
    key: entity.key,
    state: entity.state,
    available: isOrphan ? "unknown" : entity.state === "unavailable" ? "offline" : "online",
    attributes: entity.attributes ?? {},
    since: entity.since,
    at: entity.at,
  };
}
