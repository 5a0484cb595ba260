import type { ProposedAct } from "@caretaker/protocol";
import { connectors } from "@caretaker/reach/makes.ts";
import type { Database } from "../db/database.ts";
import type { Thing } from "./words/index.ts";

const TARGET = /^(?<gatewayId>[0-9a-f-]{36})\/(?<kind>integration|device|entity|room|gateway)\/(?<key>.+)$/s;

/** What an act acts on, as the homeowner knows it: its name, its room, and for a switch what it feeds. */
export async function thingOf(db: Database, act: ProposedAct): Promise<Thing> {
  const { gatewayId = "", kind = "", key = "" } = TARGET.exec(act.target)?.groups ?? {};
  const plain = { name: act.targetName, room: null, feeds: null };
  switch (kind) {
    case "entity":
      return (await entityOf(db, gatewayId, key)) ?? { kind, ...plain };
    case "device":
      return (await deviceOf(db, gatewayId, key)) ?? { kind, ...plain };
    case "integration":
    case "room":
      return { kind, ...plain };
    case "gateway":
      return { kind: (await isOneOfMany(db, gatewayId)) ? "device" : kind, ...plain };
    default:
      return { kind: act.capability.startsWith("integration.") ? "integration" : "device", ...plain };
  }
}

/** A panel on a wall is a gateway to us and a device to whoever lives there. */
async function isOneOfMany(db: Database, gatewayId: string): Promise<boolean> {
  const row = await db.selectFrom("gateway").select("connector").where("id", "=", gatewayId).executeTakeFirst();
  return connectors.some(({ manifest }) => manifest.id === row?.connector && manifest.isOneOfMany === true);
}

async function entityOf(db: Database, gatewayId: string, key: string): Promise<Thing | null> {
  const entity = await db
    .selectFrom("entity")
    .leftJoin("device", "device.id", "entity.deviceId")
    .leftJoin("room", (join) => join.on((on) => on("room.id", "=", on.fn.coalesce("entity.roomId", "device.roomId"))))
    .select(["entity.id", "entity.name", "room.name as room"])
    .where("entity.gatewayId", "=", gatewayId)
    .where("entity.key", "=", key)
    .executeTakeFirst();
  if (entity === undefined) return null;
  const feeds = await db
    .selectFrom("device")
    .leftJoin("room", "room.id", "device.roomId")
    .select(["device.name", "room.name as room"])
    .where("device.poweredBy", "=", entity.id)
    .where("device.goneAt", "is", null)
    .orderBy("device.name")
    .executeTakeFirst();
  return { kind: "entity", name: entity.name, room: entity.room, feeds: feeds ?? null };
}

async function deviceOf(db: Database, gatewayId: string, key: string): Promise<Thing | null> {
  const device = await db
    .selectFrom("device")
    .leftJoin("room", "room.id", "device.roomId")
    .select(["device.name", "room.name as room"])
    .where("device.gatewayId", "=", gatewayId)
    .where("device.key", "=", key)
    .executeTakeFirst();
  return device === undefined ? null : { kind: "device", feeds: null, ...device };
}
