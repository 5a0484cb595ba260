import type { ClientId, GatewayId, Inventory, SiteId } from "@caretaker/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Database, transaction } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import type { InventoryRows } from "../state/rows.ts";
import { digestOf, syncInventory } from "./inventory.ts";
import { buildInventory } from "./test-connector.ts";

const NOW = new Date("2026-11-23T12:00:00.000Z");
let database: TestDatabase;
let db: Database;
let gatewayId: GatewayId;

beforeAll(async () => {
  database = await testDatabase();
  db = database.db;
});
afterAll(() => database.drop());

beforeEach(async () => {
  gatewayId = await insertGateway(db);
});

async function insertGateway(into: Database): Promise<GatewayId> {
  const clientId = newId<ClientId>();
  const siteId = newId<SiteId>();
  const id = newId<GatewayId>();
  await into.insertInto("client").values({ id: clientId, name: "Client", createdAt: NOW }).execute();
  await into
    .insertInto("site")
    .values({ id: siteId, clientId, name: "Home", timeZone: "UTC", language: "en", createdAt: NOW })
    .execute();
  await into
    .insertInto("gateway")
    .values({
      id,
      siteId,
      connector: "test",
      name: "Gateway",
      config: "{}",
      address: "http://home:1",
      reason: JSON.stringify({ code: "connecting" }),
      since: NOW,
      createdAt: NOW,
    })
    .execute();
  return id;
}

const sync = (inventory: Inventory, at = NOW): Promise<InventoryRows> =>
  transaction(db, (trx) => syncInventory(trx, gatewayId, inventory, at));

const idsOf = (rows: readonly { key: string; id: string }[]) =>
  Object.fromEntries(rows.map(({ key, id }) => [key, id]));

describe("an inventory as rows", () => {
  it("is written with its links in our own ids", async () => {
    const rows = await sync(buildInventory());

    const [device] = rows.devices;
    expect(rows.entities).toHaveLength(3);
    expect(rows.entities[0]).toMatchObject({
      key: "one",
      deviceId: device?.id,
      integrationId: rows.integrations[0]?.id,
    });
    expect(device).toMatchObject({
      roomId: rows.rooms[0]?.id,
      integrationIds: [rows.integrations[0]?.id],
      maySleep: false,
    });
    expect(await db.selectFrom("entity").select("id").where("gatewayId", "=", gatewayId).execute()).toHaveLength(3);
  });

  it("keeps its ids, and writes nothing, when it is reported again", async () => {
    const first = await sync(buildInventory());
    const written = await xmins();

    const second = await sync(buildInventory());

    expect(second).toEqual(first);
    expect(await xmins()).toEqual(written);
  });

  it("keeps what people said of a device when the gateway renames it", async () => {
    const { devices, entities } = await sync(buildInventory());
    const id = devices[0]?.id as string;
    const poweredBy = entities[2]?.id as string;
    await db
      .updateTable("device")
      .set({ maySleep: true, doNotTouch: true, poweredBy, version: 4 })
      .where("id", "=", id)
      .execute();
    const inventory = buildInventory();
    inventory.devices[0] = { ...inventory.devices[0]!, name: "Bridge in the hall" };

    const after = await sync(inventory);

    expect(after.devices[0]).toMatchObject({
      id,
      name: "Bridge in the hall",
      maySleep: true,
      doNotTouch: true,
      poweredBy,
      version: 4,
    });
    const stored = await db.selectFrom("device").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
    expect(stored).toMatchObject({
      name: "Bridge in the hall",
      maySleep: true,
      doNotTouch: true,
      poweredBy,
      version: 4,
    });
  });

  it("knows a device again by its mark when the make gave it a new key", async () => {
    const { devices } = await sync(buildInventory());
    const inventory = buildInventory();
    inventory.devices[0] = { ...inventory.devices[0]!, key: "bridge-new" };
    for (const entity of inventory.entities) entity.deviceKey = "bridge-new";

    const after = await sync(inventory);

    expect(after.devices).toMatchObject([{ id: devices[0]?.id, key: "bridge-new" }]);
    expect(after.entities[0]?.deviceId).toBe(devices[0]?.id);
  });

  it("marks what is no longer there as gone, and has it back as the same row", async () => {
    const before = idsOf((await sync(buildInventory())).entities);

    const less = await sync(buildInventory(["one"]));
    const gone = await db
      .selectFrom("entity")
      .select(["key", "goneAt"])
      .where("gatewayId", "=", gatewayId)
      .orderBy("key")
      .execute();
    const again = idsOf((await sync(buildInventory())).entities);

    expect(less.entities.map(({ key }) => key)).toEqual(["one"]);
    expect(gone.map(({ key, goneAt }) => [key, goneAt !== null])).toEqual([
      ["one", false],
      ["three", true],
      ["two", true],
    ]);
    expect(again).toEqual(before);
  });

  it("survives names with a NUL, names without end, and two things with one key", async () => {
    const inventory = buildInventory(["one", "one"]);
    inventory.rooms[0] = { key: "hall", name: `Ha\u0000ll${"x".repeat(5000)}` };

    const rows = await sync(inventory);

    expect(rows.rooms[0]?.name).toMatch(/^Hallx+$/);
    expect(rows.rooms[0]?.name).toHaveLength(300);
    expect(rows.entities).toHaveLength(1);
  });

  it("writes 3,000 entities in batches", async () => {
    const keys = Array.from({ length: 3000 }, (_, index) => `e${index}`);

    const rows = await sync(buildInventory(keys));

    expect(rows.entities).toHaveLength(3000);
  });

  it("links a device to an upstream that is reported after it", async () => {
    const inventory = buildInventory();
    inventory.devices.unshift({
      key: "lamp",
      marks: [],
      name: "Lamp",
      integrationKeys: [],
      kind: "light",
      upstreamKey: "bridge",
    });

    const rows = await sync(inventory);

    expect(rows.devices[0]?.upstreamId).toBe(rows.devices[1]?.id);
  });
});

describe("the digest of an inventory", () => {
  it("is the same when only the state of an integration differs", () => {
    const other = buildInventory();
    other.integrations[0] = { ...other.integrations[0]!, state: "setup_retry", needsSignIn: true };

    expect(digestOf(other)).toBe(digestOf(buildInventory()));
    expect(digestOf(buildInventory(["four"]))).not.toBe(digestOf(buildInventory()));
  });
});

/** In which transaction each row was last written. */
async function xmins(): Promise<unknown> {
  const { sql } = await import("kysely");
  return db
    .selectFrom("entity")
    .select(["id", sql`xmin::text`.as("written")])
    .where("gatewayId", "=", gatewayId)
    .orderBy("id")
    .execute();
}
