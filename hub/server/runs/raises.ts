import { type ActionName, type CapabilityName, raise, type Scope } from "@caretaker/protocol";
import { builtOnce } from "../db/built-once.ts";
import type { Database } from "../db/database.ts";
import { isRaised, raisedDevice } from "../state/raised-device.ts";
import type { Affected } from "./protect.ts";
import type { Thing } from "./things.ts";

interface Asked {
  readonly capability: CapabilityName;
  readonly thing: Thing | null;
  readonly gatewayId: string;
}

/**
 * What people said has to be allowed for this, beyond what the catalogue of the make says: for the whole home, or for a
 * device that the act touches; for whatever is done there, or for acts of this kind; or in every home of its plan. And
 * whether it takes a device along that the catalogue calls private. Read each time, so a raise of a second ago counts. It
 * only ever raises.
 */
export async function raisedFor(
  db: Database,
  siteId: string,
  asked: Asked,
  devices: readonly Pick<Affected, "id">[],
): Promise<{ readonly scope: Scope; readonly isPrivate: boolean }> {
  const rows = await raisesOf(db, { siteId, capability: asked.capability as ActionName });
  const touched = rows.some(({ deviceId }) => deviceId !== null) ? await touchedBy(db, siteId, asked, devices) : [];
  const counting = rows.filter((row) => {
    const raised = raisedDevice(row);
    return raised === null || touched.some((device) => isRaised(raised, device));
  });
  return {
    scope: counting.map(({ scope }) => scope ?? "reach").reduce<Scope>(raise, "reach"),
    isPrivate: counting.some(({ isPrivate }) => isPrivate) || (await takesPrivateAlong(db, asked)),
  };
}

/** Of the home and its devices, and of its plan: what a plan raises is of no device, and counts in the whole home. */
const raisesOf = builtOnce((db, { siteId, capability }: { siteId: string; capability: ActionName }) => {
  const byPlan = db
    .selectFrom("planRaise")
    .innerJoin("site", "site.planId", "planRaise.planId")
    .select(["planRaise.scope", "planRaise.isPrivate"])
    .select((select) => [
      select.lit(null).$castTo<string | null>().as("deviceId"),
      select.lit(null).$castTo<string | null>().as("deviceName"),
      select.lit(null).$castTo<string | null>().as("gatewayId"),
      select.lit(null).$castTo<string | null>().as("goneAt"),
    ])
    .where("site.id", "=", siteId)
    .where("planRaise.capability", "=", capability);
  return db
    .selectFrom("scopeRaise")
    .leftJoin("device", "device.id", "scopeRaise.deviceId")
    .select(["scopeRaise.scope", "scopeRaise.isPrivate", "scopeRaise.deviceId", "device.name as deviceName"])
    .select(["device.gatewayId", "device.goneAt"])
    .where("scopeRaise.siteId", "=", siteId)
    .where((where) => where.or([where("capability", "is", null), where("capability", "=", capability)]))
    .unionAll(byPlan);
});

/** What is loaded anew takes its devices with it, and a gateway that restarts all that it has. */
function isOfGateway({ thing }: Asked): boolean {
  return thing === null || thing.kind === "gateway";
}

/** The devices that a raise of theirs counts for, also where they are gone for the moment. */
async function touchedBy(db: Database, siteId: string, asked: Asked, devices: readonly Pick<Affected, "id">[]) {
  const { thing, gatewayId } = asked;
  const rows = await db
    .selectFrom("device")
    .innerJoin("gateway", "gateway.id", "device.gatewayId")
    .select(["device.id as deviceId", "device.name as deviceName", "device.gatewayId", "device.integrationIds"])
    .where("gateway.siteId", "=", siteId)
    .execute();
  const touched = new Set(devices.map(({ id }) => id));
  return rows.filter(
    (row) =>
      touched.has(row.deviceId) ||
      (thing?.kind === "device" && row.deviceId === thing.id) ||
      (thing?.kind === "integration" && row.integrationIds.includes(thing.id)) ||
      (isOfGateway(asked) && row.gatewayId === gatewayId),
  );
}

/** A gateway that restarts takes its locks, alarms and cameras down with it. */
async function takesPrivateAlong(db: Database, asked: Asked): Promise<boolean> {
  if (!isOfGateway(asked)) return false;
  const held = await db
    .selectFrom("entity")
    .innerJoin("device", "device.id", "entity.deviceId")
    .select("entity.id")
    .where("entity.gatewayId", "=", asked.gatewayId)
    .where("entity.private", "=", true)
    .where("entity.goneAt", "is", null)
    .where("device.goneAt", "is", null)
    .limit(1)
    .executeTakeFirst();
  return held !== undefined;
}
