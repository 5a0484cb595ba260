import type { ClientId, DeviceId, EntityId, GatewayId, IntegrationId, RoomId, SiteId } from "@caretaker/protocol";
import { newId } from "../db/new-id.ts";
import type { GatewayRecord, GatewayStatus, SiteRecord } from "./records.ts";
import type { EntityRow, InventoryRows } from "./rows.ts";
import type { StateStore } from "./store.ts";

export interface TestHome {
  readonly site: SiteRecord;
  readonly gateway: GatewayRecord;
  readonly rows: InventoryRows;
}

export const ONLINE: GatewayStatus = {
  state: "online",
  reason: { code: "connected" },
  since: Date.parse("2026-11-22T12:00:00.000Z"),
  lastSeenAt: 0,
  acceptedAt: null,
  nextTryAt: null,
  version: "2026.11.0",
  isAdmin: true,
  garbage: 0,
  software: "running",
};

/** A site with one gateway, a room, a bridge with one integration, and so many entities called `e0`, `e1`, ... on it. */
export function addHome(store: StateStore, { name = "Home", entities = 3, private: isPrivate = false } = {}): TestHome {
  const siteId = newId<SiteId>();
  store.putSite({
    id: siteId,
    number: store.sites.size + 1,
    name,
    clientId: newId<ClientId>(),
    clientName: "Client",
    town: null,
    phone: null,
    timeZone: "Europe/Amsterdam",
    isSimulated: false,
    createdAt: Date.parse("2026-11-01T12:00:00.000Z"),
  });
  const gateway = addGateway(store, siteId);
  const rows = buildRows(entities, isPrivate);
  gateway.inventoryDigest = "as it is built";
  store.setInventory(gateway, rows);
  const [integration] = rows.integrations;
  if (integration !== undefined)
    store.setIntegrationStates(gateway, [
      { key: integration.key, name: "Hue", domain: "hue", state: "loaded", needsSignIn: false, disabled: false },
    ]);
  const site = store.sites.get(siteId) as SiteRecord;
  return { site, gateway, rows };
}

export function addGateway(store: StateStore, siteId: SiteId): GatewayRecord {
  return store.putGateway(
    siteId,
    {
      id: newId<GatewayId>(),
      connector: "test",
      connectorName: "Test",
      name: "Gateway",
      address: "http://192.168.1.2:8123",
      isSimulated: false,
      agentId: null,
    },
    { ...ONLINE },
  );
}

export function buildRows(entities: number, isPrivate = false): InventoryRows {
  const roomId = newId<RoomId>();
  const deviceId = newId<DeviceId>();
  const integrationId = newId<IntegrationId>();
  return {
    rooms: [{ id: roomId, key: "hall", name: "Hall", floor: null }],
    integrations: [{ id: integrationId, key: "hue", name: "Hue", domain: "hue" }],
    devices: [
      {
        id: deviceId,
        key: "bridge",
        name: "Bridge",
        roomId,
        integrationIds: [integrationId],
        upstreamId: null,
        make: "Signify",
        model: "BSB002",
        firmware: "1",
        kind: "bridge",
        maySleep: false,
        poweredBy: null,
        doNotTouch: false,
        carriesGateway: false,
        version: 1,
      },
    ],
    entities: Array.from(
      { length: entities },
      (_, index): EntityRow => ({
        id: newId<EntityId>(),
        key: `e${index}`,
        label: `light.e${index}`,
        name: `Light ${index}`,
        kind: "light",
        deviceClass: null,
        unit: null,
        deviceId,
        roomId: null,
        integrationId,
        private: isPrivate,
        diagnostic: false,
        disabled: false,
      }),
    ),
  };
}
