import { hash } from "node:crypto";
import type {
  DeviceReport,
  EntityKind,
  EntityReport,
  IntegrationReport,
  Inventory,
  RoomReport,
} from "@caretaker/protocol";
import type { Area, DeviceRow, EntityRow, EntryRow, Floor } from "../schema.ts";
import { deviceKindOf, domainOf, entityKindOf } from "./kinds.ts";
import { isPrivate } from "./private.ts";

/** What the registries say, and what only an entity's state tells of it. */
export interface HomeFacts {
  readonly floors: readonly Floor[];
  readonly areas: readonly Area[];
  readonly devices: readonly DeviceRow[];
  readonly entities: readonly EntityRow[];
  readonly entries: readonly EntryRow[];
  /** Ids of the entries for which Home Assistant asks somebody to sign in. */
  readonly signIns: ReadonlySet<string>;
  readonly shown: Iterable<ShownFacts>;
}

export interface ShownFacts {
  readonly entityId: string;
  readonly name: string | undefined;
  readonly deviceClass: string | undefined;
  readonly unit: string | undefined;
}

const LONGEST_NAME = 300;

/** The home in our words, keyed by Home Assistant's own ids: names and entity ids can be changed by anybody there. */
export function inventoryOf(facts: HomeFacts): Inventory {
  const devices = new Map(
    facts.devices.filter((device) => device.disabled_by == null).map((device) => [device.id, device]),
  );
  const shown = new Map([...facts.shown].map((one) => [one.entityId, one]));
  const rooms = facts.areas.map((area) => roomOf(area, facts.floors));
  const roomKeys = new Set(rooms.map((room) => room.key));
  const roomOfDevice = (id: string | null | undefined): string | undefined => {
    const device = id == null ? undefined : devices.get(id);
    const parent = device?.parent_device_id == null ? undefined : devices.get(device.parent_device_id);
    return [device?.area_id, parent?.area_id].find((area) => area != null && roomKeys.has(area)) ?? undefined;
  };
  const registered = facts.entities.map((row) =>
    registeredEntity(row, shown.get(row.entity_id), devices, roomOfDevice, roomKeys),
  );
  const known = new Set(facts.entities.map((row) => row.entity_id));
  const others = [...shown.values()].filter((one) => !known.has(one.entityId)).map(unregisteredEntity);
  const entities = [...registered, ...others];
  return {
    rooms,
    integrations: facts.entries
      .filter((entry) => entry.source !== "ignore")
      .map((entry) => integrationOf(entry, facts.signIns)),
    devices: deviceReports([...devices.values()], entities, roomOfDevice),
    entities,
  };
}

function roomOf(area: Area, floors: readonly Floor[]): RoomReport {
  const floor = floors.find((one) => one.floor_id === area.floor_id);
  return { key: area.area_id, name: area.name, ...(floor ? { floor: floor.name } : {}) };
}

export function integrationOf(entry: EntryRow, signIns: ReadonlySet<string>): IntegrationReport {
  return {
    key: entry.entry_id,
    name: shorten(entry.title || entry.domain),
    domain: entry.domain,
    state: entry.state,
    needsSignIn: signIns.has(entry.entry_id),
    disabled: entry.disabled_by != null,
    ...(entry.reason ? { reason: entry.reason.slice(0, 1000) } : {}),
  };
}

function deviceReports(
  rows: readonly DeviceRow[],
  entities: readonly EntityReport[],
  roomOfDevice: (id: string) => string | undefined,
): DeviceReport[] {
  const ids = new Set(rows.map((row) => row.id));
  const carriers = new Set(rows.map(upstreamOf));
  const kinds = new Map<string, Set<EntityKind>>();
  for (const { deviceKey, kind } of entities) {
    if (deviceKey === undefined) continue;
    const known = kinds.get(deviceKey);
    if (known === undefined) kinds.set(deviceKey, new Set([kind]));
    else known.add(kind);
  }
  return rows.map((row) => {
    const upstream = upstreamOf(row);
    const roomKey = roomOfDevice(row.id);
    return {
      key: row.id,
      marks: marksOf(row),
      name: nameOfDevice(row),
      integrationKeys: entriesOf(row),
      kind: deviceKindOf({
        isService: row.entry_type === "service",
        carriesOthers: carriers.has(row.id),
        kinds: kinds.get(row.id) ?? new Set(),
      }),
      ...(roomKey === undefined ? {} : { roomKey }),
      ...(upstream === undefined || !ids.has(upstream) ? {} : { upstreamKey: upstream }),
      ...(row.manufacturer ? { make: shorten(row.manufacturer) } : {}),
      ...(row.model ? { model: shorten(row.model) } : {}),
      ...(row.sw_version ? { firmware: shorten(row.sw_version) } : {}),
    };
  });
}

