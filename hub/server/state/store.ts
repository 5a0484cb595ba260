import type {
  Clock,
  EntityId,
  GatewayId,
  IntegrationReport,
  RunSummary,
  SessionEvent,
  SiteId,
  SiteRow,
  StateChange,
} from "@caretaker/protocol";
import { applyChange, hideWhereDue, recount, setAvailability, touch } from "./apply.ts";
import { type GatewayCondition, type IntegrationCondition, judgeSite, sinceOf } from "./health.ts";
import type { Hiding } from "./hiding.ts";
import { noteIntegration, putDevices, putInventory } from "./put-inventory.ts";
import {
  type EntityRecord,
  type GatewayFacts,
  GatewayRecord,
  type GatewayStatus,
  type IntegrationRecord,
  type SiteFacts,
  SiteRecord,
  TOUCHED,
} from "./records.ts";
import type { DeviceRow, InventoryRows } from "./rows.ts";
import { toSiteRow } from "./shapes.ts";

export type StatesEvent = Extract<SessionEvent, { type: "states" }>;

export interface RunCounts {
  readonly active: number;
  readonly waitingForConsent: number;
}

export interface StoreOptions {
  readonly clock: Clock;
  /** Whether a one-time grant lets us see a private entity now. None does unless this says so. */
  readonly seesPrivate?: (entity: EntityRecord) => boolean;
}

/**
 * The state of all homes, in memory and in place: the cost of an event does not depend on how many entities a home has.
 * Whoever listens is told once that a site has something to take, and takes all of it when it suits them.
 */
export class StateStore {
  readonly #clock: Clock;
  readonly #seesPrivate: (entity: EntityRecord) => boolean;
  readonly #sites = new Map<SiteId, SiteRecord>();
  readonly #gateways = new Map<GatewayId, GatewayRecord>();
  readonly #listeners = new Set<(site: SiteRecord) => void>();
  readonly #seenAgainListeners = new Set<(gateway: GatewayRecord, keys: readonly string[]) => void>();

  constructor({ clock, seesPrivate = () => false }: StoreOptions) {
    this.#clock = clock;
    this.#seesPrivate = seesPrivate;
  }

  get sites(): ReadonlyMap<SiteId, SiteRecord> {
    return this.#sites;
  }

  get gateways(): ReadonlyMap<GatewayId, GatewayRecord> {
    return this.#gateways;
  }

