import { CaretakerError, type Device, type SiteId } from "@caretaker/protocol";
import { type Trx, transaction } from "../db/database.ts";
import type { Handlers } from "../http/handler.ts";
import { actorText } from "../ledger/actor.ts";
import { appendLedger } from "../ledger/append.ts";
import { thingsOf } from "../state/hidden-things.ts";
import { changedMeanwhile } from "./changed-meanwhile.ts";
import type { SitesDeps } from "./deps.ts";

/** What only people know of a device. A gateway's report never touches these fields. */
export function deviceHandlers({ db, announcements }: SitesDeps): Pick<Handlers, "device.update"> {
  return {
    "device.update": async ({ deviceId, version, ...said }, call) => {
      const device = await transaction(db, async (trx) => {
        const row = await trx
          .selectFrom("device")
          .innerJoin("gateway", "gateway.id", "device.gatewayId")
          .selectAll("device")
          .select("gateway.siteId")
          .where("device.id", "=", deviceId)
          .forUpdate("device")
          .executeTakeFirst();
        if (row === undefined) throw new CaretakerError("not_found", "There is no such device.");
        if (row.version !== version) {
          const [siteId, versions] = [row.siteId as SiteId, { mine: version, current: row.version }];
          throw await changedMeanwhile(trx, {
            name: row.name,
            version: versions,
            chain: siteId,
            event: "device.changed",
            deviceId,
          });
        }
        if (said.poweredBy) await mustBeSwitchOf(trx, said.poweredBy, row.siteId);
        const changes = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
        const changed = await trx
          .updateTable("device")
          .set({ ...changes, version: row.version + 1 })
          .where("id", "=", deviceId)
          .returningAll()
          .executeTakeFirstOrThrow();
        const payload = { deviceId, name: row.name, changes };
        await appendLedger(trx, {
          chain: row.siteId as SiteId,
          event: "device.changed",
          actor: actorText(call.actor),
          payload,
          now: call.now,
        });
        return { ...changed, siteId: row.siteId };
      });
      announcements.announce({
        type: "device.changed",
        siteId: device.siteId as SiteId,
        gatewayId: device.gatewayId as Device["gatewayId"],
      });
      return toDevice(device);
    },
  };
}

/** Only a switch of the same site can feed a device, and one that may be seen: else nobody could tell whether it is on again. */
async function mustBeSwitchOf(trx: Trx, entityId: string, siteId: string): Promise<void> {
  const entity = await trx
    .selectFrom("entity")
    .innerJoin("gateway", "gateway.id", "entity.gatewayId")
    .select(["entity.kind", "entity.name", "entity.key", "gateway.siteId", "entity.private", "entity.gatewayId"])
    .where("entity.id", "=", entityId)
    .executeTakeFirst();
  const refuse = (message: string): never => {
    throw new CaretakerError("invalid_input", `This cannot feed a device: ${message}.`, {
      fields: [{ path: "poweredBy", message }],
    });
  };
  if (entity === undefined || entity.siteId !== siteId) return refuse("it is not an entity of this site");
  if (entity.kind !== "switch") return refuse(`${entity.name} is not a switch`);
  if (entity.private) return refuse(`${entity.name} is private`);
  const { gatewayId, key } = entity;
  const [thing] = await thingsOf(trx, { gatewayId, key });
  if (thing?.isHidden) return refuse(`${entity.name} is left out of what we see, or was raised to private`);
}

type DeviceRow = Omit<
  Device,
  "gone" | "id" | "gatewayId" | "roomId" | "integrationIds" | "upstreamId" | "poweredBy"
> & {
  id: string;
  gatewayId: string;
  roomId: string | null;
  integrationIds: string[];
  upstreamId: string | null;
  poweredBy: string | null;
  goneAt: string | null;
};

function toDevice(row: DeviceRow): Device {
  return {
    id: row.id as Device["id"],
    gatewayId: row.gatewayId as Device["gatewayId"],
    name: row.name,
    roomId: row.roomId as Device["roomId"],
    integrationIds: row.integrationIds as Device["integrationIds"],
    upstreamId: row.upstreamId as Device["upstreamId"],
    make: row.make,
    model: row.model,
    firmware: row.firmware,
    kind: row.kind,
    maySleep: row.maySleep,
    poweredBy: row.poweredBy as Device["poweredBy"],
    doNotTouch: row.doNotTouch,
    carriesGateway: row.carriesGateway,
    gone: row.goneAt !== null,
    version: row.version,
  };
}
