import type {
  BridgeStart,
  Home,
  HomeBackup,
  HomeDevice,
  HomeEntity,
  HomeEntry,
  HomeLogEntry,
  HomeRepair,
} from "./home.ts";

/** A home as one would tell of it: rooms, and in each integration the devices with what they show. */
export interface HomePlan {
  readonly name?: string;
  readonly timeZone?: string;
  readonly country?: string;
  /** `Hall`, or a room with its floor. Rooms that devices name are added by themselves. */
  readonly rooms?: readonly (string | { readonly name: string; readonly floor: string })[];
  readonly integrations?: readonly IntegrationPlan[];
  readonly repairs?: readonly HomeRepair[];
  readonly log?: readonly HomeLogEntry[];
  readonly backup?: HomeBackup;
}

export interface IntegrationPlan {
  readonly domain: string;
  readonly title: string;
  readonly disabled?: boolean;
  /** Makes it one that can be broken. */
  readonly bridge?: BridgeStart;
  readonly devices: readonly DevicePlan[];
}

export interface DevicePlan {
  readonly name: string;
  readonly room?: string;
  readonly make?: string;
  readonly model?: string;
  readonly firmware?: string;
  readonly configurationUrl?: string;
  /** The name of the device that it hangs on. */
  readonly via?: string;
  readonly service?: boolean;
  /** By entity id: its state, or all of it. */
  readonly entities: Readonly<Record<string, string | EntityPlan>>;
}

export interface EntityPlan {
  readonly state: string;
  readonly name?: string;
  readonly category?: "config" | "diagnostic";
  readonly disabled?: boolean;
  readonly isOwn?: boolean;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** Makes a valid home; what the plan leaves out gets a sensible value. */
export function buildHome(plan: HomePlan = {}): Home {
  const name = plan.name ?? "Test home";
  const integrations = plan.integrations ?? [];
  const rooms = roomsOf(plan);
  const floors = [...new Set([...rooms.values()].filter((floor) => floor !== undefined))];
  const deviceIds = new Map(
    integrations.flatMap((integration) =>
      integration.devices.map((device) => [device.name, idOf(name, integration.title, device.name)]),
    ),
  );
  const entries: HomeEntry[] = [];
  const devices: HomeDevice[] = [];
  const entities: HomeEntity[] = [];
  for (const integration of integrations) {
    const entry = idOf(name, "entry", integration.title);
    const { domain, title, bridge, disabled } = integration;
    entries.push({ id: entry, domain, title, ...(bridge ? { bridge } : {}), ...(disabled ? { disabled } : {}) });
    for (const device of integration.devices) {
      const id = deviceIds.get(device.name) ?? "";
      devices.push(buildDevice(device, id, entry, deviceIds));
      for (const [entityId, planned] of Object.entries(device.entities))
        entities.push(buildEntity(entityId, planned, { device, deviceId: id, entry, platform: domain }));
    }
  }
  return {
    name,
    timeZone: plan.timeZone ?? "Europe/Amsterdam",
    country: plan.country ?? "NL",
    floors: floors.map((floor, level) => ({ id: slug(floor), name: floor, level })),
    areas: [...rooms].map(([room, floor]) => ({
      id: slug(room),
      name: room,
      ...(floor ? { floor: slug(floor) } : {}),
    })),
    entries,
    devices,
    entities,
    repairs: plan.repairs ?? [],
    log: plan.log ?? [],
    backup: plan.backup ?? { completedHoursAgo: 9, isFailed: false },
  };
}

function roomsOf(plan: HomePlan): Map<string, string | undefined> {
  const rooms = new Map<string, string | undefined>();
  for (const room of plan.rooms ?? []) {
    if (typeof room === "string") rooms.set(room, undefined);
    else rooms.set(room.name, room.floor);
  }
  for (const { devices } of plan.integrations ?? [])
    for (const { room } of devices) if (room !== undefined && !rooms.has(room)) rooms.set(room, undefined);
  return rooms;
}

function buildDevice(plan: DevicePlan, id: string, entry: string, ids: ReadonlyMap<string, string>): HomeDevice {
  const upstream = plan.via === undefined ? undefined : ids.get(plan.via);
  if (plan.via !== undefined && upstream === undefined)
    throw new Error(`${plan.name} hangs on ${plan.via}, which is not in the plan`);
  return {
    id,
    entry,
    name: plan.name,
    identifier: slug(plan.name),
    make: plan.make ?? "Fictional Works",
    model: plan.model ?? "F-1",
    ...(plan.firmware === undefined ? {} : { firmware: plan.firmware }),
    ...(plan.configurationUrl === undefined ? {} : { configurationUrl: plan.configurationUrl }),
    ...(plan.room === undefined ? {} : { area: slug(plan.room) }),
    ...(upstream === undefined ? {} : { upstream }),
    ...(plan.service ? { service: true } : {}),
  };
}

function buildEntity(
  id: string,
  planned: string | EntityPlan,
  of: { device: DevicePlan; deviceId: string; entry: string; platform: string },
): HomeEntity {
  const plan: EntityPlan = typeof planned === "string" ? { state: planned } : planned;
  const friendly = plan.name === undefined ? of.device.name : `${of.device.name} ${plan.name}`;
  return {
    id,
    state: plan.state,
    attributes: { ...plan.attributes, friendly_name: friendly },
    platform: of.platform,
    device: of.deviceId,
    entry: of.entry,
    ...(plan.name === undefined ? {} : { name: plan.name }),
    ...(plan.category === undefined ? {} : { category: plan.category }),
    ...(plan.disabled ? { disabled: true } : {}),
    ...(plan.isOwn ? { isOwn: true } : {}),
  };
}

export function slug(text: string): string {
  return text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_|_$/g, "");
}

/** 32 hexadecimal digits, as Home Assistant's own ids, and the same ones for the same words. */
export function idOf(...words: readonly string[]): string {
  let id = "";
  for (let round = 0; id.length < 32; round += 1) {
    let hash = 0x811c9dc5 ^ round;
    for (const character of words.join("\u0000")) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0;
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0;
    id += hash.toString(16).padStart(8, "0");
  }
  return id;
}
