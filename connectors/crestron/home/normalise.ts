import type {
  Attributes,
  AvailabilityValue,
  DeviceKind,
  DeviceReport,
  EntityKind,
  EntityReport,
  RoomReport,
} from "@caretaker/protocol";
import { PROCESSOR, type StateNow } from "../normalise.ts";
import type { Part } from "../teller.ts";
import type { Collection, Row } from "./schema.ts";

/** What Crestron Home has said; a collection that this processor lacks is absent. */
export type HomeFacts = { readonly [C in Collection]?: readonly Row<C>[] };

export const roomKey = (id: number): string => `room-${id}`;
export const homeKey = (id: number): string => `home-${id}`;

/** What one thing is in our words. */
interface Thing {
  readonly suffix: string;
  readonly kind: EntityKind;
  readonly deviceKind: DeviceKind;
  readonly deviceClass?: string;
  readonly isPrivate?: boolean;
  readonly isDiagnostic?: boolean;
  readonly unit?: string;
  /** Absent where it is private: then only whether it answers leaves the connector. */
  readonly state?: string;
  readonly attributes?: Attributes;
  /** Absent where the connection status decides. */
  readonly available?: AvailabilityValue;
}

type AnyRow = Row<"devices">;

/** A Crestron Home in our words. Its only word on health is `connectionStatus`; what is not said is unknown. */
export function normaliseHome(facts: HomeFacts): Part {
  const rooms = (facts.rooms ?? []).map(
    ({ id, name }): RoomReport => ({ key: roomKey(id), name: name ?? `Room ${id}` }),
  );
  const known = new Set(rooms.map(({ key }) => key));
  const byId = new Map<number, { row: AnyRow; things: Thing[] }>();
  for (const row of facts.devices ?? []) byId.set(row.id, { row, things: [] });
  const add = (row: AnyRow, ...things: Thing[]): void => {
    const before = byId.get(row.id);
    byId.set(row.id, { row: { ...before?.row, ...said(row) }, things: [...(before?.things ?? []), ...things] });
  };
  for (const row of facts.lights ?? []) add(row, lightOf(row));
  for (const row of facts.shades ?? []) add(row, shadeOf(row));
  for (const row of facts.thermostats ?? []) add(row, thermostatOf(row));
  for (const row of facts.sensors ?? []) add(row, ...sensorOf(row));
  const devices: DeviceReport[] = [];
  const entities: EntityReport[] = [];
  const states: StateNow[] = [];
  const place = (roomId: number | undefined): { roomKey?: string } =>
    roomId !== undefined && known.has(roomKey(roomId)) ? { roomKey: roomKey(roomId) } : {};
  const tell = (key: string, row: AnyRow, things: readonly Thing[]): void => {
    const name = row.name ?? `Device ${row.id}`;
    const kind = things[0]?.deviceKind ?? "other";
    devices.push({ key, marks: [], name, integrationKeys: [], upstreamKey: PROCESSOR, kind, ...place(row.roomId) });
    for (const thing of things) {
      entities.push({ ...entityOf(key, row, thing), ...place(row.roomId) });
      states.push(stateOf(`${key}.${thing.suffix}`, row, thing));
    }
  };
  for (const { row, things } of byId.values()) tell(homeKey(row.id), row, things.length > 0 ? things : [otherOf(row)]);
  for (const row of facts.mediaRooms ?? []) tell(mediaKey(row.id), row, [mediaOf(row)]);
  for (const row of facts.scenes ?? []) {
    const thing = sceneOf(row);
    entities.push({ ...entityOf(homeKey(row.id), row, thing), deviceKey: PROCESSOR, ...place(row.roomId) });
    states.push(stateOf(`${homeKey(row.id)}.${thing.suffix}`, row, thing));
  }
  return { inventory: { rooms, integrations: [], devices, entities }, states };
}

export const mediaKey = (id: number): string => `home-media-${id}`;

/** Of a row that says less than another one, only what it says. */
function said(row: AnyRow): AnyRow {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined)) as unknown as AnyRow;
}

export function answersBy(connectionStatus: string | undefined): AvailabilityValue {
  const status = connectionStatus?.toLowerCase();
  return status === "online" || status === "offline" ? status : "unknown";
}

function lightOf({ level }: Row<"lights">): Thing {
  const state = level === undefined ? "unknown" : level > 0 ? "on" : "off";
  return { suffix: "light", kind: "light", deviceKind: "light", state, ...percent("level", level) };
}

function shadeOf({ position }: Row<"shades">): Thing {
  const state = position === undefined ? "unknown" : position > 0 ? "open" : "closed";
  return { suffix: "shade", kind: "cover", deviceKind: "appliance", state, ...percent("position", position) };
}

