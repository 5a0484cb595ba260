import { type GatewayId, type ReferenceKind, type SiteId, THING_FIELDS } from "@caretaker/protocol";
import { sql } from "kysely";
import { type GivenForGood, standingIn } from "../consent/standing.ts";
import { oneBuiltOnce } from "../db/built-once.ts";
import type { Database } from "../db/database.ts";
import { isHiddenBy, loadHiding } from "../state/hiding.ts";

/** A thing of a home, as a run names it. Read from the rows each time: what a person said of it a second ago counts. */
export interface Thing {
  readonly kind: ReferenceKind;
  readonly id: string;
  /** What the make calls it. */
  readonly key: string;
  readonly gatewayId: GatewayId;
  readonly siteId: SiteId;
  readonly name: string;
  readonly isPrivate: boolean;
  /** Private, or left out of what we may see: of it a run reads whether it answers. */
  readonly isHidden: boolean;
  /** What stands for good in its home, read with it. */
  readonly standing: readonly GivenForGood[];
  /** What can be asked of it in a runbook; of a field that names a thing, that thing's id. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A thing by our id, or null when the home no longer has it. */
export async function loadThing(db: Database, kind: ReferenceKind, id: string): Promise<Thing | null> {
  const row = await LOADERS[kind](db, { id });
  if (row === undefined) return null;
  const {
    id: found,
    key,
    gatewayId,
    siteId,
    name,
    isPrivate,
    roomId,
    isDiagnostic,
    deviceName,
    standing,
    ...fields
  } = row;
  return {
    kind,
    id: found,
    key,
    gatewayId: gatewayId as GatewayId,
    siteId: siteId as SiteId,
    name,
    isPrivate: isPrivate ?? false,
    isHidden: isPrivate === true || (kind === "entity" && (await isLeftOut(db, row))),
    standing,
    fields: { name, ...fields },
  };
}

async function isLeftOut(db: Database, row: ThingRow): Promise<boolean> {
  const hiding = (await loadHiding(db, row.siteId)).get(row.siteId);
  const { kind, deviceClass, roomId, room, device, deviceName, gatewayId, isDiagnostic } = row as ThingRow &
    EntityColumns;
  const ofDevice = { deviceId: device, deviceName, gatewayId };
  const entity = { kind, deviceClass, roomId, roomName: room, isDiagnostic, ...ofDevice };
  return hiding !== undefined && isHiddenBy(hiding, entity);
}

interface EntityColumns {
  readonly kind: string;
  readonly deviceClass: string | null;
  readonly roomId: string | null;
  readonly room: string | null;
  readonly device: string | null;
  readonly deviceName: string | null;
  readonly isDiagnostic: boolean;
}

/** A thing by what the make of its gateway calls it, or null when the home has none of that name. */
export async function findThing(
  db: Database,
  kind: ReferenceKind,
  gatewayId: GatewayId,
  key: string,
): Promise<Thing | null> {
  if (kind === "gateway") return key === gatewayId ? loadThing(db, kind, key) : null;
  const row = await db
    .selectFrom(kind)
    .select("id")
    .where("gatewayId", "=", gatewayId)
    .where("key", "=", key)
    .executeTakeFirst();
  return row === undefined ? null : loadThing(db, kind, row.id);
}

/** The kind of thing that a field of a thing names, if it names one. */
export function linkKind(kind: ReferenceKind, field: string): ReferenceKind | null {
  const fields: Readonly<Record<string, string>> = THING_FIELDS[kind];
  const linked = Object.hasOwn(fields, field) ? fields[field] : undefined;
  return linked !== undefined && Object.hasOwn(THING_FIELDS, linked) ? (linked as ReferenceKind) : null;
}

interface ThingRow {
  readonly id: string;
  readonly key: string;
  readonly gatewayId: string;
  readonly siteId: string;
  readonly name: string;
  readonly isPrivate?: boolean;
  readonly standing: readonly GivenForGood[];
  readonly [field: string]: unknown;
}

const allowed = standingIn(sql.ref("gateway.siteId")).as("standing");

const LOADERS: Readonly<Record<ReferenceKind, (db: Database, given: { id: string }) => Promise<ThingRow | undefined>>> =
  {
    gateway: oneBuiltOnce((db, { id }: { id: string }) =>
      db
        .selectFrom("gateway")
        .select(["id", "id as key", "id as gatewayId", "siteId", "name", "connector"])
        .select(allowed)
        .where("id", "=", id)
        .where("removedAt", "is", null),
    ),
    room: oneBuiltOnce((db, { id }: { id: string }) =>
      db
        .selectFrom("room")
        .innerJoin("gateway", "gateway.id", "room.gatewayId")
        .select(["room.id", "room.key", "room.gatewayId", "gateway.siteId", "room.name", "room.floor"])
        .select(allowed)
        .where("room.id", "=", id)
        .where("room.goneAt", "is", null)
        .where("gateway.removedAt", "is", null),
    ),
    integration: oneBuiltOnce((db, { id }: { id: string }) =>
      db
        .selectFrom("integration")
        .innerJoin("gateway", "gateway.id", "integration.gatewayId")
        .select(["integration.id", "integration.key", "integration.gatewayId", "gateway.siteId", "integration.name"])
        .select(["integration.domain", allowed])
        .where("integration.id", "=", id)
        .where("integration.goneAt", "is", null)
        .where("gateway.removedAt", "is", null),
    ),
    device: oneBuiltOnce((db, { id }: { id: string }) =>
      db
        .selectFrom("device")
        .innerJoin("gateway", "gateway.id", "device.gatewayId")
        .leftJoin("room", "room.id", "device.roomId")
        .select(["device.id", "device.key", "device.gatewayId", "gateway.siteId", "device.name", "room.name as room"])
        .select([
          "device.make",
          "device.model",
          "device.firmware",
          "device.kind",
          "device.maySleep",
          "device.poweredBy",
        ])
        .select(allowed)
        .where("device.id", "=", id)
        .where("device.goneAt", "is", null)
        .where("gateway.removedAt", "is", null),
    ),
    entity: oneBuiltOnce((db, { id }: { id: string }) =>
      db
        .selectFrom("entity")
        .innerJoin("gateway", "gateway.id", "entity.gatewayId")
        .leftJoin("device", "device.id", "entity.deviceId")
        .leftJoin("room", (join) =>
          join.on((on) => on("room.id", "=", on.fn.coalesce("entity.roomId", "device.roomId"))),
        )
        .select(["entity.id", "entity.key", "entity.gatewayId", "gateway.siteId", "entity.name", "room.name as room"])
        .select([
          "entity.kind",
          "entity.deviceClass",
          "entity.unit",
          "entity.deviceId as device",
          "device.name as deviceName",
        ])
        .select(["entity.private as isPrivate", "room.id as roomId", "entity.diagnostic as isDiagnostic"])
        .select(allowed)
        .where("entity.id", "=", id)
        .where("entity.goneAt", "is", null)
        .where("gateway.removedAt", "is", null),
    ),
  };
