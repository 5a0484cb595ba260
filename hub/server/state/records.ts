import type {
  AgentId,
  AttributeValue,
  AvailabilityValue,
  ClientId,
  DeviceId,
  DeviceKind,
  EntityId,
  EntityKind,
  GatewayId,
  GatewayState,
  Health,
  IntegrationId,
  Reason,
  RoomId,
  RunSummary,
  SiteId,
} from "@caretaker/protocol";
import type { HiddenNames } from "./hidden-names.ts";
import { type Hiding, NOTHING_HIDDEN } from "./hiding.ts";

/**
 * What the hub holds in memory of each home, changed in place. These are many (150,000 entities are usual), so a field
 * is a word of memory each: moments are milliseconds, things point at each other, and what is rare is kept elsewhere.
 */
export class EntityRecord {
  readonly id: EntityId;
  readonly gateway: GatewayRecord;
  key = "";
  label = "";
  name = "";
  kind: EntityKind = "other";
  deviceClass: string | null = null;
  unit: string | null = null;
  device: DeviceRecord | null = null;
  integration: IntegrationRecord | null = null;
  roomId: RoomId | null = null;
  /** What its make calls private. */
  isPrivate = false;
  /** Private, or left out of what we may see: only whether it answers is shown. */
  isHidden = false;
  isDiagnostic = false;
  isDisabled = false;
  state: string | null = null;
  attributes: Record<string, AttributeValue> = NO_ATTRIBUTES;
  availability: AvailabilityValue = "unknown";
  /** Milliseconds since 1970; `NEVER` where nobody said. */
  since = NEVER;
  reportedAt = NEVER;
  /** Which fields changed since watchers were last told: bits of `TOUCHED`. */
  touched = 0;

  constructor(id: EntityId, gateway: GatewayRecord) {
    this.id = id;
    this.gateway = gateway;
  }
}

/**
 * A zero that V8 keeps as a floating-point number. A field that begins as a small integer and then holds milliseconds has
 * to be rebuilt in each of 150,000 records, which took a fifth of the time in which a fleet comes back.
 */
export const NEVER = -0;

/** Shared by all entities that have none; never written to. */
export const NO_ATTRIBUTES: Record<string, AttributeValue> = Object.freeze({});

export const TOUCHED = { state: 1, availability: 2, since: 4, reportedAt: 8, attributes: 16 } as const;

export interface RoomRecord {
  readonly id: RoomId;
  readonly key: string;
  readonly name: string;
  readonly floor: string | null;
}

export class IntegrationRecord {
  readonly id: IntegrationId;
  readonly gateway: GatewayRecord;
  key = "";
  name = "";
  domain = "";
  state = "unknown";
  reason: string | null = null;
  needsSignIn = false;
  isDisabled = false;
  /** Enabled entities, those of them that do not answer, and of both those on devices that may sleep. */
  entities = 0;
  unavailable = 0;
  sleepers = 0;
  asleep = 0;

  constructor(id: IntegrationId, gateway: GatewayRecord) {
    this.id = id;
    this.gateway = gateway;
  }
}

export class DeviceRecord {
  readonly id: DeviceId;
  readonly gateway: GatewayRecord;
  key = "";
  name = "";
  roomId: RoomId | null = null;
  integrationIds: readonly IntegrationId[] = [];
  upstreamId: DeviceId | null = null;
  make: string | null = null;
  model: string | null = null;
  firmware: string | null = null;
  kind: DeviceKind = "other";
  maySleep = false;
  poweredBy: EntityId | null = null;
  doNotTouch = false;
  carriesGateway = false;
  version = 1;

  constructor(id: DeviceId, gateway: GatewayRecord) {
    this.id = id;
    this.gateway = gateway;
  }
}

/** What only the supervisor writes. Moments are milliseconds. */
export interface GatewayStatus {
  state: GatewayState;
  reason: Reason;
  since: number;
  /** 0 before anything came. Written with each event, so it is always a number. */
  lastSeenAt: number;
  /** When the credentials that are kept now were first accepted. */
  acceptedAt: number | null;
  nextTryAt: number | null;
  version: string | null;
  isAdmin: boolean | null;
  garbage: number;
  software: "running" | "starting" | "stopping" | "recovery";
}

