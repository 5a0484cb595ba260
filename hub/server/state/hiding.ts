import type { SiteId } from "@caretaker/protocol";
import type { Database } from "../db/database.ts";
import { notify } from "../db/database.ts";

/** What of a home is not shown beyond what its make calls private: what its people left out, and what was raised to private. */
export interface Hiding {
  readonly isWholeHome: boolean;
  readonly rooms: ReadonlySet<string>;
  readonly kinds: ReadonlySet<string>;
  readonly classes: ReadonlySet<string>;
  readonly devices: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();
export const NOTHING_HIDDEN: Hiding = { isWholeHome: false, rooms: NONE, kinds: NONE, classes: NONE, devices: NONE };

export interface Hideable {
  readonly kind: string;
  readonly deviceClass: string | null;
  /** Its own room, else that of its device. */
  readonly roomId: string | null;
  readonly deviceId: string | null;
  readonly isDiagnostic: boolean;
}

/** How a thing is, rather than what happens in the home. Other diagnostic values, such as a network's name, are not. */
const HEALTH: ReadonlySet<string> = new Set(["battery", "signal_strength", "connectivity", "problem", "firmware"]);

export function isHiddenBy(hiding: Hiding, entity: Hideable): boolean {
  const { kind, deviceClass, roomId, deviceId, isDiagnostic } = entity;
  if (deviceClass !== null && hiding.classes.has(deviceClass)) return true;
  if (isDiagnostic && deviceClass !== null && HEALTH.has(deviceClass)) return false;
  return (
    hiding.isWholeHome ||
    hiding.kinds.has(kind) ||
    (roomId !== null && hiding.rooms.has(roomId)) ||
    (deviceId !== null && hiding.devices.has(deviceId))
  );
}

/** By site; a site of which nothing is hidden is left out. Raised to private hides as much as it makes acts ask. */
export async function loadHiding(db: Database, siteId?: string): Promise<Map<string, Hiding>> {
  const [limits, raises] = await Promise.all([
    db
      .selectFrom("viewLimit")
      .select(["siteId", "roomId", "kind", "deviceClass"])
      .$if(siteId !== undefined, (query) => query.where("siteId", "=", siteId as string))
      .execute(),
    db
      .selectFrom("scopeRaise")
      .select(["siteId", "deviceId"])
      .where("isPrivate", "=", true)
      .$if(siteId !== undefined, (query) => query.where("siteId", "=", siteId as string))
      .execute(),
  ]);
  const bySite = new Map<string, ReturnType<typeof emptyHiding>>();
  const of = (id: string) => {
    const hiding = bySite.get(id) ?? emptyHiding();
    bySite.set(id, hiding);
    return hiding;
  };
  for (const { siteId: id, roomId, kind, deviceClass } of limits) {
    const hiding = of(id);
    if (roomId !== null) hiding.rooms.add(roomId);
    if (kind !== null) hiding.kinds.add(kind);
    if (deviceClass !== null) hiding.classes.add(deviceClass);
  }
  for (const { siteId: id, deviceId } of raises) {
    if (deviceId === null) of(id).isWholeHome = true;
    else of(id).devices.add(deviceId);
  }
  return bySite;
}

function emptyHiding() {
  return {
    isWholeHome: false,
    rooms: new Set<string>(),
    kinds: new Set<string>(),
    classes: new Set<string>(),
    devices: new Set<string>(),
  };
}

export const HIDING_CHANNEL = "caretaker_hiding";

/** Tells all hubs on this database, once the transaction is committed, that another part of a home is hidden. */
export async function tellHiding(trx: Database, siteId: SiteId): Promise<void> {
  await notify(trx, HIDING_CHANNEL, siteId);
}
