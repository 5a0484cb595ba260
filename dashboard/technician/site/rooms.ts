import {
  type Device,
  type DeviceId,
  type EntityId,
  type EntityState,
  foldName,
  type GatewayId,
  type Room,
  type RoomId,
} from "@caretaker/protocol";
import { words } from "../../words/en.ts";

export interface EntityIndex {
  /** What tells something about the house first, then what tells about the device itself. */
  readonly byDevice: ReadonlyMap<DeviceId, readonly EntityId[]>;
  /** Of no device: helpers, scenes, automations. */
  readonly loose: readonly EntityId[];
}

export function entitiesByDevice(entities: readonly EntityState[]): EntityIndex {
  const byDevice = new Map<DeviceId, EntityState[]>();
  const loose: EntityState[] = [];
  for (const entity of entities) {
    if (entity.deviceId === null) loose.push(entity);
    else byDevice.set(entity.deviceId, [...(byDevice.get(entity.deviceId) ?? []), entity]);
  }
  return {
    byDevice: new Map([...byDevice].map(([id, own]) => [id, own.sort(byImportance).map((entity) => entity.id)])),
    loose: loose.sort(byImportance).map((entity) => entity.id),
  };
}

function byImportance(a: EntityState, b: EntityState): number {
  return Number(a.diagnostic) - Number(b.diagnostic) || a.name.localeCompare(b.name);
}

/** Devices of which nothing answers, although it should. */
export function silentDevices(devices: readonly Device[], entities: readonly EntityState[]): Set<Device> {
  const heard = new Map<DeviceId, boolean>();
  for (const { deviceId, availability } of entities) {
    if (deviceId !== null) heard.set(deviceId, heard.get(deviceId) === true || availability !== "offline");
  }
  return new Set(devices.filter((device) => !device.maySleep && !device.gone && heard.get(device.id) === false));
}

export interface RoomGroup {
  /** Names the group on the page; what has no room stands by itself, for each gateway where there are several. */
  readonly key: string;
  readonly isRoom: boolean;
  readonly name: string;
  readonly floor: string | null;
  readonly devices: readonly Device[];
  /** Of the room and of no device, such as what its picture and sound do. */
  readonly entities: readonly EntityId[];
}

interface Shown {
  readonly search: string;
  /** Only these, when given. */
  readonly keep: ReadonlySet<Device> | null;
  /** What a gateway is called, where a home has several. */
  readonly gatewayName: (gatewayId: GatewayId) => string | undefined;
  /** Entities of no device, to be shown in their rooms. Default: none. */
  readonly loose?: readonly EntityState[];
}

/** Devices by room, rooms by floor and name; what has no room comes last. */
export function groupByRoom(
  rooms: readonly Room[],
  devices: readonly Device[],
  { search, keep, gatewayName, loose = [] }: Shown,
): RoomGroup[] {
  const places = placesOf(rooms);
  const asked = search.trim().toLowerCase();
  const groups = new Map<string, { group: RoomGroup; own: Device[]; entities: EntityId[] }>();
  const join = (place: Place | undefined, gateway?: string): { own: Device[]; entities: EntityId[] } => {
    const [own, entities]: [Device[], EntityId[]] = [[], []];
    const group = place === undefined ? homeless(gateway, own) : inPlace(place, own, entities);
    const joined = groups.get(group.key) ?? { group, own, entities };
    groups.set(group.key, joined);
    return joined;
  };
  for (const device of devices) {
    const place = device.roomId === null ? undefined : places.get(device.roomId);
    const gateway = gatewayName(device.gatewayId);
    const where = [device.name, device.make, device.model, place?.name, gateway]
      .filter(Boolean)
      .join(" ")
      .toLowerCase();
    if ((keep !== null && !keep.has(device)) || !where.includes(asked)) continue;
    join(place, gateway).own.push(device);
  }
  for (const { id, roomId } of loose.toSorted(byImportance)) {
    const place = roomId === null ? undefined : places.get(roomId);
    if (place !== undefined) join(place).entities.push(id);
  }
  for (const { own } of groups.values())
    own.sort((a, b) => Number(a.gone) - Number(b.gone) || a.name.localeCompare(b.name));
  return [...groups.values()]
    .map(({ group }) => group)
    .sort(
      (a, b) =>
        Number(b.isRoom) - Number(a.isRoom) ||
        (a.floor ?? "").localeCompare(b.floor ?? "") ||
        a.name.localeCompare(b.name),
    );
}

function inPlace({ id, name, floor }: Place, devices: readonly Device[], entities: readonly EntityId[]): RoomGroup {
  return { key: id, isRoom: true, name, floor, devices, entities };
}

function homeless(gateway: string | undefined, devices: readonly Device[]): RoomGroup {
  const name = gateway === undefined ? words.devices.noRoom : words.devices.noRoomOf(gateway);
  return { key: `none ${gateway ?? ""}`, isRoom: false, name, floor: null, devices, entities: [] };
}

/** A room of the house, which several gateways may each know under an id of their own. */
interface Place {
  readonly id: RoomId;
  readonly name: string;
  readonly folded: string;
  floor: string | null;
  readonly gateways: Set<string>;
}

/**
 * Rooms of the same name are one room, whichever gateways say so. Two of one gateway are not, since it tells them apart,
 * and neither are two that stand on floors of different names.
 */
function placesOf(rooms: readonly Room[]): ReadonlyMap<RoomId, Place> {
  const places: Place[] = [];
  const byRoom = new Map<RoomId, Place>();
  // Those that know their floor first: one that knows none then joins the first that fits.
  for (const { id, gatewayId, name, floor } of rooms.toSorted(
    (a, b) => Number(a.floor === null) - Number(b.floor === null),
  )) {
    const folded = foldName(name);
    let place = places.find(
      (one) => one.folded === folded && !one.gateways.has(gatewayId) && isSameFloor(one.floor, floor),
    );
    if (place === undefined) {
      place = { id, name, folded, floor, gateways: new Set() };
      places.push(place);
    }
    place.gateways.add(gatewayId);
    byRoom.set(id, place);
  }
  return byRoom;
}

/** "Ground" and "Ground floor" are one floor, as makes put it. */
function isSameFloor(one: string | null, other: string | null): boolean {
  if (one === null || other === null) return true;
  const [a, b] = [foldName(one), foldName(other)];
  return a === b || a.startsWith(`${b} `) || b.startsWith(`${a} `);
}
