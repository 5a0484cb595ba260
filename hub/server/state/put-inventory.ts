import type { IntegrationId } from "@caretaker/protocol";
import { hideWhereDue, recount } from "./apply.ts";
import { DeviceRecord, EntityRecord, type GatewayRecord, IntegrationRecord } from "./records.ts";
import type { DeviceRow, EntityRow, InventoryRows } from "./rows.ts";

/**
 * Brings a gateway's records in line with its rows. Records stay the same objects, so states survive; what a delta can
 * say is noted as changed, and what it cannot (something came, went or has another name) as a change of structure.
 */
export function putInventory(gateway: GatewayRecord, rows: InventoryRows): void {
  const { changes } = gateway.site;
  if (putRooms(gateway, rows)) changes.isStructureChanged = true;
  if (putIntegrations(gateway, rows)) changes.isStructureChanged = true;
  if (putDevices(gateway, rows.devices)) changes.isStructureChanged = true;
  if (putEntities(gateway, rows.entities)) changes.isStructureChanged = true;
  recount(gateway);
}

function putRooms(gateway: GatewayRecord, { rooms }: InventoryRows): boolean {
  const before = gateway.rooms;
  const isSame =
    before.size === rooms.length &&
    rooms.every((room) => {
      const known = before.get(room.id);
      return known !== undefined && known.name === room.name && known.floor === room.floor && known.key === room.key;
    });
  if (isSame) return false;
  before.clear();
  for (const room of rooms) before.set(room.id, room);
  return true;
}

function putIntegrations(gateway: GatewayRecord, rows: InventoryRows): boolean {
  let isStructure = removeOthers(gateway.integrations, rows.integrations);
  for (const row of rows.integrations) {
    let record = gateway.integrations.get(row.id);
    if (record === undefined) {
      record = new IntegrationRecord(row.id, gateway);
      gateway.integrations.set(row.id, record);
      isStructure = true;
    }
    if (assign(record, { key: row.key, name: row.name, domain: row.domain })) noteIntegration(record);
  }
  return isStructure;
}

export function noteIntegration(integration: IntegrationRecord): void {
  const { site } = integration.gateway;
  site.isRowStale = true;
  if (site.watchers > 0) site.changes.integrations.add(integration);
}

/** Also for what people said of devices. */
export function putDevices(gateway: GatewayRecord, rows: readonly DeviceRow[]): boolean {
  let isStructure = removeOthers(gateway.devices, rows);
  const lists = new Map<string, readonly IntegrationId[]>();
  for (const row of rows) {
    let record = gateway.devices.get(row.id);
    if (record === undefined) {
      record = new DeviceRecord(row.id, gateway);
      gateway.devices.set(row.id, record);
      isStructure = true;
    }
    if (describeDevice(record, row, lists) && gateway.site.watchers > 0) gateway.site.changes.devices.add(record);
  }
  return isStructure;
}

function describeDevice(record: DeviceRecord, row: DeviceRow, lists: Map<string, readonly IntegrationId[]>): boolean {
  // Most devices of a home share the list of their integrations.
  const same = row.integrationIds.join();
  const integrationIds = lists.get(same) ?? row.integrationIds.slice();
  lists.set(same, integrationIds);
  const isMoved = record.integrationIds.join() !== same;
  if (isMoved) record.integrationIds = integrationIds;
  const isOther = assign(record, {
    key: row.key,
    name: row.name,
    roomId: row.roomId,
    upstreamId: row.upstreamId,
    make: intern(row.make),
    model: intern(row.model),
    firmware: intern(row.firmware),
    kind: intern(row.kind),
    maySleep: row.maySleep,
    poweredBy: row.poweredBy,
    doNotTouch: row.doNotTouch,
    carriesGateway: row.carriesGateway,
    version: row.version,
  });
  return isOther || isMoved;
}

