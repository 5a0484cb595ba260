import type { DeviceId, DeviceKind, EntityId, EntityKind, IntegrationId, RoomId } from "@caretaker/protocol";

/** A gateway's inventory as the database has it, without what is gone. */
export interface InventoryRows {
  readonly rooms: readonly RoomRow[];
  readonly integrations: readonly IntegrationRow[];
  readonly devices: readonly DeviceRow[];
  readonly entities: readonly EntityRow[];
}

export interface RoomRow {
  readonly id: RoomId;
  readonly key: string;
  readonly name: string;
  readonly floor: string | null;
}

export interface IntegrationRow {
  readonly id: IntegrationId;
  readonly key: string;
  readonly name: string;
  readonly domain: string;
}

export interface DeviceRow {
  readonly id: DeviceId;
  readonly key: string;
  readonly name: string;
  readonly roomId: RoomId | null;
  readonly integrationIds: readonly IntegrationId[];
  readonly upstreamId: DeviceId | null;
  readonly make: string | null;
  readonly model: string | null;
  readonly firmware: string | null;
  readonly kind: DeviceKind;
  readonly maySleep: boolean;
  readonly poweredBy: EntityId | null;
  readonly doNotTouch: boolean;
  readonly carriesGateway: boolean;
  readonly version: number;
}

export interface EntityRow {
  readonly id: EntityId;
  readonly key: string;
  readonly label: string;
  readonly name: string;
  readonly kind: EntityKind;
  readonly deviceClass: string | null;
  readonly unit: string | null;
  readonly deviceId: DeviceId | null;
  readonly roomId: RoomId | null;
  readonly integrationId: IntegrationId | null;
  readonly private: boolean;
  readonly diagnostic: boolean;
  readonly disabled: boolean;
}
