import type { Device, EntityState, Gateway, Integration, Moment, Room, SiteRow } from "@caretaker/protocol";
import type {
  DeviceRecord,
  EntityRecord,
  GatewayRecord,
  IntegrationRecord,
  RoomRecord,
  SiteRecord,
} from "./records.ts";
import { shownReason } from "./shown-reason.ts";

/** Records as the protocol shows them: made on demand, for a snapshot or an answer, never kept. */

export function toMoment(milliseconds: number): Moment {
  return new Date(milliseconds).toISOString();
}

function toMomentOrNull(milliseconds: number | null): Moment | null {
  return milliseconds === null || milliseconds === 0 ? null : toMoment(milliseconds);
}

export function toRoom(room: RoomRecord, gateway: GatewayRecord): Room {
  return { id: room.id, gatewayId: gateway.facts.id, name: room.name, floor: room.floor };
}

export function toIntegration(integration: IntegrationRecord): Integration {
  return {
    id: integration.id,
    gatewayId: integration.gateway.facts.id,
    name: integration.name,
    domain: integration.domain,
    state: integration.state,
    reason: shownReason(integration),
    needsSignIn: integration.needsSignIn,
    disabled: integration.isDisabled,
    entities: integration.entities,
    unavailable: integration.unavailable,
  };
}

export function toDevice(device: DeviceRecord): Device {
  return {
    id: device.id,
    gatewayId: device.gateway.facts.id,
    name: device.name,
    roomId: device.roomId,
    integrationIds: [...device.integrationIds],
    upstreamId: device.upstreamId,
    make: device.make,
    model: device.model,
    firmware: device.firmware,
    kind: device.kind,
    maySleep: device.maySleep,
    poweredBy: device.poweredBy,
    doNotTouch: device.doNotTouch,
    carriesGateway: device.carriesGateway,
    gone: false,
    version: device.version,
  };
}

export function toEntityState(entity: EntityRecord): EntityState {
  return {
    id: entity.id,
    deviceId: entity.device?.id ?? null,
    roomId: entity.roomId ?? entity.device?.roomId ?? null,
    integrationId: entity.integration?.id ?? null,
    gatewayId: entity.gateway.facts.id,
    label: entity.label,
    name: entity.name,
    kind: entity.kind,
    deviceClass: entity.deviceClass,
    unit: entity.unit,
    private: entity.isHidden,
    diagnostic: entity.isDiagnostic,
    state: entity.state,
    attributes: entity.attributes,
    availability: entity.availability,
    since: toMomentOrNull(entity.since),
    reportedAt: toMomentOrNull(entity.reportedAt),
  };
}

export function toGateway({ facts, status, site }: GatewayRecord): Gateway {
  return {
    id: facts.id,
    siteId: site.facts.id,
    connector: facts.connector,
    connectorName: facts.connectorName,
    name: facts.name,
    address: facts.address,
    via: facts.agentId === null ? "direct" : "agent",
    state: status.state,
    reason: status.reason,
    since: toMoment(status.since),
    lastSeenAt: toMomentOrNull(status.lastSeenAt),
    nextTryAt: toMomentOrNull(status.nextTryAt),
    version: status.version,
    isAdmin: status.isAdmin,
    garbage: status.garbage,
    isSimulated: facts.isSimulated,
  };
}

/** The row as it was last judged: `store.row(site)` judges it first where that is due. */
export function toSiteRow(site: SiteRecord): SiteRow {
  const gateways = [...site.gateways.values()];
  const lastSeen = Math.max(0, ...gateways.map((gateway) => gateway.status.lastSeenAt));
  const answering = gateways.filter((gateway) => gateway.status.state === "online");
  return {
    id: site.facts.id,
    number: site.facts.number,
    name: site.facts.name,
    clientId: site.facts.clientId,
    clientName: site.facts.clientName,
    town: site.facts.town,
    phone: site.facts.phone,
    timeZone: site.facts.timeZone,
    connectors: [...new Set(gateways.map((gateway) => gateway.facts.connector))],
    health: site.health,
    reason: site.reason,
    since: toMoment(site.since),
    lastSeenAt: toMomentOrNull(lastSeen),
    unavailable: answering.reduce((sum, gateway) => sum + gateway.unavailable, 0),
    entities: gateways.reduce((sum, gateway) => sum + gateway.entities, 0),
    activeRuns: site.activeRuns,
    waitingForConsent: site.waitingForConsent,
    stoppedAt: site.facts.stoppedAt ?? null,
    isSimulated: site.facts.isSimulated,
  };
}
