import { createHash } from "node:crypto";
import type {
  DeviceId,
  DeviceReport,
  EntityReport,
  GatewayId,
  IntegrationId,
  IntegrationReport,
  Inventory,
  RoomId,
  RoomReport,
} from "@caretaker/protocol";
import type { Trx } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import type { DeviceRow, EntityRow, IntegrationRow, InventoryRows, RoomRow } from "../state/rows.ts";
import { type Kind, loadRows, type StoredRow, writeRows } from "./inventory-rows.ts";
import { matchRows } from "./matching.ts";

/** The same for two reports that would be written alike: what integrations say of their state is not written. */
export function digestOf(inventory: Inventory): string {
  const integrations = inventory.integrations.map(({ key, name, domain }) => [key, name, domain]);
  return createHash("sha1")
    .update(JSON.stringify([inventory.rooms, integrations, inventory.devices, inventory.entities]))
    .digest("base64url");
}

/** Our ids by the make's keys, as they become known. */
interface Ids {
  rooms: ReadonlyMap<string, RoomId>;
  integrations: ReadonlyMap<string, IntegrationId>;
  devices: ReadonlyMap<string, DeviceId>;
}

type Columns<Row> = Omit<Row, "id" | "key" | HumanFields> & { readonly marks?: readonly string[] };
type HumanFields = "maySleep" | "poweredBy" | "doNotTouch" | "carriesGateway" | "version";

/**
 * Writes what a gateway has as rows of our own, and answers all of them. Rows keep their id for good: what people said,
 * consent and history hang on it. What is no longer reported is marked as gone and comes back as the same row.
 */
export async function syncInventory(
  trx: Trx,
  gatewayId: GatewayId,
  reported: Inventory,
  now: Date,
): Promise<InventoryRows> {
  const inventory = tidy(reported);
  const ids: Ids = { rooms: new Map(), integrations: new Map(), devices: new Map() };
  const sync = async <R extends Reported>(kind: Kind, reports: readonly R[], toColumns: ToColumns<R>) => {
    const stored = await loadRows(trx, kind, gatewayId);
    const matched = matchRows(stored, reports);
    // All ids first: a device may name one that is reported after it.
    const idOf = new Map(reports.map((report) => [report.key, matched.get(report.key)?.id ?? newId()]));
    const rows = reports.map((report): StoredRow => {
      const id = idOf.get(report.key) as string;
      return { id, gatewayId, key: report.key, goneAt: null, ...toColumns(report, idOf) };
    });
    await writeRows(trx, kind, stored, rows, now);
    return { rows, idOf, before: new Map(stored.map((row) => [row.id, row])) };
  };

  const rooms = await sync("room", inventory.rooms, roomColumns);
  ids.rooms = rooms.idOf as Map<string, RoomId>;
  const integrations = await sync("integration", inventory.integrations, integrationColumns);
  ids.integrations = integrations.idOf as Map<string, IntegrationId>;
  const devices = await sync("device", inventory.devices, (report, idOf) => deviceColumns(report, ids, idOf));
  ids.devices = devices.idOf as Map<string, DeviceId>;
  const entities = await sync("entity", inventory.entities, (report) => entityColumns(report, ids));
  return {
    rooms: rooms.rows as unknown as RoomRow[],
    integrations: integrations.rows as unknown as IntegrationRow[],
    devices: devices.rows.map((row) => withHumanFields(row, devices.before.get(row.id))),
    entities: entities.rows as unknown as EntityRow[],
  };
}

type Reported = { readonly key: string; readonly marks?: readonly string[] };
type ToColumns<R> = (report: R, idOf: ReadonlyMap<string, string>) => object;

function roomColumns({ name, floor }: RoomReport): Columns<RoomRow> {
  return { name, floor: floor ?? null };
}

function integrationColumns({ name, domain }: IntegrationReport): Columns<IntegrationRow> {
  return { name, domain };
}

function deviceColumns(report: DeviceReport, ids: Ids, idOf: ReadonlyMap<string, string>): Columns<DeviceRow> {
  return {
    marks: report.marks,
    name: report.name,
    roomId: lookUp(ids.rooms, report.roomKey),
    integrationIds: report.integrationKeys.map((key) => ids.integrations.get(key)).filter((id) => id !== undefined),
    upstreamId: lookUp(idOf as ReadonlyMap<string, DeviceId>, report.upstreamKey),
    make: report.make ?? null,
    model: report.model ?? null,
    firmware: report.firmware ?? null,
    kind: report.kind,
  };
}

function entityColumns(report: EntityReport, ids: Ids): Columns<EntityRow> {
  return {
    marks: report.marks,
    label: report.label,
    name: report.name,
    kind: report.kind,
    deviceClass: report.deviceClass ?? null,
    unit: report.unit ?? null,
    deviceId: lookUp(ids.devices, report.deviceKey),
    roomId: lookUp(ids.rooms, report.roomKey),
    integrationId: lookUp(ids.integrations, report.integrationKey),
    private: report.private,
    diagnostic: report.diagnostic,
    disabled: report.disabled,
  };
}

function lookUp<Id>(ids: ReadonlyMap<string, Id>, key: string | undefined): Id | null {
  return key === undefined ? null : (ids.get(key) ?? null);
}

function withHumanFields(row: StoredRow, before: StoredRow | undefined): DeviceRow {
  const { maySleep, poweredBy, doNotTouch, carriesGateway, version } = (before ?? NEW_DEVICE) as unknown as DeviceRow;
  return { ...row, maySleep, poweredBy, doNotTouch, carriesGateway, version } as unknown as DeviceRow;
}

/** What the database gives a new row by itself. */
const NEW_DEVICE = { maySleep: false, poweredBy: null, doNotTouch: false, carriesGateway: false, version: 1 };

const LONGEST_NAME = 300;

/** Names come from strangers: Postgres takes no NUL in a text, and nobody reads a name of a kilobyte. The first of two alike stays. */
function tidy(inventory: Inventory): Inventory {
  return {
    rooms: tidyAll(inventory.rooms),
    integrations: tidyAll(inventory.integrations),
    devices: tidyAll(inventory.devices),
    entities: tidyAll(inventory.entities),
  };
}

function tidyAll<R extends Reported>(reports: readonly R[]): R[] {
  const seen = new Set<string>();
  return reports.map(tidyOne).filter((report) => !seen.has(report.key) && seen.add(report.key));
}

function tidyOne<R extends object>(report: R): R {
  const isTidy = Object.values(report).every((value) => typeof value !== "string" || tidyText(value) === value);
  if (isTidy) return report;
  return Object.fromEntries(
    Object.entries(report).map(([field, value]) => [field, typeof value === "string" ? tidyText(value) : value]),
  ) as R;
}

function tidyText(text: string): string {
  return (text.includes("\u0000") ? text.replaceAll("\u0000", "") : text).slice(0, LONGEST_NAME);
}