/** 0 to 65535 on the wire. */
function percent(name: string, value: number | undefined): { attributes?: Attributes } {
  return value === undefined ? {} : { attributes: { [name]: Math.round((value / 65_535) * 100) } };
}

function thermostatOf(row: Row<"thermostats">): Thing {
  const { currentTemperature, temperatureUnits = "", currentFanMode } = row;
  const tenths = /^deci/i.test(temperatureUnits) ? 10 : 1;
  const unit = /fahrenheit/i.test(temperatureUnits) ? "°F" : /celsius/i.test(temperatureUnits) ? "°C" : null;
  const points = row.currentSetPoint ?? (row.setPoint === undefined ? [] : [row.setPoint]);
  return {
    suffix: "climate",
    kind: "climate",
    deviceKind: "appliance",
    state: (row.currentMode ?? row.mode ?? "unknown").toLowerCase(),
    attributes: {
      // A unit that nobody has named is not guessed: then the number stands as it was said.
      ...(currentTemperature === undefined
        ? {}
        : { temperature: unit === null ? currentTemperature : currentTemperature / tenths }),
      ...(unit === null ? {} : { unit }),
      ...(currentFanMode === undefined ? {} : { fan: currentFanMode }),
      ...Object.fromEntries(
        points.flatMap(({ type, temperature }) =>
          type === undefined || temperature === undefined || !/^[a-z]{1,12}$/i.test(type)
            ? []
            : [[`setPoint${type}`, unit === null ? temperature : temperature / tenths]],
        ),
      ),
    },
  };
}

/** Sensors of presence have no connection status: `Unavailable` stands in its place. */
function sensorOf(row: Row<"sensors">): Thing[] {
  const { presence, level, door_status: door, battery_level: battery, connectionStatus } = row;
  const things: Thing[] = [];
  if (presence !== undefined)
    things.push({
      suffix: "presence",
      kind: "presence",
      deviceKind: "sensor",
      isPrivate: true,
      ...(connectionStatus === undefined ? { available: presence === "unavailable" ? "offline" : "online" } : {}),
    });
  else if (door !== undefined)
    things.push({ suffix: "door", kind: "binary_sensor", deviceKind: "sensor", deviceClass: "door", isPrivate: true });
  else if (level !== undefined)
    things.push({
      suffix: "light-level",
      kind: "sensor",
      deviceKind: "sensor",
      deviceClass: "illuminance",
      state: String(level),
    });
  else things.push(otherOf(row));
  if (battery !== undefined)
    things.push({
      suffix: "battery",
      kind: "sensor",
      deviceKind: "sensor",
      deviceClass: "battery",
      isDiagnostic: true,
      state: battery,
    });
  return things;
}

function mediaOf({ currentPowerState }: Row<"mediaRooms">): Thing {
  return { suffix: "media", kind: "media", deviceKind: "media", state: powerOf(currentPowerState) };
}

export function powerOf(said: string | undefined): "on" | "off" | "unknown" {
  return said === "on" || said === "off" ? said : "unknown";
}

function sceneOf({ status }: Row<"scenes">): Thing {
  const state = status === undefined ? "unknown" : status ? "on" : "off";
  // A scene does not answer or fail to: it is there.
  return { suffix: "scene", kind: "scene", deviceKind: "other", state, available: "online" };
}

/** What nobody has described, and what is private: whether it answers, and nothing else. */
function otherOf({ type = "" }: AnyRow): Thing {
  const plain = type.toLowerCase().replace(/[^a-z]/g, "");
  if (plain === "lock") return { suffix: "lock", kind: "lock", deviceKind: "appliance", isPrivate: true };
  if (plain === "securitydevice") return { suffix: "alarm", kind: "alarm", deviceKind: "controller", isPrivate: true };
  return { suffix: "thing", kind: "other", deviceKind: "other", isPrivate: true };
}

function entityOf(key: string, { name, id }: AnyRow, thing: Thing): EntityReport {
  return {
    key: `${key}.${thing.suffix}`,
    label: `${thing.suffix} ${id}`,
    marks: [],
    name: thing.isDiagnostic === true ? "Battery" : (name ?? `Device ${id}`),
    kind: thing.kind,
    ...(thing.deviceClass === undefined ? {} : { deviceClass: thing.deviceClass }),
    ...(thing.unit === undefined ? {} : { unit: thing.unit }),
    deviceKey: key,
    private: thing.isPrivate === true,
    diagnostic: thing.isDiagnostic === true,
    disabled: false,
  };
}

function stateOf(key: string, { connectionStatus }: AnyRow, thing: Thing): StateNow {
  return {
    key,
    available: thing.available ?? answersBy(connectionStatus),
    ...(thing.state === undefined || thing.isPrivate === true ? {} : { state: thing.state }),
    ...(thing.attributes === undefined ? {} : { attributes: thing.attributes }),
  };
}