  /** Looked for among all: asked seldom, and an index would cost every home of the fleet memory. */
  entity(id: EntityId): EntityRecord | undefined {
    for (const gateway of this.#gateways.values())
      for (const entity of gateway.byKey.values()) if (entity.id === id) return entity;
    return undefined;
  }

  /** Called when a site has something new to take, and not again until it was taken. */
  onNoted(listener: (site: SiteRecord) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Called with what may be seen again, of which nothing is known since it was hidden. */
  onSeenAgain(listener: (gateway: GatewayRecord, keys: readonly string[]) => void): () => void {
    this.#seenAgainListeners.add(listener);
    return () => this.#seenAgainListeners.delete(listener);
  }

  putSite(facts: SiteFacts): SiteRecord {
    let site = this.#sites.get(facts.id);
    if (site === undefined) {
      site = new SiteRecord(facts);
      site.since = facts.createdAt;
      this.#sites.set(facts.id, site);
    } else site.facts = facts;
    this.#rowChanged(site);
    return site;
  }

  removeSite(id: SiteId): void {
    const site = this.#sites.get(id);
    if (site === undefined) return;
    for (const gateway of [...site.gateways.keys()]) this.removeGateway(gateway);
    this.#sites.delete(id);
  }

  putGateway(siteId: SiteId, facts: GatewayFacts, status: GatewayStatus): GatewayRecord {
    const site = this.#sites.get(siteId);
    if (site === undefined) throw new Error(`There is no site ${siteId} to put a gateway into.`);
    const gateway = new GatewayRecord(site, facts, status);
    site.gateways.set(facts.id, gateway);
    this.#gateways.set(facts.id, gateway);
    site.changes.gateways.add(gateway);
    this.#rowChanged(site);
    return gateway;
  }

  removeGateway(id: GatewayId): void {
    const gateway = this.#gateways.get(id);
    if (gateway === undefined) return;
    const { site } = gateway;
    site.hiddenNames = null;
    this.#gateways.delete(id);
    site.gateways.delete(id);
    site.changes.gateways.delete(gateway);
    site.changes.removedGateways.push(id);
    site.changes.isStructureChanged = true;
    this.#rowChanged(site);
  }

  setStatus(gateway: GatewayRecord, patch: Partial<GatewayStatus>): void {
    Object.assign(gateway.status, patch);
    gateway.site.changes.gateways.add(gateway);
    this.#rowChanged(gateway.site);
  }

  setInventory(gateway: GatewayRecord, rows: InventoryRows): void {
    putInventory(gateway, rows);
    this.#tellSeenAgain(gateway);
    gateway.isUnsaved = true;
    this.#rowChanged(gateway.site);
  }

  setDevices(gateway: GatewayRecord, rows: readonly DeviceRow[]): void {
    if (putDevices(gateway, rows)) gateway.site.changes.isStructureChanged = true;
    // A device that moved to another room takes what is on it along.
    if (hideIn(gateway)) {
      gateway.site.changes.isStructureChanged = true;
      this.#tellSeenAgain(gateway);
    }
    recount(gateway);
    this.#rowChanged(gateway.site);
  }

  /** What is hidden from now on goes out of memory in this turn, and whoever watches asks anew. Says whether anything changed. */
  setHiding(site: SiteRecord, hiding: Hiding): boolean {
    site.hiding = hiding;
    site.hiddenNames = null;
    let isOther = false;
    for (const gateway of site.gateways.values()) {
      // A reason is searched for what is hidden now.
      const reasons = [...gateway.integrations.values()].filter(({ reason }) => reason !== null);
      for (const integration of reasons) noteIntegration(integration);
      const isHiddenOther = hideIn(gateway);
      if (!isHiddenOther && reasons.length === 0) continue;
      isOther = true;
      gateway.isUnsaved = true;
      if (isHiddenOther) this.noteAll(gateway);
      else this.#note(site);
      if (isHiddenOther) this.#tellSeenAgain(gateway);
    }
    return isOther;
  }

  /** What integrations say of themselves changes more often than which there are. */
  setIntegrationStates(gateway: GatewayRecord, reports: readonly IntegrationReport[]): void {
    const byKey = new Map([...gateway.integrations.values()].map((integration) => [integration.key, integration]));
    for (const report of reports) {
      const integration = byKey.get(report.key);
      if (integration !== undefined && reportState(integration, report)) {
        gateway.isUnsaved = true;
        noteIntegration(integration);
      }
    }
    this.#note(gateway.site);
  }

  /** Everything of it may be another: whoever watches asks anew. */
  noteAll(gateway: GatewayRecord): void {
    gateway.site.changes.isStructureChanged = true;
    this.#rowChanged(gateway.site);
  }

  /** The hot path. Returns the keys that no entity has: the caller may keep those changes until the inventory came. */
  applyStates(gateway: GatewayRecord, event: StatesEvent): string[] | null {
    const now = this.#clock.now().getTime();
    const { site, status } = gateway;
    status.lastSeenAt = now;
    let unknown: string[] | null = null;
    let isChanged = false;
    for (const change of event.changes) {
      const entity = entityOf(gateway, change);
      if (entity === undefined) {
        unknown ??= [];
        unknown.push(change.key);
      } else if (applyChange(entity, change, now, entity.isHidden && this.#seesPrivate(entity))) isChanged = true;
    }
    if (event.full) {
      if (!gateway.hasTold) site.isRowStale = true;
      gateway.hasTold = true;
      this.#forgetOthers(gateway, event);
    }
    if (event.removed !== undefined) for (const key of event.removed) this.#forget(gateway.byKey.get(key));
    if ((isChanged && site.watchers > 0) || site.isRowStale) this.#note(site);
    return unknown;
  }

  /** An entity that a full report leaves out is not offline: nobody says anything of it. Its last state stays. */
  #forgetOthers(gateway: GatewayRecord, event: StatesEvent): void {
    for (const change of event.changes) {
      const entity = entityOf(gateway, change);
      if (entity !== undefined) entity.touched |= NAMED;
    }
    for (const entity of gateway.byKey.values()) {
      if (entity.touched & NAMED) entity.touched &= ~NAMED;
      else this.#forget(entity);
    }
  }

  #forget(entity: EntityRecord | undefined): void {
    if (entity === undefined || entity.availability === "unknown") return;
    setAvailability(entity, "unknown");
    touch(entity, TOUCHED.availability);
  }

  #tellSeenAgain(gateway: GatewayRecord): void {
    const keys: string[] = [];
    for (const { key, isHidden, isDisabled, state, availability } of gateway.byKey.values())
      if (!isHidden && !isDisabled && state === null && availability !== "unknown") keys.push(key);
    if (keys.length > 0) for (const listener of this.#seenAgainListeners) listener(gateway, keys);
  }

  /** A run of the site came, moved or ended. */
  noteRun(siteId: SiteId, run: RunSummary, counts: RunCounts): void {
    this.#sites.get(siteId)?.changes.runs.set(run.id, run);
    this.setRunCounts(siteId, counts);
  }

  setRunCounts(siteId: SiteId, counts: RunCounts): void {
    const site = this.#sites.get(siteId);
    if (site === undefined) return;
    site.activeRuns = counts.active;
    site.waitingForConsent = counts.waitingForConsent;
    this.#rowChanged(site);
  }

  /** The row of the fleet, judged now where something changed since. */
  row(site: SiteRecord): SiteRow {
    if (site.isRowStale) this.judge(site);
    return toSiteRow(site);
  }

  judge(site: SiteRecord): void {
    const verdict = judgeSite([...site.gateways.values()].map(conditionOf));
    site.since = sinceOf(verdict, site, this.#clock.now().getTime());
    site.health = verdict.health;
    site.reason = verdict.reason;
    site.isRowStale = false;
    site.changes.isRowChanged = true;
  }

  #rowChanged(site: SiteRecord): void {
    site.isRowStale = true;
    this.#note(site);
  }

  #note(site: SiteRecord): void {
    if (site.isNoted) return;
    site.isNoted = true;
    for (const listener of this.#listeners) listener(site);
  }
}

/** A bit of `touched` while a full report is taken, beyond those of `TOUCHED`: cheaper than a list of all it names. */
const NAMED = 1 << 30;

/** Above this a place is not believed: the list would become very long for nothing. */
const MOST_PLACES = 100_000;

function entityOf({ byKey, byPlace }: GatewayRecord, { key, place }: StateChange): EntityRecord | undefined {
  if (place === undefined) return byKey.get(key);
  const known = byPlace[place];
  if (known !== undefined && known.key === key) return known;
  const entity = byKey.get(key);
  if (entity !== undefined && Number.isInteger(place) && place >= 0 && place < MOST_PLACES) byPlace[place] = entity;
  return entity;
}

function hideIn(gateway: GatewayRecord): boolean {
  let isOther = false;
  for (const entity of gateway.byKey.values()) if (hideWhereDue(entity)) isOther = true;
  return isOther;
}

function reportState(integration: IntegrationRecord, report: IntegrationReport): boolean {
  const reason = report.reason ?? null;
  const isSame =
    integration.state === report.state &&
    integration.reason === reason &&
    integration.needsSignIn === report.needsSignIn &&
    integration.isDisabled === report.disabled;
  if (isSame) return false;
  integration.state = report.state;
  integration.reason = reason;
  integration.needsSignIn = report.needsSignIn;
  integration.isDisabled = report.disabled;
  return true;
}

function conditionOf(gateway: GatewayRecord): GatewayCondition {
  const { facts, status } = gateway;
  return {
    name: facts.name,
    state: status.state,
    reason: status.reason,
    since: status.since,
    software: status.software,
    hasTold: gateway.hasTold && gateway.inventoryDigest !== null,
    integrations: [...gateway.integrations.values()].map((integration) => integrationCondition(integration, gateway)),
    unavailable: gateway.unavailable,
  };
}

/** How an integration is doing, as its entities and the make say. */
export function integrationCondition(integration: IntegrationRecord, gateway: GatewayRecord): IntegrationCondition {
  const entities = integration.entities - integration.sleepers;
  const unavailable = integration.unavailable - integration.asleep;
  const isSilent = entities > 0 && unavailable === entities;
  return {
    name: integration.name,
    state: integration.state,
    needsSignIn: integration.needsSignIn,
    isDisabled: integration.isDisabled,
    entities,
    unavailable,
    silentSince: isSilent ? silentSince(integration, gateway) : null,
  };
}

/** Looked at only while an integration is silent, and only when a count changed. */
function silentSince(integration: IntegrationRecord, gateway: GatewayRecord): number | null {
  let latest = 0;
  for (const entity of gateway.byKey.values())
    if (entity.integration === integration && !entity.device?.maySleep && entity.since > latest) latest = entity.since;
  return latest === 0 ? null : latest;
}
