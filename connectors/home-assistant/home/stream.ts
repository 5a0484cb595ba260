import type { StateChange } from "@caretaker/protocol";
import type { StateChangeMessage } from "../client/state-change.ts";
import { attributeValue } from "../normalise/attributes.ts";
import type { Entities } from "./entities.ts";
import { type LiveEntity, type Mutable, oneCopy } from "./entity.ts";

/**
 * The events of `subscribe_entities`, applied in place: the hot path. A message is checked by hand and never copied, and
 * what one change costs does not depend on how many entities the home has. Wrong parts are passed over and counted.
 */

export interface StreamTarget {
  readonly entities: Entities;
  keyOf(entityId: string): string;
  /** Something was not of the shape it should have. */
  garbage(what: string): void;
  /** A name, class or unit changed: the inventory has to be reported again. */
  renamed(): void;
}

export interface Delta {
  readonly changes: StateChange[];
  readonly removed: string[];
}

type Bag = Record<string, unknown>;

const ENTITY_ID = /^[a-z0-9_]+\.[a-z0-9_]+$/;
const LONGEST_STATE = 300;

function isBag(value: unknown): value is Bag {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns what changed; undefined when nothing of it can be used. */
export function applyEvent(target: StreamTarget, event: unknown): Delta | undefined {
  if (!isBag(event)) {
    target.garbage("an entity event that is no object");
    return undefined;
  }
  const changes: StateChange[] = [];
  const removed: string[] = [];
  const { a, c, r } = event;
  if (c !== undefined) {
    if (isBag(c)) for (const id in c) applyDifference(target, id, c[id], changes);
    else target.garbage("changes that are no object");
  }
  if (a !== undefined) {
    if (isBag(a)) for (const id in a) applyWhole(target, id, a[id], changes);
    else target.garbage("states that are no object");
  }
  if (r !== undefined) {
    if (Array.isArray(r)) for (const id of r) remove(target, id, removed);
    else target.garbage("removals that are no list");
  }
  return changes.length > 0 || removed.length > 0 ? { changes, removed } : undefined;
}

/** As `applyEvent`, of what `{"c":{"…":{"+":{"s","lc","lu"}}}}` says. Undefined for one that we were never told of. */
export function applyStateChange(target: StreamTarget, message: StateChangeMessage): StateChange | undefined {
  const { state, changed, updated } = message;
  const entity = target.entities.at(message.bytes, message.entityFrom, message.entityTo);
  if (entity === undefined) return undefined;
  entity.wasProvided ||= !entity.isRestored;
  if (state !== undefined && changed !== undefined && state.length <= LONGEST_STATE) {
    // Nearly all are like this. Written at once: an object that grows property by property is allocated several times.
    const since = Math.round(changed * 1000);
    const at = updated === undefined ? since : Math.round(updated * 1000);
    const { key, place } = entity;
    const { said } = target.entities;
    said.setStateFrom(place, state, message.bytes, message.stateFrom);
    said.setSince(place, since);
    said.setAt(place, at);
    return { key, place, state, available: state === "unavailable" ? "offline" : "online", since, at };
  }
  const change: Mutable<StateChange> = { key: entity.key, place: entity.place };
  if (state !== undefined) setState(entity, state, change);
  setMoments(entity, changed, updated, change);
  return change;
}

function applyWhole(target: StreamTarget, id: string, value: unknown, changes: StateChange[]): void {
  if (!isBag(value) || typeof value.s !== "string" || !isBag(value.a) || !ENTITY_ID.test(id) || id.length > 255) {
    target.garbage("a state of the wrong shape");
    return;
  }
  let entity = target.entities.get(id);
  if (entity === undefined) {
    entity = target.entities.add(id, target.keyOf(id));
    target.renamed();
  }
  const change: Mutable<StateChange> = { key: entity.key, place: entity.place };
  entity.attributes = undefined;
  entity.isRestored = false;
  setState(entity, value.s, change);
  putAttributes(target, entity, value.a, change);
  change.attributes = entity.attributes ?? {};
  setMoments(entity, value.lc, value.lu, change);
  entity.wasProvided ||= !entity.isRestored;
  changes.push(change);
}

function applyDifference(target: StreamTarget, id: string, value: unknown, changes: StateChange[]): void {
  const entity = target.entities.get(id);
  // One that we were never told of: Home Assistant's own page passes over it as well.
  if (entity === undefined) return;
  if (!isBag(value)) {
    target.garbage("a change of the wrong shape");
    return;
  }
  const change: Mutable<StateChange> = { key: entity.key, place: entity.place };
  const added = value["+"];
  if (isBag(added)) {
    if (typeof added.s === "string") setState(entity, added.s, change);
    else if (added.s !== undefined) target.garbage("a state that is no text");
    if (isBag(added.a)) putAttributes(target, entity, added.a, change);
    else if (added.a !== undefined) target.garbage("attributes that are no object");
    setMoments(entity, added.lc, added.lu, change);
  } else if (added !== undefined) target.garbage("a change of the wrong shape");
  if (value["-"] !== undefined) dropAttributes(target, entity, value["-"], change);
  entity.wasProvided ||= !entity.isRestored;
  changes.push(change);
}

function setState(entity: LiveEntity, state: string, change: Mutable<StateChange>): void {
  change.state = state.length > LONGEST_STATE ? state.slice(0, LONGEST_STATE) : state;
  change.available = state === "unavailable" ? "offline" : "online";
  entity.state = change.state;
}

/** `lc` stands for both moments unless `lu` follows. Seconds on the wire. */
function setMoments(entity: LiveEntity, changed: unknown, updated: unknown, change: Mutable<StateChange>): void {
  if (typeof changed === "number") {
    entity.since = Math.round(changed * 1000);
    entity.at = entity.since;
    change.since = entity.since;
    change.at = entity.at;
  }
  if (typeof updated === "number") {
    entity.at = Math.round(updated * 1000);
    change.at = entity.at;
  }
}

function putAttributes(target: StreamTarget, entity: LiveEntity, attributes: Bag, change: Mutable<StateChange>): void {
  let shown: Record<string, NonNullable<ReturnType<typeof attributeValue>> | null> | undefined;
  for (const name in attributes) {
    if (entity.traits.allowed.has(name)) {
      const value = attributeValue(attributes[name]);
      if (value === undefined) continue;
      entity.attributes ??= {};
      entity.attributes[name] = value;
      shown ??= {};
      shown[name] = value;
    } else putTelling(target, entity, name, attributes[name]);
  }
  if (shown !== undefined) change.attributes = shown;
}

/** Attributes that say what a thing is rather than what it does. */
function putTelling(target: StreamTarget, entity: LiveEntity, name: string, value: unknown): void {
  if (name === "restored") entity.isRestored = value === true;
  else if (name === "friendly_name") {
    if (entity.name === value || typeof value !== "string") return;
    entity.name = value.slice(0, 300);
    target.renamed();
  } else if (name === "device_class") {
    if (entity.deviceClass === value || typeof value !== "string") return;
    entity.deviceClass = oneCopy(value.slice(0, 100));
    target.renamed();
  } else if (name === "unit_of_measurement") {
    if (entity.unit === value || typeof value !== "string") return;
    entity.unit = oneCopy(value.slice(0, 50));
    target.renamed();
  }
}

function dropAttributes(target: StreamTarget, entity: LiveEntity, value: unknown, change: Mutable<StateChange>): void {
  const names = isBag(value) ? value.a : undefined;
  if (!Array.isArray(names)) {
    target.garbage("removed attributes that are no list");
    return;
  }
  let dropped: string[] | undefined;
  for (const name of names) {
    if (name === "restored") entity.isRestored = false;
    if (typeof name !== "string" || entity.attributes === undefined || !Object.hasOwn(entity.attributes, name))
      continue;
    delete entity.attributes[name];
    dropped ??= [];
    dropped.push(name);
  }
  if (dropped !== undefined) change.removedAttributes = dropped;
}

function remove(target: StreamTarget, id: unknown, removed: string[]): void {
  const entity = typeof id === "string" ? target.entities.get(id) : undefined;
  if (entity === undefined) return;
  target.entities.delete(entity.entityId);
  removed.push(entity.key);
  target.renamed();
}
