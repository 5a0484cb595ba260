/** A row of `/items`. A real list has rows with no more than `id` and `name`. */
export interface ItemRow {
  readonly id: number;
  name: string;
  readonly type?: number;
  readonly typeName?: string;
  readonly parentId?: number;
  readonly proxy?: string;
  readonly categories?: readonly string[];
  readonly siteId?: number;
  readonly siteName?: string;
  readonly buildingId?: number;
  readonly buildingName?: string;
  readonly floorId?: number;
  readonly floorName?: string;
  readonly roomId?: number;
  readonly roomName?: string;
  readonly roomHidden?: boolean;
  readonly control?: string;
  readonly protocolFilename?: string;
  readonly manufacturer?: string;
  readonly model?: string;
  isOnline?: boolean;
  readonly URIs?: Readonly<Record<string, string>>;
}

export type Value = string | number | boolean;

export interface Command {
  readonly command: string;
  readonly display: string;
  readonly params?: readonly Readonly<Record<string, unknown>>[];
}

export interface Item {
  readonly row: ItemRow;
  readonly variables: Map<string, Value>;
  readonly commands: readonly Command[];
}

export interface Macro {
  readonly id: number;
  readonly name: string;
  /** The items that it restarts. */
  readonly restarts: readonly number[];
}

/** What stands in a room and can be watched or listened to there. */
export interface Source {
  readonly room: number;
  readonly item: number;
  readonly type: "watch" | "listen";
}

export interface HomePlan {
  readonly account: string;
  readonly commonName: string;
  readonly osVersion: string;
  readonly items: readonly Item[];
  readonly macros: readonly Macro[];
  readonly sources: readonly Source[];
}

const SITE = { siteId: 11, siteName: "Home", buildingId: 12, buildingName: "House" };
const level = (name: string) => ({ name, valueType: "INTEGER", low: 0, high: 100, resolution: 1 });

/** The commands that an item of a proxy says it takes, as far as the fake acts on them. */
const COMMANDS: Readonly<Record<string, readonly Command[]>> = {
  light_v2: [
    { command: "ON", display: "Turn on the light" },
    { command: "OFF", display: "Turn off the light" },
    { command: "SET_LEVEL", display: "Set the light to a level", params: [level("LEVEL")] },
  ],
  thermostatV2: [
    {
      command: "SET_SETPOINT_HEAT",
      display: "Set the heat setpoint",
      params: [{ name: "CELSIUS", valueType: "NUMBER" }],
    },
    {
      command: "SET_SETPOINT_COOL",
      display: "Set the cool setpoint",
      params: [{ name: "CELSIUS", valueType: "NUMBER" }],
    },
  ],
  blind: [
    { command: "SET_LEVEL_TARGET", display: "Set the level", params: [level("LEVEL_TARGET")] },
    { command: "STOP", display: "Stop" },
  ],
  lock: [
    { command: "OPEN", display: "Lock the door" },
    { command: "CLOSE", display: "Unlock the door" },
  ],
  control4_agent_macros: [
    { command: "EXECUTE_MACRO", display: "Execute a macro", params: [{ name: "id", valueType: "INTEGER" }] },
  ],
};

const ROOM_COMMANDS: readonly Command[] = [
  { command: "ROOM_OFF", display: "Turn off the room" },
  { command: "SELECT_VIDEO_DEVICE", display: "Select a video device", params: [{ name: "deviceid" }] },
  { command: "SELECT_AUDIO_DEVICE", display: "Select an audio device", params: [{ name: "deviceid" }] },
  { command: "SET_VOLUME_LEVEL", display: "Set the volume", params: [level("LEVEL")] },
];

export interface RoomPlan {
  readonly id: number;
  readonly name: string;
  readonly floor: string;
  readonly floorId: number;
}

export interface DevicePlan {
  /** Of the driver; the thing that is controlled has the number after it. */
  readonly id: number;
  readonly name: string;
  readonly proxy: string;
  readonly room: RoomPlan;
  readonly manufacturer?: string;
  readonly model?: string;
  readonly driver?: string;
  readonly categories?: readonly string[];
  /** Absent where the driver does not say. */
  readonly isOnline?: boolean;
  readonly variables?: Readonly<Record<string, Value>>;
}

export function buildItems(rooms: readonly RoomPlan[], devices: readonly DevicePlan[]): Item[] {
  const floors = new Map(rooms.map(({ floorId, floor }) => [floorId, floor]));
  return [
    place({ id: 11, name: "Home", type: 2, typeName: "site" }),
    place({ id: 12, name: "House", type: 3, typeName: "building", parentId: 11 }),
    ...[...floors].map(([id, name]) => place({ id, name, type: 4, typeName: "floor", parentId: 12 })),
    ...rooms.map(roomItem),
    ...devices.flatMap(deviceItems),
    // So it is in real lists: rows of which nothing more is known.
    place({ id: 100_002, name: "data" }),
    {
      row: { id: 900, name: "macros", type: 9, typeName: "agent", proxy: "control4_agent_macros" },
      variables: new Map(),
      commands: COMMANDS.control4_agent_macros ?? [],
    },
  ];
}

function place(row: ItemRow): Item {
  return { row, variables: new Map(), commands: [] };
}

function roomItem({ id, name, floor, floorId }: RoomPlan): Item {
  const variables = new Map<string, Value>([
    ["CURRENT_SELECTED_DEVICE", 0],
    ["CURRENT_AUDIO_DEVICE", 0],
    ["CURRENT_VIDEO_DEVICE", 0],
    ["POWER_STATE", 0],
    ["CURRENT_VOLUME", -1],
    ["IS_MUTED", 0],
    ["ROOM_HIDDEN", 0],
  ]);
  const row = {
    ...SITE,
    id,
    name,
    type: 8,
    typeName: "room",
    parentId: floorId,
    proxy: "roomdevice",
    floorId,
    floorName: floor,
    roomHidden: false,
  };
  return { row, variables, commands: ROOM_COMMANDS };
}

/** A wireless dimmer lists its mesh among its addresses. */
function urisOf(id: number, proxy: string): Readonly<Record<string, string>> {
  const names = ["network", "commands", ...(proxy === "light_v2" ? ["zigbee"] : [])];
  return Object.fromEntries(names.map((name) => [name, `/api/v1/items/${id}/${name}`]));
}

function deviceItems({
  id,
  name,
  proxy,
  room,
  manufacturer,
  model,
  driver,
  categories,
  isOnline,
  variables,
}: DevicePlan): Item[] {
  const where = { ...SITE, floorId: room.floorId, floorName: room.floor, roomId: room.id, roomName: room.name };
  const online = isOnline === undefined ? {} : { isOnline };
  const protocolFilename = driver ?? `${proxy}_generic.c4i`;
  const parent: ItemRow = {
    ...where,
    id,
    name,
    type: 6,
    typeName: "device",
    parentId: room.id,
    ...(manufacturer ? { manufacturer } : {}),
    ...(model ? { model } : {}),
    protocolFilename,
    ...online,
  };
  if (proxy === "controller")
    return [{ row: { ...parent, proxy, categories: ["controllers"] }, variables: new Map(), commands: [] }];
  const child: ItemRow = {
    ...where,
    id: id + 1,
    name,
    type: 7,
    typeName: "device",
    parentId: id,
    proxy,
    control: proxy,
    protocolFilename,
    categories: categories ?? [],
    ...online,
    URIs: urisOf(id + 1, proxy),
  };
  return [
    { row: parent, variables: new Map(), commands: [] },
    { row: child, variables: new Map(Object.entries(variables ?? {})), commands: COMMANDS[proxy] ?? [] },
  ];
}
