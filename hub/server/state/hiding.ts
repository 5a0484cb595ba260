import { foldName, type SiteId } from "@caretaker/protocol";
import type { Database } from "../db/database.ts";
import { notify } from "../db/database.ts";
import { type DeviceNamed, isRaised, type RaisedDevice, raisedDevice } from "./raised-device.ts";

/** What of a home is not shown beyond what its make calls private: what its people left out, and what was raised to private. */
export interface Hiding {
  readonly isWholeHome: boolean;
  readonly rooms: ReadonlySet<string>;
  /** What those are called, folded: the same room of a gateway that came after is left out as well. */
  readonly roomNames: ReadonlySet<string>;
  readonly kinds: ReadonlySet<string>;
  readonly classes: ReadonlySet<string>;
  readonly devices: readonly RaisedDevice[];
}

const NONE: ReadonlySet<string> = new Set();
export const NOTHING_HIDDEN: Hiding = {
  isWholeHome: false,
  rooms: NONE,
  roomNames: NONE,
  kinds: NONE,
  classes: NONE,
  devices: [],
};

export interface Hideable extends DeviceNamed {
  readonly kind: string;
  readonly deviceClass: string | null;
  /** Its own room, else that of its device. */
  readonly roomId: string | null;
  readonly roomName: string | null;
  readonly isDiagnostic: boolean;
}

/** How a thing is, rather than what happens in the home. Other diagnostic values, such as a network's name, are not. */
const HEALTH: ReadonlySet<string> = new Set(["battery", "signal_strength", "connectivity", "problem", "firmware"]);

export function isHiddenBy(hiding: Hiding, entity: Hideable): boolean {
  const { kind, deviceClass } = entity;
  if (deviceClass !== null && hiding.classes.has(deviceClass)) return true;
  if (isHealth(entity)) return false;
  return (
    hiding.isWholeHome ||
    hiding.kinds.has(kind) ||
    isRoomLeftOut(hiding, entity) ||
    hiding.devices.some((raised) => isRaised(raised, entity))
  );
}

export function isHealth({ deviceClass, isDiagnostic }: Pick<Hideable, "deviceClass" | "isDiagnostic">): boolean {
  return isDiagnostic && deviceClass !== null && HEALTH.has(deviceClass);
}

export function isRoomLeftOut(
  { rooms, roomNames }: Hiding,
  { roomId, roomName }: Pick<Hideable, "roomId" | "roomName">,
): boolean {
  if (roomId !== null && rooms.has(roomId)) return true;
  return roomNames.size > 0 && roomName !== null && roomNames.has(foldName(roomName));
}

/** By site; a site of which nothing is hidden is left out. Raised to private hides as much as it makes acts ask. */
export async function loadHiding(db: Database, siteId?: string): Promise<Map<string, Hiding>> {
  const [limits, raises] = await Promise.all([
    db
      .selectFrom("viewLimit")
      .leftJoin("room", "room.id", "viewLimit.roomId")
      .select(["siteId", "roomId", "roomName", "room.name as nameNow", "kind", "deviceClass"])
      .$if(siteId !== undefined, (query) => query.where("siteId", "=", siteId as string))
      .execute(),
    db
      .selectFrom("scopeRaise")
      .leftJoin("device", "device.id", "scopeRaise.deviceId")
      .select(["siteId", "deviceId", "device.name as deviceName", "device.gatewayId", "device.goneAt"])
      .where("isPrivate", "=", true)
      // Private to do is not private to see.
      .where("capability", "is", null)
      .$if(siteId !== undefined, (query) => query.where("siteId", "=", siteId as string))
      .execute(),
  ]);
  const bySite = new Map<string, ReturnType<typeof emptyHiding>>();
  const of = (id: string) => {
    const hiding = bySite.get(id) ?? emptyHiding();
    bySite.set(id, hiding);
    return hiding;
  };
  for (const { siteId: id, roomId, roomName, nameNow, kind, deviceClass } of limits) {
    const hiding = of(id);
    if (roomId !== null) hiding.rooms.add(roomId);
    for (const name of [roomName, nameNow]) if (name !== null) hiding.roomNames.add(foldName(name));
    if (kind !== null) hiding.kinds.add(kind);
    if (deviceClass !== null) hiding.classes.add(deviceClass);
  }
  for (const { siteId: id, ...raised } of raises) {
    const device = raisedDevice(raised);
    if (device === null) of(id).isWholeHome = true;
    else of(id).devices.push(device);
  }
  return bySite;
}

function emptyHiding() {
  return {
    isWholeHome: false,
    rooms: new Set<string>(),
    roomNames: new Set<string>(),
    kinds: new Set<string>(),
    classes: new Set<string>(),
    devices: [] as RaisedDevice[],
  };
}

export const VIEW_CHANNEL = "caretaker_view";

/** Tells all hubs on this database, once the transaction is committed, that something else of a home may be seen than before. */
export async function tellView(trx: Database, siteId: SiteId): Promise<void> {
  await notify(trx, VIEW_CHANNEL, siteId);
}
