import { z } from "zod";
import { DeviceId, EntityId, GatewayId, IntegrationId, Key, Moment, RoomId } from "./ids.ts";

/** A code and its parameters; the words stand in one place per side. `detail` is what a gateway said, shown as it is. */
export const Reason = z.object({
  code: z.string().regex(/^[a-z][a-z0-9_]*$/),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  detail: z.string().max(1000).optional(),
});
export type Reason = z.infer<typeof Reason>;

export const AvailabilityValue = z.enum(["online", "offline", "unknown"]);
export type AvailabilityValue = z.infer<typeof AvailabilityValue>;

/** Whether a thing answers, why we say so, and since when. `unknown` is not `offline`. */
export const Availability = z.object({ value: AvailabilityValue, reason: Reason, since: Moment });
export type Availability = z.infer<typeof Availability>;

/** How the hub stands with a gateway: `connecting` before the first answer. Refused, withdrawn and unsupported wait for a person, the others for time. */
export const GatewayState = z.enum([
  "connecting",
  "online",
  "restarting",
  "unreachable",
  "credentials_refused",
  "access_withdrawn",
  "unsupported",
  "misbehaving",
]);
export type GatewayState = z.infer<typeof GatewayState>;

/** What an entity is, the same words for every make. A make's own kinds become `other`. */
export const EntityKind = z.enum([
  "light",
  "switch",
  "cover",
  "climate",
  "media",
  "sensor",
  "binary_sensor",
  "button",
  "update",
  "lock",
  "alarm",
  "camera",
  "presence",
  "fan",
  "vacuum",
  "valve",
  "scene",
  "automation",
  "number",
  "select",
  "text",
  "event",
  "weather",
  "other",
]);
export type EntityKind = z.infer<typeof EntityKind>;

/** What a device is, as far as we can tell. */
export const DeviceKind = z.enum([
  "bridge",
  "controller",
  "panel",
  "appliance",
  "sensor",
  "media",
  "light",
  "network",
  "service",
  "other",
]);
export type DeviceKind = z.infer<typeof DeviceKind>;

export const AttributeValue = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
  z.array(z.union([z.string(), z.number()])),
]);
export type AttributeValue = z.infer<typeof AttributeValue>;
export const Attributes = z.record(z.string(), AttributeValue);
export type Attributes = z.infer<typeof Attributes>;

// ---- What a connector reports, in the make's keys ----

export const RoomReport = z.object({ key: Key, name: z.string(), floor: z.string().optional() });
export type RoomReport = z.infer<typeof RoomReport>;

/**
 * A running part of a gateway that owns devices (in Home Assistant: a config entry). `state` is `loaded` when it runs;
 * other words come from the make and go with `reason`.
 */
export const IntegrationReport = z.object({
  key: Key,
  name: z.string(),
  domain: z.string(),
  state: z.string(),
  reason: z.string().optional(),
  needsSignIn: z.boolean(),
  disabled: z.boolean(),
});
export type IntegrationReport = z.infer<typeof IntegrationReport>;

export const DeviceReport = z.object({
  key: Key,
  /** Names the same physical device although its key changed: identifiers or addresses, hashed by the connector. */
  marks: z.array(z.string()).max(20),
  name: z.string(),
  roomKey: Key.optional(),
  integrationKeys: z.array(Key),
  upstreamKey: Key.optional(),
  make: z.string().optional(),
  model: z.string().optional(),
  firmware: z.string().optional(),
  kind: DeviceKind,
});
export type DeviceReport = z.infer<typeof DeviceReport>;