function putEntities(gateway: GatewayRecord, rows: readonly EntityRow[]): boolean {
  // Who is gone must not be found at its place.
  gateway.byPlace.length = 0;
  const byId = new Map<string, EntityRecord>();
  for (const entity of gateway.byKey.values()) byId.set(entity.id, entity);
  const isNew = byId.size === 0;
  let isStructure = isNew ? rows.length > 0 : removeEntities(gateway, byId, rows);
  for (const row of rows) {
    let record = byId.get(row.id);
    if (record === undefined) {
      record = new EntityRecord(row.id, gateway);
      isStructure = true;
    }
    if (describe(record, row, gateway)) isStructure = true;
    gateway.byKey.set(record.key, record);
    if (hideWhereDue(record)) isStructure = true;
  }
  return isStructure;
}

/** Takes out what is gone, and the keys that will be others: two entities may have swapped theirs. */
function removeEntities(
  gateway: GatewayRecord,
  byId: ReadonlyMap<string, EntityRecord>,
  rows: readonly EntityRow[],
): boolean {
  const keys = new Map<string, string>();
  for (const { id, key } of rows) keys.set(id, key);
  let isAnyGone = false;
  for (const [id, entity] of byId) {
    const key = keys.get(id);
    if (key !== entity.key) gateway.byKey.delete(entity.key);
    if (key === undefined) isAnyGone = true;
  }
  return isAnyGone;
}

/** Written out field by field: a hub that starts does this for every entity of the fleet. */
function describe(record: EntityRecord, row: EntityRow, { devices, integrations, rooms }: GatewayRecord): boolean {
  const device = row.deviceId === null ? null : (devices.get(row.deviceId) ?? null);
  const integration = row.integrationId === null ? null : (integrations.get(row.integrationId) ?? null);
  const roomId = row.roomId === null ? null : (rooms.get(row.roomId)?.id ?? null);
  const isSame =
    record.key === row.key &&
    record.label === row.label &&
    record.name === row.name &&
    record.kind === row.kind &&
    record.deviceClass === row.deviceClass &&
    record.unit === row.unit &&
    record.device === device &&
    record.integration === integration &&
    record.roomId === roomId &&
    record.isPrivate === row.private &&
    record.isDiagnostic === row.diagnostic &&
    record.isDisabled === row.disabled;
  if (isSame) return false;
  record.key = row.key;
  record.label = row.label === row.key ? row.key : row.label;
  record.name = row.name;
  record.kind = intern(row.kind);
  record.deviceClass = intern(row.deviceClass);
  record.unit = intern(row.unit);
  record.device = device;
  record.integration = integration;
  record.roomId = roomId;
  record.isPrivate = row.private;
  record.isDiagnostic = row.diagnostic;
  record.isDisabled = row.disabled;
  return true;
}

/** Removes the records that have no row, and says whether there were any. */
function removeOthers<Id extends string>(records: Map<Id, unknown>, rows: readonly { readonly id: Id }[]): boolean {
  const kept = new Set(rows.map((row) => row.id));
  const gone = [...records.keys()].filter((id) => !kept.has(id));
  for (const id of gone) records.delete(id);
  return gone.length > 0;
}

/** Writes what differs, and says whether anything did. */
function assign<T extends object>(record: T, fields: Partial<T>): boolean {
  let isDifferent = false;
  for (const name of Object.keys(fields) as (keyof T)[]) {
    if (record[name] === fields[name]) continue;
    record[name] = fields[name] as T[keyof T];
    isDifferent = true;
  }
  return isDifferent;
}

/** Words that come again and again (`sensor`, `°C`, a maker's name) are kept once. */
const words = new Map<string, string>();
const MOST_WORDS = 20_000;

export function intern<W extends string | null>(word: W): W {
  if (word === null) return word;
  const known = words.get(word);
  if (known !== undefined) return known as W;
  if (words.size < MOST_WORDS) words.set(word, word);
  return word;
}
