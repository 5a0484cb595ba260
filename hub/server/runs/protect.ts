import type { CapabilityName } from "@caretaker/protocol";
import type { Database } from "../db/database.ts";
import type { Thing } from "./things.ts";

/** Actions that take the power from what hangs on a switch, if only for a moment. */
export const CUTS_POWER: ReadonlySet<CapabilityName> = new Set(["power.cycle"]);

/**
 * Nobody but the installer knows what it acts on: it may be anything of the gateway. A mark is a no, so it is taken to
 * reach whatever is marked.
 */
const REACHES_ANYTHING: ReadonlySet<CapabilityName> = new Set(["macro.run"]);

export interface Affected {
  readonly id: string;
  readonly name: string;
  readonly doNotTouch: boolean;
  readonly carriesGateway: boolean;
  readonly hasPrivate: boolean;
}

/**
 * The devices that an act touches. For an act that cuts power those are all that go dark with the switch: what it
 * feeds, what is fed by switches of those, what reaches its gateway through them, and so on; and the switch's own. For a
 * macro those are the devices of its gateway that must not be touched.
 */
export async function affectedBy(
  db: Database,
  siteId: string,
  capability: CapabilityName,
  thing: Thing | null,
): Promise<{ readonly devices: readonly Affected[]; readonly feedsAny: boolean }> {
  if (thing === null || (thing.kind !== "entity" && thing.kind !== "device")) return { devices: [], feedsAny: false };
  const all = await devicesOf(db, siteId);
  if (REACHES_ANYTHING.has(capability))
    return {
      devices: all.filter(({ gatewayId, doNotTouch }) => doNotTouch && gatewayId === thing.gatewayId),
      feedsAny: false,
    };
  const own = thing.kind === "device" ? thing.id : (thing.fields.device as string | null);
  const touched = new Set(own === null ? [] : [own]);
  const fed =
    thing.kind === "entity" && CUTS_POWER.has(capability) ? all.filter(({ poweredBy }) => poweredBy === thing.id) : [];
  const dark = new Set(fed.map(({ id }) => id));
  for (let before = -1; before < dark.size; ) {
    before = dark.size;
    for (const { id, upstreamId, switchOf } of all) {
      if ((upstreamId !== null && dark.has(upstreamId)) || (switchOf !== null && dark.has(switchOf))) dark.add(id);
    }
  }
  for (const id of dark) touched.add(id);
  return { devices: all.filter(({ id }) => touched.has(id)), feedsAny: fed.length > 0 };
}

type DeviceRow = Affected & {
  readonly gatewayId: string;
  readonly poweredBy: string | null;
  readonly upstreamId: string | null;
  /** The device that the switch which feeds it belongs to. */
  readonly switchOf: string | null;
};

/** Of the whole site: a switch of one gateway may feed a device of another. */
async function devicesOf(db: Database, siteId: string): Promise<DeviceRow[]> {
  return db
    .selectFrom("device")
    .innerJoin("gateway", "gateway.id", "device.gatewayId")
    .leftJoin("entity as switch", "switch.id", "device.poweredBy")
    .select(["device.id", "device.name", "device.doNotTouch", "device.carriesGateway", "device.poweredBy"])
    .select(["device.gatewayId", "device.upstreamId", "switch.deviceId as switchOf"])
    .select((select) =>
      select
        .exists(
          select
            .selectFrom("entity")
            .select("entity.id")
            .whereRef("entity.deviceId", "=", "device.id")
            .where("entity.private", "=", true)
            .where("entity.goneAt", "is", null),
        )
        .as("hasPrivate"),
    )
    .where("gateway.siteId", "=", siteId)
    .where("gateway.removedAt", "is", null)
    .where("device.goneAt", "is", null)
    .orderBy("device.name")
    .execute()
    .then((rows) => rows.map((row) => ({ ...row, hasPrivate: row.hasPrivate === true })));
}

/** Why an act must not be done, whoever allows it; null when nothing stands against it. */
export function objection(
  capability: CapabilityName,
  thing: Thing | null,
  { devices, feedsAny }: { readonly devices: readonly Affected[]; readonly feedsAny: boolean },
): string | null {
  const name = thing?.name ?? "";
  if (CUTS_POWER.has(capability) && !feedsAny) {
    return `Nobody has said what ${name} feeds, so it is not switched off. Set "powered by" on the device's page.`;
  }
  const carrier = CUTS_POWER.has(capability) ? devices.find(({ carriesGateway }) => carriesGateway) : undefined;
  if (carrier !== undefined) {
    return `${name} feeds ${carrier.name}, which carries the gateway or the way to it: it is never switched off from here.`;
  }
  const untouchable = devices.find(({ doNotTouch }) => doNotTouch);
  if (untouchable === undefined) return null;
  return REACHES_ANYTHING.has(capability)
    ? `${untouchable.name} is marked "do not touch", and nobody here knows whether ${name} acts on it. Ask the installer, and take the mark away only if it does not.`
    : `${untouchable.name} is marked "do not touch", and this would act on it.`;
}
