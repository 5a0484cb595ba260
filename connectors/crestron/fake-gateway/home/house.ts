/** One row of a collection, as the wire has it. */
export type HouseRow = { id: number; name: string; roomId?: number; connectionStatus?: string } & Record<
  string,
  unknown
>;

/** What a simulated Crestron Home has, by the keys of its collections. */
export type House = Record<HouseCollection, HouseRow[]>;

export const COLLECTIONS = [
  "rooms",
  "lights",
  "shades",
  "scenes",
  "thermostats",
  "doorLocks",
  "sensors",
  "securityDevices",
  "mediaRooms",
  "quickActions",
] as const;
export type HouseCollection = (typeof COLLECTIONS)[number];

/** A house of three rooms with one of each kind of thing, in the shapes that a live system shows. */
export function testHouse(): House {
  const online = { connectionStatus: "online" };
  return {
    rooms: [
      { id: 1001, name: "Whole House" },
      { id: 3, name: "Hall" },
      { id: 4, name: "Living room" },
    ],
    lights: [
      { id: 52_066, name: "Pendant", type: "light", subType: "Dimmer", level: 0, roomId: 3, ...online },
      { id: 52_067, name: "Porch", type: "light", subType: "Switch", level: 65_535, roomId: 3, ...online },
    ],
    shades: [{ id: 52_080, name: "Blind", type: "shade", subType: "Shade", position: 32_768, roomId: 4, ...online }],
    scenes: [
      { id: 52_201, name: "Evening", type: "Lighting", status: false, roomId: 4 },
      { id: 52_202, name: "Leaving", type: "Lock", status: false, roomId: 3 },
    ],
    thermostats: [
      {
        id: 52_101,
        name: "Ground floor",
        roomId: 4,
        ...online,
        currentMode: "Cool",
        currentSetPoint: [{ type: "Cool", temperature: 770 }],
        currentTemperature: 760,
        temperatureUnits: "DeciFahrenheit",
        currentFanMode: "Auto",
        schedulerState: "run",
        availableFanModes: ["Auto", "On"],
        availableSystemModes: ["Off", "Cool", "Heat"],
        availableSetPoints: [{ type: "Cool", minValue: 590, maxValue: 990 }],
      },
    ],
    doorLocks: [{ id: 53_001, name: "Front door", type: "lock", status: "Locked", roomId: 3, ...online }],
    sensors: [
      { id: 53_101, name: "Hall presence", subType: "OccupancySensor", presence: "Occupied", roomId: 3 },
      { id: 53_102, name: "Hall brightness", subType: "PhotoSensor", level: 412, roomId: 3, ...online },
      {
        id: 53_103,
        name: "Back door",
        subType: "DoorSensor",
        door_status: "Closed",
        battery_level: "Normal",
        roomId: 4,
        ...online,
      },
    ],
    securityDevices: [
      {
        id: 53_347,
        name: "Alarm",
        currentState: "Disarmed",
        availableStates: ["Alarm", "Disarmed"],
        roomId: 3,
        ...online,
      },
    ],
    mediaRooms: [
      {
        id: 54_001,
        name: "Living room",
        roomId: 4,
        currentVolumeLevel: 20,
        currentMuteState: "unmuted",
        currentPowerState: "on",
        currentProviderId: 3001,
        availableProviders: [3001],
        availableVolumeControls: ["discrete"],
        availableMuteControls: ["discrete"],
      },
    ],
    quickActions: [{ id: 55_001, name: "All off" }],
  };
}

/** `/devices` of a live system: everything, with `type` as it stands there. */
export function devicesOf(house: House): HouseRow[] {
  const typed = (rows: readonly HouseRow[], type: string) => rows.map((row) => ({ ...row, type }));
  return [
    ...typed(house.lights, "light"),
    ...typed(house.shades, "shade"),
    ...typed(house.thermostats, "thermostat").map(({ id, name, type, roomId, connectionStatus }) => ({
      id,
      name,
      type,
      roomId,
      connectionStatus,
    })),
    ...typed(house.doorLocks, "lock"),
    ...house.securityDevices.map(({ id, name, roomId, connectionStatus }) => ({
      id,
      name,
      roomId,
      connectionStatus,
      type: "security Device",
    })),
  ] as HouseRow[];
}

/** A thermostat as the reference prints it. */
export function asInReference({ currentMode, currentSetPoint, ...row }: HouseRow): HouseRow {
  const [first] = (currentSetPoint as Record<string, unknown>[] | undefined) ?? [];
  return { ...row, mode: currentMode, setPoint: { ...first, minValue: 590, maxValue: 990 } };
}