export function nameOfDevice(row: DeviceRow): string {
  return shorten(row.name_by_user || row.name || row.model || "Device");
}

function upstreamOf(row: DeviceRow): string | undefined {
  return row.via_device_id ?? row.parent_device_id ?? undefined;
}

/** Since 2026.8 a device belongs to one entry; before, to a list of which one may be called the primary. */
export function entriesOf(row: DeviceRow): string[] {
  const first = row.config_entry_id ?? row.primary_config_entry ?? row.config_entries[0];
  return [...new Set([...(first == null ? [] : [first]), ...row.config_entries])];
}

function registeredEntity(
  row: EntityRow,
  shown: ShownFacts | undefined,
  devices: ReadonlyMap<string, DeviceRow>,
  roomOfDevice: (id: string | null | undefined) => string | undefined,
  roomKeys: ReadonlySet<string>,
): EntityReport {
  const domain = domainOf(row.entity_id);
  const deviceClass = shown?.deviceClass;
  const device = row.device_id == null ? undefined : devices.get(row.device_id);
  const roomKey = row.area_id != null && roomKeys.has(row.area_id) ? row.area_id : roomOfDevice(row.device_id);
  return {
    key: keyOfRow(row),
    // The string that the live entity has already: the hub keeps it for as long.
    label: shown?.entityId ?? row.entity_id,
    marks: row.unique_id == null ? [] : [mark("entity", row.platform, domain, String(row.unique_id))],
    name: shorten(row.name || shown?.name || nameBehind(device, row) || row.entity_id),
    kind: entityKindOf(domain),
    private: isPrivate({ domain, deviceClass, platform: row.platform }),
    diagnostic: row.entity_category === "diagnostic",
    disabled: row.disabled_by != null,
    ...(deviceClass === undefined ? {} : { deviceClass }),
    ...(shown?.unit === undefined ? {} : { unit: shown.unit }),
    ...(device === undefined ? {} : { deviceKey: device.id }),
    ...(roomKey === undefined ? {} : { roomKey }),
    ...(row.config_entry_id == null ? {} : { integrationKey: row.config_entry_id }),
  };
}

function nameBehind(device: DeviceRow | undefined, row: EntityRow): string {
  const own = row.original_name ?? "";
  // Newer ones no longer say it: there every name stands behind its device's.
  if (row.has_entity_name === false || device === undefined) return own;
  return `${device.name_by_user || device.name || ""} ${own}`.trim();
}

/** Made by a template or an old integration: it has a state and nothing else. */
function unregisteredEntity(shown: ShownFacts): EntityReport {
  const domain = domainOf(shown.entityId);
  return {
    key: shown.entityId,
    label: shown.entityId,
    marks: [],
    name: shorten(shown.name || shown.entityId),
    kind: entityKindOf(domain),
    private: isPrivate({ domain, deviceClass: shown.deviceClass }),
    diagnostic: false,
    disabled: false,
    ...(shown.deviceClass === undefined ? {} : { deviceClass: shown.deviceClass }),
    ...(shown.unit === undefined ? {} : { unit: shown.unit }),
  };
}

export function keyOfRow(row: EntityRow): string {
  return row.id ?? row.entity_id;
}

function marksOf(row: DeviceRow): string[] {
  const pairs = [
    ...row.identifiers.map((pair) => ["identifier", ...pair]),
    ...row.connections.map((pair) => ["connection", ...pair]),
  ];
  return pairs.slice(0, 20).map((pair) => mark("device", ...pair.map(String)));
}

/** Names a thing without saying what it is: identifiers hold serial numbers and network addresses. */
function mark(...parts: readonly string[]): string {
  return hash("sha256", parts.join("\u0000"), "hex").slice(0, 24);
}

function shorten(text: string): string {
  return text.slice(0, LONGEST_NAME);
}
