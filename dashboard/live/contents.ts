import type {
  Device,
  DeviceId,
  EntityChange,
  EntityId,
  EntityState,
  FleetDelta,
  FleetSnapshot,
  Gateway,
  GatewayId,
  Room as HomeRoom,
  Integration,
  IntegrationId,
  RunDelta,
  RunDetails,
  RunEvent,
  RunId,
  RunSnapshot,
  RunSummary,
  SiteDelta,
  SiteId,
  SiteRow,
  SiteSnapshot,
  WatchRequest,
} from "@caretaker/protocol";
import type { RoomContent } from "./room.ts";
import { Rows } from "./rows.ts";

type Schedule = (flush: () => void) => void;

/** Shared empty lists, so that a screen without data is not redrawn for a new one. */
const NO_EVENTS: readonly RunEvent[] = [];
const NO_ROOMS: readonly HomeRoom[] = [];

/** All sites of the firm, and the runs that are not over. */
export class FleetContent implements RoomContent<FleetSnapshot, FleetDelta> {
  readonly sites: Rows<SiteId, SiteRow>;
  readonly runs: Rows<RunId, RunSummary>;

  constructor(schedule: Schedule) {
    this.sites = new Rows(schedule);
    this.runs = new Rows(schedule);
  }

  request(): WatchRequest {
    return { room: "fleet" };
  }

  load(snapshot: FleetSnapshot): void {
    this.sites.replace(snapshot.sites, (row) => row.id);
    this.runs.replace(snapshot.runs, (run) => run.id);
  }

  apply(delta: FleetDelta): void {
    for (const row of delta.sites ?? []) this.sites.set(row.id, row);
    for (const run of delta.runs ?? []) this.runs.set(run.id, run);
    for (const id of delta.removed ?? []) this.sites.delete(id);
  }
}

/** One home: what it has, and how each thing of it is now. */
export class SiteContent implements RoomContent<SiteSnapshot, SiteDelta> {
  readonly siteId: SiteId;
  readonly row: Rows<SiteId, SiteRow>;
  readonly gateways: Rows<GatewayId, Gateway>;
  readonly integrations: Rows<IntegrationId, Integration>;
  readonly devices: Rows<DeviceId, Device>;
  readonly entities: Rows<EntityId, EntityState>;
  readonly runs: Rows<RunId, RunSummary>;
  #rooms = NO_ROOMS;

  constructor(siteId: SiteId, schedule: Schedule) {
    this.siteId = siteId;
    this.row = new Rows(schedule);
    this.gateways = new Rows(schedule);
    this.integrations = new Rows(schedule);
    this.devices = new Rows(schedule);
    this.entities = new Rows(schedule);
    this.runs = new Rows(schedule);
  }

  /** Rooms change with the inventory only, and then the whole home is sent anew. */
  get rooms(): readonly HomeRoom[] {
    return this.#rooms;
  }

  request(): WatchRequest {
    return { room: "site", siteId: this.siteId };
  }

  load(snapshot: SiteSnapshot): void {
    this.#rooms = snapshot.rooms;
    this.row.replace([snapshot.row], (row) => row.id);
    this.gateways.replace(snapshot.gateways, (gateway) => gateway.id);
    this.integrations.replace(snapshot.integrations, (integration) => integration.id);
    this.devices.replace(snapshot.devices, (device) => device.id);
    this.entities.replace(snapshot.entities, (entity) => entity.id);
    this.runs.replace(snapshot.runs, (run) => run.id);
  }

  apply(delta: SiteDelta): void {
    for (const change of delta.entities ?? []) {
      const entity = this.entities.get(change.id);
      if (entity) this.entities.set(change.id, changedEntity(entity, change));
    }
    if (delta.row) this.row.set(delta.row.id, delta.row);
    for (const gateway of delta.gateways ?? []) this.gateways.set(gateway.id, gateway);
    for (const integration of delta.integrations ?? []) this.integrations.set(integration.id, integration);
    for (const device of delta.devices ?? []) this.devices.set(device.id, device);
    for (const run of delta.runs ?? []) this.runs.set(run.id, run);
    for (const id of delta.removed?.gateways ?? []) this.gateways.delete(id);
    for (const id of delta.removed?.devices ?? []) this.devices.delete(id);
    for (const id of delta.removed?.entities ?? []) this.entities.delete(id);
  }
}

function changedEntity(entity: EntityState, change: EntityChange): EntityState {
  let attributes = entity.attributes;
  if (change.attributes || change.removedAttributes) {
    attributes = { ...attributes, ...change.attributes };
    for (const name of change.removedAttributes ?? []) delete attributes[name];
  }
  const reportedAt = change.reportedAt ?? change.since;
  return {
    ...entity,
    attributes,
    state: change.state === undefined ? entity.state : change.state,
    availability: change.availability ?? entity.availability,
    since: change.since === undefined ? entity.since : new Date(change.since).toISOString(),
    reportedAt: reportedAt === undefined ? entity.reportedAt : new Date(reportedAt).toISOString(),
  };
}

export interface WatchedRun {
  readonly run: RunDetails | null;
  readonly events: readonly RunEvent[];
}

/** One run with its whole log; after a break only the missing events are asked for. */
export class RunContent implements RoomContent<RunSnapshot, RunDelta> {
  readonly runId: RunId;
  readonly watched: Rows<RunId, WatchedRun>;

  constructor(runId: RunId, schedule: Schedule) {
    this.runId = runId;
    this.watched = new Rows(schedule);
  }

  get #now(): WatchedRun {
    return this.watched.get(this.runId) ?? { run: null, events: NO_EVENTS };
  }

  request(): WatchRequest {
    return { room: "run", runId: this.runId, since: this.#now.events.at(-1)?.number ?? 0 };
  }

  load(snapshot: RunSnapshot): void {
    this.watched.set(this.runId, { run: snapshot.run, events: appended(this.#now.events, snapshot.events) });
  }

  apply(delta: RunDelta): void {
    const { run, events } = this.#now;
    this.watched.set(this.runId, {
      run: run && delta.run ? { ...run, ...delta.run } : run,
      events: appended(events, delta.events),
    });
  }
}

function appended(events: readonly RunEvent[], more: readonly RunEvent[]): readonly RunEvent[] {
  const last = events.at(-1)?.number ?? 0;
  const fresh = more.filter((event) => event.number > last);
  return fresh.length === 0 ? events : [...events, ...fresh];
}
