import type { AttributeValue, StateChange } from "@caretaker/protocol";
import { allowedAttributes } from "../normalise/attributes.ts";
import { domainOf } from "../normalise/kinds.ts";

/** One entity as Home Assistant last showed it. Moments are milliseconds since 1970. */
export interface LiveEntity {
  readonly entityId: string;
  /** What all of its domain share. */
  readonly traits: Traits;
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

/** A zero that is kept as a floating-point number: one that becomes one later is rebuilt in every entity of a fleet. */
const NEVER = -0;

export function newEntity(entityId: string, key: string): LiveEntity {
  return {
    entityId,
    traits: traitsOf(entityId),
    key,
    entry: undefined,
    device: undefined,
    state: "unknown",
    since: NEVER,
    at: NEVER,
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
