import type { AttributeValue, AvailabilityValue, DeviceId, StateChange } from "@caretaker/protocol";
import { isHiddenBy, NOTHING_HIDDEN } from "./hiding.ts";
import { type EntityRecord, type GatewayRecord, NO_ATTRIBUTES, TOUCHED } from "./records.ts";

/**
 * The hot path: one change of one entity, in place. Nothing here may depend on how many entities the home has, and an
 * ordinary change allocates nothing. What a session hands over may come from another process, so it is checked by hand.
 */

const LONGEST_STATE = 2000;
const MOST_ATTRIBUTES = 100;

/** Applies a change and returns whether it made a difference. `seesPrivate` while a grant for that purpose is live. */
export function applyChange(entity: EntityRecord, change: StateChange, now: number, seesPrivate: boolean): boolean {
  const at = isMoment(change.at) ? change.at : now;
  let touched = 0;
  const { available } = change;
  if (available !== undefined && available !== entity.availability && isAvailability(available)) {
    setAvailability(entity, available);
    touched |= TOUCHED.availability;
  }
  if (entity.isHidden && !seesPrivate) {
    // Not even when it last changed: that a lock turned tells who is at home.
    if (touched === 0) return false;
    return touch(entity, touched | setMoments(entity, isMoment(change.since) ? change.since : at, at));
  }
  const { state } = change;
  let since = isMoment(change.since) ? change.since : undefined;
  if (typeof state === "string" && state !== entity.state && state.length <= LONGEST_STATE) {
    entity.state = state;
    touched |= TOUCHED.state;
    since ??= at;
  }
  if (change.attributes !== undefined && putAttributes(entity, change.attributes)) touched |= TOUCHED.attributes;
  if (change.removedAttributes !== undefined && dropAttributes(entity, change.removedAttributes))
    touched |= TOUCHED.attributes;
  touched |= setMoments(entity, since, at);
  return touched === 0 ? false : touch(entity, touched);
}

/** Judges anew whether it is hidden, forgets its state where it is, and returns whether that changed. */
export function hideWhereDue(entity: EntityRecord): boolean {
  const { hiding } = entity.gateway.site;
  const isHidden = entity.isPrivate || (hiding !== NOTHING_HIDDEN && isHiddenBy(hiding, hideable(entity)));
  const isOther = entity.isHidden !== isHidden;
  entity.isHidden = isHidden;
  if (isHidden) hide(entity);
  return isOther;
}

/** What decides whether it is hidden. */
export function hideable({ gateway, kind, deviceClass, roomId: own, device, isDiagnostic }: EntityRecord) {
  const roomId = own ?? device?.roomId ?? null;
  const roomName = roomId === null ? null : (gateway.rooms.get(roomId)?.name ?? null);
  const isThere = (id: string): boolean => gateway.devices.has(id as DeviceId);
  const ofDevice = { deviceId: device?.id ?? null, deviceName: device?.name ?? null, gatewayId: gateway.facts.id };
  return { kind, deviceClass, isDiagnostic, roomId, roomName, ...ofDevice, isThere };
}

/** What a private entity must not show: when one becomes private, or a grant ends. */
function hide(entity: EntityRecord): void {
  if (entity.state === null && entity.attributes === NO_ATTRIBUTES) return;
  entity.state = null;
  entity.attributes = NO_ATTRIBUTES;
  touch(entity, TOUCHED.state | TOUCHED.attributes);
}

export function setAvailability(entity: EntityRecord, value: AvailabilityValue): void {
  const wasAway = entity.availability === "offline";
  entity.availability = value;
  const isAway = value === "offline";
  if (wasAway !== isAway && !entity.isDisabled) countAway(entity, isAway ? 1 : -1);
}

function countAway(entity: EntityRecord, one: 1 | -1): void {
  const { integration, gateway } = entity;
  const maySleep = entity.device?.maySleep === true;
  if (integration !== null) {
    integration.unavailable += one;
    if (maySleep) integration.asleep += one;
    if (gateway.site.watchers > 0) gateway.site.changes.integrations.add(integration);
  }
  if (!maySleep) gateway.unavailable += one;
  gateway.site.isRowStale = true;
}