export const EntityReport = z.object({
  key: Key,
  /** What the make's own screens call it, such as `light.hall`: shown small, never relied on. */
  label: z.string(),
  marks: z.array(z.string()).max(5),
  name: z.string(),
  kind: EntityKind,
  /** The make's own word for what is measured or done, such as `battery` or `connectivity`. */
  deviceClass: z.string().optional(),
  unit: z.string().optional(),
  deviceKey: Key.optional(),
  roomKey: Key.optional(),
  integrationKey: Key.optional(),
  /** Locks, alarms, garage and gates, cameras, microphones, heating safety, medical, who is at home. */
  private: z.boolean(),
  /** A sensor of health rather than of the house: battery, signal, last seen. */
  diagnostic: z.boolean(),
  disabled: z.boolean(),
});
export type EntityReport = z.infer<typeof EntityReport>;

/** All that a gateway has: replaces what was reported before. */
export const Inventory = z.object({
  rooms: z.array(RoomReport),
  integrations: z.array(IntegrationReport),
  devices: z.array(DeviceReport),
  entities: z.array(EntityReport),
});
export type Inventory = z.infer<typeof Inventory>;

/**
 * One entity's state as it changed. Absent fields did not change. `since` is when the state last became what it is,
 * `at` when the make last reported it, both milliseconds since 1970: this is the hot path, so no strings are built.
 */
export interface StateChange {
  readonly key: string;
  /**
   * A small number of the connector's for the entity, from 0, the same for it in all changes of a session: spares the hub
   * the search by key. Two entities that are there never share one.
   */
  readonly place?: number;
  readonly state?: string;
  readonly available?: AvailabilityValue;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly removedAttributes?: readonly string[];
  readonly since?: number;
  readonly at?: number;
}

// ---- What the hub keeps and the dashboard shows, in our own ids ----

export const Room = z.object({ id: RoomId, gatewayId: GatewayId, name: z.string(), floor: z.string().nullable() });
export type Room = z.infer<typeof Room>;

export const Integration = z.object({
  id: IntegrationId,
  gatewayId: GatewayId,
  name: z.string(),
  domain: z.string(),
  state: z.string(),
  reason: z.string().nullable(),
  needsSignIn: z.boolean(),
  disabled: z.boolean(),
  entities: z.number().int(),
  unavailable: z.number().int(),
});
export type Integration = z.infer<typeof Integration>;

/** A device with what people said of it: those fields are never touched by a gateway's report. */
export const Device = z.object({
  id: DeviceId,
  gatewayId: GatewayId,
  name: z.string(),
  roomId: RoomId.nullable(),
  integrationIds: z.array(IntegrationId),
  upstreamId: DeviceId.nullable(),
  make: z.string().nullable(),
  model: z.string().nullable(),
  firmware: z.string().nullable(),
  kind: DeviceKind,
  /** Set by a person: it is switched off now and then, and being away is no problem. */
  maySleep: z.boolean(),
  /** Set by a person: the switch that feeds it. Without it nothing is power-cycled. */
  poweredBy: EntityId.nullable(),
  /** Set by a person: no run may act on it. */
  doNotTouch: z.boolean(),
  /** Set by a person: it carries the gateway or the path to it, so what feeds it is never switched off. */
  carriesGateway: z.boolean(),
  /** The gateway no longer reports it. */
  gone: z.boolean(),
  version: z.number().int(),
});
export type Device = z.infer<typeof Device>;

export const EntityState = z.object({
  id: EntityId,
  deviceId: DeviceId.nullable(),
  roomId: RoomId.nullable(),
  integrationId: IntegrationId.nullable(),
  gatewayId: GatewayId,
  label: z.string(),
  name: z.string(),
  kind: EntityKind,
  deviceClass: z.string().nullable(),
  unit: z.string().nullable(),
  private: z.boolean(),
  diagnostic: z.boolean(),
  /** Null for a private entity, and before the first report. */
  state: z.string().nullable(),
  attributes: Attributes,
  availability: AvailabilityValue,
  /** Since when the state is what it is. */
  since: Moment.nullable(),
  /** When the gateway last said so: the age of a state that is shown as stale. */
  reportedAt: Moment.nullable(),
});
export type EntityState = z.infer<typeof EntityState>;
