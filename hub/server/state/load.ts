import type { AgentId, GatewayId, SiteId } from "@caretaker/protocol";
import { sql } from "kysely";
import type { Database } from "../db/database.ts";
import { type DeviceWords, type Packed, readPacked } from "./packing.ts";
import type { GatewayFacts, GatewayStatus, SiteFacts } from "./records.ts";
import type { DeviceRow, EntityRow, InventoryRows } from "./rows.ts";

/** Reads what the state begins with. Entities are many, so the database hands each gateway's over as one JSON text. */

export async function loadSites(db: Database, siteId?: SiteId): Promise<SiteFacts[]> {
  const rows = await db
    .selectFrom("site")
    .innerJoin("client", "client.id", "site.clientId")
    .leftJoin("agent", (join) => join.onRef("agent.siteId", "=", "site.id").on("agent.status", "=", "paired"))
    .select(sql<string | null>`agent.policy->>'stoppedAt'`.as("stoppedAt"))
    .select([
      "site.id",
      "site.number",
      "site.name",
      "site.clientId",
      "client.name as clientName",
      "client.phone",
      "site.town",
      "site.timeZone",
      "site.isSimulated",
      "site.createdAt",
    ])
    .where("site.removedAt", "is", null)
    .$if(siteId !== undefined, (query) => query.where("site.id", "=", siteId as string))
    .execute();
  return rows.map((row) => ({ ...row, createdAt: Date.parse(row.createdAt) }) as SiteFacts);
}

export interface LoadedGateway {
  readonly siteId: SiteId;
  readonly facts: GatewayFacts;
  readonly status: GatewayStatus;
  readonly inventoryDigest: string | null;
}

export async function loadGateways(
  db: Database,
  connectorName: (id: string) => string,
  gatewayId?: GatewayId,
): Promise<LoadedGateway[]> {
  const rows = await db
    .selectFrom("gateway")
    .selectAll()
    .where("removedAt", "is", null)
    .$if(gatewayId !== undefined, (query) => query.where("id", "=", gatewayId as string))
    .execute();
  return rows.map((row) => ({
    siteId: row.siteId as SiteId,
    inventoryDigest: row.inventoryDigest,
    facts: {
      id: row.id as GatewayId,
      connector: row.connector,
      connectorName: connectorName(row.connector),
      name: row.name,
      address: row.address,
      isSimulated: row.isSimulated,
      agentId: row.agentId as AgentId | null,
    },
    status: {
      state: row.state,
      reason: row.reason,
      since: Date.parse(row.since),
      lastSeenAt: row.lastSeenAt === null ? 0 : Date.parse(row.lastSeenAt),
      acceptedAt: row.acceptedAt === null ? null : Date.parse(row.acceptedAt),
      nextTryAt: null,
      version: row.softwareVersion,
      isAdmin: row.isAdmin,
      garbage: 0,
      software: "running",
    },
  }));
}

type Values = readonly unknown[];

export async function loadInventories(
  db: Database,
  gatewayIds: readonly GatewayId[],
): Promise<Map<GatewayId, InventoryRows>> {
  const [rooms, integrations, devices, entities] = await Promise.all([
    packed(db, gatewayIds, "room", ROOM),
    packed(db, gatewayIds, "integration", INTEGRATION),
    packed(db, gatewayIds, "device", DEVICE),
    packed(db, gatewayIds, "entity", ENTITY),
  ]);
  const unpack = <Row>(from: Map<string, readonly Values[]>, id: string, fields: readonly string[]): Row[] =>
    (from.get(id) ?? []).map((values) => Object.fromEntries(fields.map((field, at) => [field, values[at]])) as Row);
  return new Map(
    gatewayIds.map((id) => [
      id,
      {
        rooms: unpack(rooms, id, ROOM),
        integrations: unpack(integrations, id, INTEGRATION),
        devices: unpack<DeviceRow>(devices, id, DEVICE),
        entities: (entities.get(id) ?? []).map(unpackEntity),
      },
    ]),
  );
}