export interface GatewayFacts {
  readonly id: GatewayId;
  readonly connector: string;
  readonly connectorName: string;
  readonly name: string;
  readonly address: string;
  readonly isSimulated: boolean;
  /** The agent in the home that holds it; null where the hub reaches it itself. */
  readonly agentId: AgentId | null;
}

export class GatewayRecord {
  readonly site: SiteRecord;
  facts: GatewayFacts;
  readonly status: GatewayStatus;
  readonly rooms = new Map<RoomId, RoomRecord>();
  readonly integrations = new Map<IntegrationId, IntegrationRecord>();
  readonly devices = new Map<DeviceId, DeviceRecord>();
  readonly byKey = new Map<string, EntityRecord>();
  /** Those of them that were found at the places their connector gave them. Only for `entityOf`, which looks at the key. */
  readonly byPlace: (EntityRecord | undefined)[] = [];
  /** Enabled entities, and those of them that do not answer on devices that may not sleep. */
  entities = 0;
  unavailable = 0;
  /** It told all its states since the hub started. */
  hasTold = false;
  /** Something changed since the last snapshot. */
  isUnsaved = false;
  inventoryDigest: string | null = null;

  constructor(site: SiteRecord, facts: GatewayFacts, status: GatewayStatus) {
    this.site = site;
    this.facts = facts;
    this.status = status;
  }
}

export interface SiteFacts {
  readonly id: SiteId;
  readonly number: number;
  readonly name: string;
  readonly clientId: ClientId;
  readonly clientName: string;
  readonly town: string | null;
  readonly phone: string | null;
  readonly timeZone: string;
  /** When somebody of the household stopped everything at the agent there. */
  readonly stoppedAt?: string | null;
  readonly isSimulated: boolean;
  readonly createdAt: number;
}

export class SiteRecord {
  facts: SiteFacts;
  hiding: Hiding = NOTHING_HIDDEN;
  /** What a text may not name; null until it is asked for, after what there is or what is hidden changed. */
  hiddenNames: HiddenNames | null = null;
  readonly gateways = new Map<GatewayId, GatewayRecord>();
  health: Health = "unknown";
  reason: Reason = { code: "connecting" };
  since = 0;
  activeRuns = 0;
  waitingForConsent = 0;
  /** How many live rooms look at it: without one, changes of entities are applied and not noted. */
  watchers = 0;
  /** Its listeners were told that there is something to take. */
  isNoted = false;
  isRowStale = true;
  readonly changes = new SiteChanges();

  constructor(facts: SiteFacts) {
    this.facts = facts;
  }
}

/** What watchers were not told yet. Emptied in place, so that an event allocates nothing here. */
export class SiteChanges {
  readonly entities: EntityRecord[] = [];
  /** Names of the attributes that changed, of the few entities whose attributes did. */
  readonly attributes = new Map<EntityRecord, Set<string>>();
  readonly integrations = new Set<IntegrationRecord>();
  readonly devices = new Set<DeviceRecord>();
  readonly gateways = new Set<GatewayRecord>();
  readonly removedGateways: GatewayId[] = [];
  readonly runs = new Map<string, RunSummary>();
  isRowChanged = false;
  /** Things came, went or were renamed: a delta cannot say it, so watchers ask again. */
  isStructureChanged = false;

  clear(): void {
    for (const entity of this.entities) entity.touched = 0;
    this.entities.length = 0;
    this.removedGateways.length = 0;
    // Clearing one that is empty would make it a new table, twenty times a second for each home.
    if (this.attributes.size > 0) this.attributes.clear();
    if (this.integrations.size > 0) this.integrations.clear();
    if (this.devices.size > 0) this.devices.clear();
    if (this.gateways.size > 0) this.gateways.clear();
    if (this.runs.size > 0) this.runs.clear();
    this.isRowChanged = false;
    this.isStructureChanged = false;
  }
}
