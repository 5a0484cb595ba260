import { type ActionName, type CapabilityName, raise, type Scope } from "@caretaker/protocol";
import type { Database } from "../db/database.ts";
import type { Affected } from "./protect.ts";
import type { Thing } from "./things.ts";

/**
 * What people said has to be allowed for this, beyond what the catalogue of the make says: for the whole home, or for a
 * device that the act touches; for whatever is done there, or for acts of this kind. Read each time, so a raise of a second ago counts. It only ever raises.
 */
export async function raisedFor(
  db: Database,
  siteId: string,
  {
    capability,
    thing,
    gatewayId,
  }: { readonly capability: CapabilityName; readonly thing: Thing | null; readonly gatewayId: string },
  devices: readonly Pick<Affected, "id">[],
): Promise<{ readonly scope: Scope; readonly isPrivate: boolean }> {
  const rows = await db
    .selectFrom("scopeRaise")
    .leftJoin("device", "device.id", "scopeRaise.deviceId")
    .select(["scope", "isPrivate", "deviceId", "device.integrationIds", "device.gatewayId"])
    .where("siteId", "=", siteId)
    .where((where) => where.or([where("capability", "is", null), where("capability", "=", capability as ActionName)]))
    .execute();
  const touched = new Set(devices.map(({ id }) => id));
  const own = thing?.kind === "device" ? thing.id : null;
  const counting = rows.filter(
    ({ deviceId, integrationIds, gatewayId: gatewayOf }) =>
      deviceId === null ||
      touched.has(deviceId) ||
      deviceId === own ||
      // What is loaded anew takes its devices with it, and a gateway that restarts all that it has.
      (thing?.kind === "integration" && integrationIds?.includes(thing.id)) ||
      ((thing === null || thing.kind === "gateway") && gatewayOf === gatewayId),
  );
  return {
    scope: counting.map(({ scope }) => scope ?? "reach").reduce<Scope>(raise, "reach"),
    isPrivate: counting.some(({ isPrivate }) => isPrivate),
  };
}
