import type { Device, DeviceId, EntityId, EntityState, Room, RoomId } from "@caretaker/protocol";
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
  readonly id: RoomId | null;
  readonly name: string;
  readonly floor: string | null;
  readonly devices: readonly Device[];
}

interface Shown {
  readonly search: string;
  /** Only these, when given. */
  readonly keep: ReadonlySet<Device> | null;
}

/** Devices by room, rooms by floor and name; what has no room comes last. */
export function groupByRoom(rooms: readonly Room[], devices: readonly Device[], { search, keep }: Shown): RoomGroup[] {
  const names = new Map(rooms.map((room) => [room.id, room]));
  const asked = search.trim().toLowerCase();
  const groups = new Map<RoomId | null, Device[]>();
  for (const device of devices) {
    const room = device.roomId === null ? undefined : names.get(device.roomId);
    const where = [device.name, device.make, device.model, room?.name].filter(Boolean).join(" ").toLowerCase();
    if ((keep !== null && !keep.has(device)) || !where.includes(asked)) continue;
    const id = room?.id ?? null;
    groups.set(id, [...(groups.get(id) ?? []), device]);
  }
  return [...groups]
    .map(([id, own]) => {
      const room = id === null ? undefined : names.get(id);
      return {
        id,
        name: room?.name ?? words.devices.noRoom,
        floor: room?.floor ?? null,
        devices: own.sort((a, b) => Number(a.gone) - Number(b.gone) || a.name.localeCompare(b.name)),
      };
    })
    .sort(
      (a, b) =>
        Number(a.id === null) - Number(b.id === null) ||
        (a.floor ?? "").localeCompare(b.floor ?? "") ||
        a.name.localeCompare(b.name),
    );
}
