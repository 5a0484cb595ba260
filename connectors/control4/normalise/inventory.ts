import type { DeviceReport, EntityReport, Inventory } from "@caretaker/protocol";
import type { ItemRow, MacroRow } from "../schema.ts";
import { type Traits, traitsOf } from "./kinds.ts";

/** What an entity of ours is read from. */
export type Thing =
  | { readonly of: "item"; readonly key: string; readonly item: number; readonly traits: Traits }
  | { readonly of: "room"; readonly key: string; readonly item: number }
  | { readonly of: "battery"; readonly key: string; readonly item: number; readonly variable: string }
  | { readonly of: "trouble"; readonly key: string; readonly item: number }
  | { readonly of: "macro"; readonly key: string; readonly macro: MacroRow };

export interface Understood {
  readonly inventory: Inventory;
  readonly things: ReadonlyMap<string, Thing>;
  /** The items behind each device: the driver first, then what it shows. */
  readonly devices: ReadonlyMap<string, readonly ItemRow[]>;
}

const DRIVER = 6;
const SHOWN = 7;
export const BATTERY_VARIABLES = ["Battery Level", "BATTERY_LEVEL"] as const;

export function isRoom(row: ItemRow): boolean {
  return row.typeName === "room" || row.type === 8;
}

/**
 * Items, variables' names and macros into our words. A driver (type 6) is a device, what it shows (type 7) are its
 * entities; make and model stand on the driver. A row of which nothing more is known is passed over.
 */
export function understand(
  rows: readonly ItemRow[],
  hasVariable: (item: number, name: string) => boolean,
  macros: readonly MacroRow[],
): Understood {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const rooms = rows.filter(isRoom);
  const isKnownRoom = new Set(rooms.map(({ id }) => id));
  const roomOf = ({ roomId }: ItemRow): { roomKey: string } | Record<string, never> =>
    roomId !== undefined && isKnownRoom.has(roomId) ? { roomKey: String(roomId) } : {};

  const devices = new Map<string, ItemRow[]>();
  for (const row of rows) if (row.type === DRIVER) devices.set(String(row.id), [row]);
  const shown = rows.filter(({ type, proxy }) => type === SHOWN && proxy !== undefined);
  for (const row of shown) {
    const parent = byId.get(row.parentId ?? -1);
    const key = String(parent?.type === DRIVER ? parent.id : row.id);
    devices.set(key, [...(devices.get(key) ?? []), row]);
  }

  const things = new Map<string, Thing>();
  const entities: EntityReport[] = [];
  const report = (thing: Thing, entity: Omit<EntityReport, "key" | "marks" | "disabled">): void => {
    things.set(thing.key, thing);
    entities.push({ key: thing.key, marks: [], disabled: false, ...entity });
  };

  for (const [deviceKey, items] of devices) {
    for (const row of items.filter(({ type }) => type === SHOWN)) {
      const traits = traitsOf(row.proxy ?? "");
      const about = { deviceKey, ...roomOf(row) };
      const { kind, deviceClass, isPrivate } = traits;
      const name = row.name || `Item ${row.id}`;
      report(
        { of: "item", key: String(row.id), item: row.id, traits },
        {
          ...about,
          label: `${row.proxy}.${row.id}`,
          name,
          kind,
          ...(deviceClass === undefined ? {} : { deviceClass }),
          private: isPrivate,
          diagnostic: false,
        },
      );
      const variable = BATTERY_VARIABLES.find((one) => hasVariable(row.id, one));
      // Its range is written nowhere: shown as it is said, without a unit.
      if (variable !== undefined)
        report(
          { of: "battery", key: `${row.id}-battery`, item: row.id, variable },
          {
            ...about,
            label: `battery.${row.id}`,
            name: `${name} battery level`,
            kind: "sensor",
            private: false,
            diagnostic: true,
          },
        );
      if (hasVariable(row.id, "TROUBLE_TEXT"))
        report(
          { of: "trouble", key: `${row.id}-trouble`, item: row.id },
          {
            ...about,
            label: `trouble.${row.id}`,
            name: `${name} trouble`,
            kind: "binary_sensor",
            deviceClass: "problem",
            private: false,
            diagnostic: true,
          },
        );
    }
  }
  for (const room of rooms)
    if (hasVariable(room.id, "POWER_STATE"))
      report(
        { of: "room", key: `room-${room.id}`, item: room.id },
        {
          label: `room.${room.id}`,
          name: `${room.name || `Room ${room.id}`}: picture and sound`,
          roomKey: String(room.id),
          kind: "media",
          private: false,
          diagnostic: false,
        },
      );
  for (const macro of macros)
    report(
      { of: "macro", key: `macro-${macro.id}`, macro },
      { label: `macro.${macro.id}`, name: macro.name, kind: "scene", private: false, diagnostic: false },
    );

  return {
    inventory: {
      rooms: rooms.map((room) => ({
        key: String(room.id),
        name: room.name || `Room ${room.id}`,
        ...(room.floorName ? { floor: room.floorName } : {}),
      })),
      integrations: [],
      devices: [...devices].map(([key, items]) => deviceReport(key, items, roomOf)),
      entities,
    },
    things,
    devices,
  };
}

function deviceReport(
  key: string,
  items: readonly ItemRow[],
  roomOf: (row: ItemRow) => { roomKey: string } | Record<string, never>,
): DeviceReport {
  const [driver] = items as readonly [ItemRow, ...ItemRow[]];
  const shown = items.find(({ type }) => type === SHOWN);
  const make = driver.manufacturer ?? shown?.manufacturer;
  const model = driver.model ?? shown?.model;
  return {
    key,
    marks: [],
    name: driver.name || shown?.name || `Item ${key}`,
    ...roomOf(shown ?? driver),
    integrationKeys: [],
    ...(make === undefined ? {} : { make }),
    ...(model === undefined ? {} : { model }),
    kind: driver.proxy === "controller" ? "controller" : traitsOf(shown?.proxy ?? "").deviceKind,
  };
}