export interface LoadedInventories {
  readonly packed: ReadonlyMap<GatewayId, Packed>;
  /** What people said of devices, by the device's id. */
  readonly said: ReadonlyMap<string, DeviceWords>;
  /** Of gateways whose text is missing, or of another time than their rows. */
  readonly rows: ReadonlyMap<GatewayId, InventoryRows>;
}

export async function loadPacked(db: Database, gatewayIds: readonly GatewayId[]): Promise<LoadedInventories> {
  const [texts, said] = await Promise.all([
    db
      .selectFrom("gatewayInventory")
      .innerJoin("gateway", (join) =>
        join
          .onRef("gateway.id", "=", "gatewayInventory.gatewayId")
          .onRef("gateway.inventoryDigest", "=", "gatewayInventory.digest"),
      )
      .select(["gatewayId", "packed"])
      .where("gatewayId", "in", [...gatewayIds])
      .execute(),
    db
      .selectFrom("device")
      .select(["id", "maySleep", "poweredBy", "doNotTouch", "carriesGateway", "version"])
      .where("gatewayId", "in", [...gatewayIds])
      .where("version", ">", 1)
      .execute(),
  ]);
  const packed = new Map<GatewayId, Packed>();
  for (const one of texts) {
    const read = readPacked(one.packed);
    if (read !== undefined) packed.set(one.gatewayId as GatewayId, read);
  }
  const missing = gatewayIds.filter((id) => !packed.has(id));
  return {
    packed,
    said: new Map(said.map((row) => [row.id, row as DeviceWords])),
    rows: missing.length === 0 ? new Map() : await loadInventories(db, missing),
  };
}

export async function loadDevices(db: Database, gatewayId: GatewayId): Promise<DeviceRow[]> {
  return (await loadInventories(db, [gatewayId])).get(gatewayId)?.devices.slice() ?? [];
}

const ROOM = ["id", "key", "name", "floor"] as const;
const INTEGRATION = ["id", "key", "name", "domain"] as const;
const DEVICE = [
  "id",
  "key",
  "name",
  "roomId",
  "integrationIds",
  "upstreamId",
  "make",
  "model",
  "firmware",
  "kind",
  "maySleep",
  "poweredBy",
  "doNotTouch",
  "carriesGateway",
  "version",
] as const;
const ENTITY = [
  "id",
  "key",
  "label",
  "name",
  "kind",
  "deviceClass",
  "unit",
  "deviceId",
  "roomId",
  "integrationId",
  "private",
  "diagnostic",
  "disabled",
] as const;

/** Written out, since there are so many of them. */
function unpackEntity(values: Values): EntityRow {
  const [
    id,
    key,
    label,
    name,
    kind,
    deviceClass,
    unit,
    deviceId,
    roomId,
    integrationId,
    isPrivate,
    diagnostic,
    disabled,
  ] = values;
  return {
    id,
    key,
    label,
    name,
    kind,
    deviceClass,
    unit,
    deviceId,
    roomId,
    integrationId,
    private: isPrivate,
    diagnostic,
    disabled,
  } as EntityRow;
}

async function packed(
  db: Database,
  gatewayIds: readonly GatewayId[],
  table: "room" | "integration" | "device" | "entity",
  fields: readonly string[],
): Promise<Map<string, readonly Values[]>> {
  const columns = sql.join(fields.map((field) => sql.ref(field)));
  const { rows } = await sql<{ gatewayId: string; items: readonly Values[] }>`
    select gateway_id, json_agg(json_build_array(${columns})) as items from ${sql.table(table)}
    where gateway_id = any(${[...gatewayIds]}::uuid[]) and gone_at is null group by gateway_id`.execute(db);
  return new Map(rows.map((row) => [row.gatewayId, row.items]));
}

/** How many runs of each site go on, and how many of those wait for the homeowner. */
export async function loadRuns(db: Database): Promise<{ siteId: SiteId; id: string; isWaitingForConsent: boolean }[]> {
  const rows = await db
    .selectFrom("run")
    .select(["siteId", "id", "status"])
    .where("status", "not in", ["finished", "cancelled"])
    .execute();
  return rows.map((row) => ({
    siteId: row.siteId as SiteId,
    id: row.id,
    isWaitingForConsent: row.status === "waiting_for_consent",
  }));
}
