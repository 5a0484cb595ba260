import type { DeviceId, EntityId, GatewayId, IntegrationId, ReferenceKind, RoomId, SiteId } from "@caretaker/protocol";
import type { StateStore } from "./store.ts";

interface Common {
  readonly id: string;
  /** What the make calls it; of a gateway its own id. */
  readonly key: string;
  readonly gatewayId: GatewayId;
  readonly siteId: SiteId;
  readonly name: string;
}

/** What a run needs to know of a thing before it reads or acts on it. */
export type Resolved =
  | (Common & { readonly kind: "gateway"; readonly connector: string })
  | (Common & { readonly kind: "room"; readonly roomName: string })
  | (Common & { readonly kind: "integration"; readonly domain: string })
  | (Common & {
      readonly kind: "device";
      readonly poweredBy: EntityId | null;
      readonly doNotTouch: boolean;
      readonly carriesGateway: boolean;
      readonly maySleep: boolean;
      readonly upstreamId: DeviceId | null;
      readonly roomName: string | null;
    })
  | (Common & {
      readonly kind: "entity";
      readonly deviceId: DeviceId | null;
      readonly isPrivate: boolean;
      readonly roomName: string | null;
    });

/** Runs ask seldom and homes are few, so things other than entities are looked for rather than indexed. */
export function resolveReference(store: StateStore, kind: ReferenceKind, id: string): Resolved | undefined {
  if (kind === "entity") return resolveEntity(store, id as EntityId);
  for (const gateway of store.gateways.values()) {
    const common = { gatewayId: gateway.facts.id, siteId: gateway.site.facts.id };
    if (kind === "gateway" && gateway.facts.id === id)
      return { ...common, kind, id, key: id, name: gateway.facts.name, connector: gateway.facts.connector };
    if (kind === "room") {
      const room = gateway.rooms.get(id as RoomId);
      if (room !== undefined) return { ...common, kind, id, key: room.key, name: room.name, roomName: room.name };
    }
    if (kind === "integration") {
      const integration = gateway.integrations.get(id as IntegrationId);
      if (integration !== undefined) {
        const { key, name, domain } = integration;
        return { ...common, kind, id, key, name, domain };
      }
    }
    if (kind === "device") {
      const device = gateway.devices.get(id as DeviceId);
      if (device !== undefined) {
        const { key, name, poweredBy, doNotTouch, carriesGateway, maySleep, upstreamId } = device;
        const roomName = roomNameOf(gateway.rooms, device.roomId);
        return {
          ...common,
          kind,
          id,
          key,
          name,
          poweredBy,
          doNotTouch,
          carriesGateway,
          maySleep,
          upstreamId,
          roomName,
        };
      }
    }
  }
  return undefined;
}

function resolveEntity(store: StateStore, id: EntityId): Resolved | undefined {
  const entity = store.entity(id);
  if (entity === undefined) return undefined;
  const { gateway } = entity;
  return {
    kind: "entity",
    id,
    key: entity.key,
    gatewayId: gateway.facts.id,
    siteId: gateway.site.facts.id,
    name: entity.name,
    deviceId: entity.device?.id ?? null,
    isPrivate: entity.isHidden,
    roomName: roomNameOf(gateway.rooms, entity.roomId ?? entity.device?.roomId ?? null),
  };
}

function roomNameOf(rooms: ReadonlyMap<RoomId, { readonly name: string }>, id: RoomId | null): string | null {
  return id === null ? null : (rooms.get(id)?.name ?? null);
}