/** Remembers what to tell watchers; without any, only that it needs saving. */
export function touch(entity: EntityRecord, fields: number): true {
  entity.gateway.isUnsaved = true;
  const { site } = entity.gateway;
  if (site.watchers > 0) {
    if (entity.touched === 0) site.changes.entities.push(entity);
    entity.touched |= fields;
  }
  return true;
}

function setMoments(entity: EntityRecord, since: number | undefined, at: number): number {
  let touched = 0;
  if (since !== undefined && since !== entity.since) {
    entity.since = since;
    touched = TOUCHED.since;
  }
  if (at !== entity.reportedAt) {
    entity.reportedAt = at;
    touched |= TOUCHED.reportedAt;
  }
  return touched;
}

function putAttributes(entity: EntityRecord, changed: Readonly<Record<string, AttributeValue>>): boolean {
  if (typeof changed !== "object" || changed === null) return false;
  let isDifferent = false;
  for (const name in changed) {
    const value = changed[name] as AttributeValue;
    if (entity.attributes[name] === value || !isAttributeValue(value)) continue;
    if (entity.attributes === NO_ATTRIBUTES) entity.attributes = {};
    else if (!(name in entity.attributes) && Object.keys(entity.attributes).length >= MOST_ATTRIBUTES) continue;
    entity.attributes[name] = value;
    noteAttribute(entity, name);
    isDifferent = true;
  }
  return isDifferent;
}

/** Builds the object anew rather than deleting from it: objects that were deleted from are slow and large. */
function dropAttributes(entity: EntityRecord, names: readonly string[]): boolean {
  const dropped = Array.isArray(names) ? names.filter((name) => Object.hasOwn(entity.attributes, name)) : [];
  if (dropped.length === 0) return false;
  const kept = Object.entries(entity.attributes).filter(([name]) => !dropped.includes(name));
  entity.attributes = kept.length === 0 ? NO_ATTRIBUTES : Object.fromEntries(kept);
  for (const name of dropped) noteAttribute(entity, name);
  return true;
}

function noteAttribute(entity: EntityRecord, name: string): void {
  const { site } = entity.gateway;
  if (site.watchers === 0) return;
  const names = site.changes.attributes.get(entity);
  if (names === undefined) site.changes.attributes.set(entity, new Set([name]));
  else names.add(name);
}

/** Counts a gateway's entities anew: after its inventory changed, or what a person says of a device. */
export function recount(gateway: GatewayRecord): void {
  gateway.site.hiddenNames = null;
  gateway.entities = 0;
  gateway.unavailable = 0;
  for (const integration of gateway.integrations.values()) {
    integration.entities = 0;
    integration.unavailable = 0;
    integration.sleepers = 0;
    integration.asleep = 0;
  }
  for (const entity of gateway.byKey.values()) {
    if (entity.isDisabled) continue;
    gateway.entities += 1;
    if (entity.integration !== null) {
      entity.integration.entities += 1;
      if (entity.device?.maySleep) entity.integration.sleepers += 1;
    }
    if (entity.availability === "offline") countAway(entity, 1);
  }
  gateway.site.isRowStale = true;
}

function isMoment(value: unknown): value is number {
  return typeof value === "number" && value > 0 && value < 8.64e15;
}

function isAvailability(value: unknown): value is AvailabilityValue {
  return value === "online" || value === "offline" || value === "unknown";
}

function isAttributeValue(value: unknown): boolean {
  switch (typeof value) {
    case "string":
      return value.length <= LONGEST_STATE;
    case "number":
    case "boolean":
      return true;
    case "object":
      return value === null || (Array.isArray(value) && value.length <= MOST_ATTRIBUTES && value.every(isPlain));
    default:
      return false;
  }
}

function isPlain(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number";
}
