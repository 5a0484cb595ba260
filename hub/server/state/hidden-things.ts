import type { Database } from "../db/database.ts";
import { type Hideable, isHiddenBy, loadHiding, NOTHING_HIDDEN } from "./hiding.ts";

export interface SeenThing extends Hideable {
  readonly key: string;
  readonly label: string;
  readonly name: string;
  readonly deviceKey: string | null;
  readonly isHidden: boolean;
}

/** All of a site, what is on one device, or one entity. */
type Which =
  | { readonly siteId: string }
  | { readonly gatewayId: string; readonly deviceKey: string }
  | { readonly gatewayId: string; readonly key: string };

/**
 * What a home has, and what of it is hidden, as the rows say at this moment: what somebody left out a second ago counts,
 * on every hub. Also of what is gone since: a log remembers it.
 */
export async function thingsOf(db: Database, which: Which): Promise<SeenThing[]> {
  const rows = await db
    .selectFrom("entity")
    .innerJoin("gateway", "gateway.id", "entity.gatewayId")
    .leftJoin("device", "device.id", "entity.deviceId")
    .leftJoin("room", (join) => join.on((on) => on("room.id", "=", on.fn.coalesce("entity.roomId", "device.roomId"))))
    .select(["gateway.siteId", "entity.key", "entity.label", "entity.name", "entity.kind", "entity.deviceClass"])
    .select(["entity.diagnostic as isDiagnostic", "entity.private as isPrivate", "entity.deviceId", "entity.gatewayId"])
    .select(["device.key as deviceKey", "device.name as deviceName", "room.id as roomId", "room.name as roomName"])
    .where((where) => {
      if ("siteId" in which) return where("gateway.siteId", "=", which.siteId);
      const isOne = "key" in which ? where("entity.key", "=", which.key) : where("device.key", "=", which.deviceKey);
      return where.and([where("gateway.id", "=", which.gatewayId), isOne]);
    })
    .execute();
  const siteId = rows[0]?.siteId;
  if (siteId === undefined) return [];
  const hiding = (await loadHiding(db, siteId)).get(siteId) ?? NOTHING_HIDDEN;
  return rows.map(({ isPrivate, siteId: _, ...row }) => ({ ...row, isHidden: isPrivate || isHiddenBy(hiding, row) }));
}
