import type { Clock, FleetDelta, RunId, RunSummary, SiteId, SiteRow } from "@caretaker/protocol";
import type { SiteRecord } from "../state/records.ts";
import type { StateStore } from "../state/store.ts";
import { encodeSiteDelta, hasNews, headOf } from "./encode.ts";
import type { Line } from "./line.ts";

/** While the line is busy, changes of a home are merged for this long; when it is idle they leave at once. */
const MERGE_MILLISECONDS = 50;
/** The fleet's rows are whole and for overview: they are merged longer. */
const FLEET_MERGE_MILLISECONDS = 250;

interface SiteRoom {
  readonly site: SiteRecord;
  readonly lines: Set<Line>;
  /** How its deltas begin. */
  readonly head: string;
  number: number;
}

export interface RoomsDeps {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly epoch: string;
}

/** Who watches which home, and when they are told. */
export class Rooms {
  readonly #deps: RoomsDeps;
  readonly #sites = new Map<SiteId, SiteRoom>();
  readonly #fleet = { lines: new Set<Line>(), number: 0, sentAt: Number.NEGATIVE_INFINITY };
  readonly #fleetSites = new Set<SiteRecord>();
  readonly #fleetRuns = new Map<RunId, RunSummary>();
  #fleetRemoved: SiteId[] = [];
  #now: SiteRecord[] = [];
  #later: SiteRecord[] = [];
  #isSoon = false;
  #cancelLater: (() => void) | null = null;
  #cancelFleet: (() => void) | null = null;
  readonly #stop: () => void;
  /** How often a homeowner took `view` back, so that an answer that was overtaken by it can be told. */
  withdrawals = 0;

  constructor(deps: RoomsDeps) {
    this.#deps = deps;
    this.#stop = deps.store.onNoted((site) => this.#noted(site));
  }

  get epoch(): string {
    return this.#deps.epoch;
  }

  /** Sites that somebody watches. */
  watched(): SiteId[] {
    return [...this.#sites.keys()];
  }

  /** The number to give with a snapshot that is taken now, in this very turn. */
  enterSite(site: SiteRecord, line: Line): number {
    const { id } = site.facts;
    const room = this.#sites.get(id) ?? { site, lines: new Set<Line>(), head: headOf(site, this.epoch), number: 0 };
    this.#sites.set(id, room);
    // What others were not told yet is part of the snapshot: they are told first, so that it is not told twice.
    if (site.isNoted) this.#flush([site]);
    if (!room.lines.has(line)) {
      room.lines.add(line);
      site.watchers += 1;
    }
    return room.number;
  }

  leaveSite(siteId: SiteId, line: Line): void {
    const room = this.#sites.get(siteId);
    if (room === undefined || !room.lines.delete(line)) return;
    room.site.watchers -= 1;
    if (room.lines.size > 0) return;
    this.#sites.delete(siteId);
    room.site.changes.clear();
  }

  enterFleet(line: Line): number {
    this.#flushFleet();
    this.#fleet.lines.add(line);
    return this.#fleet.number;
  }

  leaveFleet(line: Line): void {
    this.#fleet.lines.delete(line);
  }

  agentChanged(siteId: SiteId): void {
    for (const line of this.#sites.get(siteId)?.lines ?? []) line.say("agent.changed", { siteId });
  }

  viewWithdrawn(siteId: SiteId): void {
    this.withdrawals += 1;
    this.closeSite(siteId, "view_withdrawn");
  }

  /** Sends everybody out of a site's room, with the reason. */
  closeSite(siteId: SiteId, reason: "view_withdrawn" | "removed" | "inventory_changed" | "not_allowed"): void {
    for (const line of [...(this.#sites.get(siteId)?.lines ?? [])]) {
      const key = `site ${siteId}`;
      const membership = line.rooms.get(key);
      this.leaveSite(siteId, line);
      line.rooms.delete(key);
      if (membership !== undefined) line.say("room.closed", { room: membership.request, reason });
    }
  }

  siteRemoved(siteId: SiteId): void {
    this.closeSite(siteId, "removed");
    if (this.#fleet.lines.size === 0) return;
    this.#fleetRemoved.push(siteId);
    this.#scheduleFleet();
  }

  close(): void {
    this.#stop();
    this.#cancelLater?.();
    this.#cancelFleet?.();
  }

  #noted(site: SiteRecord): void {
    const room = site.watchers === 0 ? undefined : this.#sites.get(site.facts.id);
    if (room !== undefined && this.#isIdle(room)) {
      this.#now.push(site);
      if (this.#isSoon) return;
      this.#isSoon = true;
      setImmediate(() => {
        this.#isSoon = false;
        this.#flush(this.#now.splice(0));
      });
    } else {
      this.#later.push(site);
      if (room !== undefined) for (const line of room.lines) line.isDue = true;
      this.#cancelLater ??= this.#deps.clock.after(MERGE_MILLISECONDS, () => {
        this.#cancelLater = null;
        this.#flush(this.#later.splice(0));
      });
    }
  }

  /** Whether somebody watches this home over a line on which nothing was sent for a while. */
  #isIdle({ lines }: SiteRoom): boolean {
    for (const line of lines)
      if (!line.isDue && line.sentAt <= this.#deps.clock.monotonic() - MERGE_MILLISECONDS) return true;
    return false;
  }

  #flush(sites: readonly SiteRecord[]): void {
    const lines = new Set<Line>();
    for (const site of sites) if (site.isNoted) this.#flushSite(site, lines);
    for (const line of lines) line.flush();
  }

  #flushSite(site: SiteRecord, lines: Set<Line>): void {
    site.isNoted = false;
    const room = this.#sites.get(site.facts.id);
    // Where nobody looks, the row is judged when somebody asks for it.
    if (room !== undefined || this.#fleet.lines.size > 0) this.#tell(site, room, lines);
    site.changes.clear();
  }

  #tell(site: SiteRecord, room: SiteRoom | undefined, lines: Set<Line>): void {
    const { store } = this.#deps;
    const { changes, facts } = site;
    if (site.isRowStale) store.judge(site);
    this.#noteForFleet(site);
    if (room !== undefined && changes.isStructureChanged) this.closeSite(facts.id, "inventory_changed");
    else if (room !== undefined && hasNews(changes)) {
      room.number += 1;
      const delta = encodeSiteDelta(site, room.head, room.number);
      for (const line of room.lines) {
        line.add(delta);
        lines.add(line);
      }
    }
  }

  #noteForFleet(site: SiteRecord): void {
    const { changes } = site;
    if (this.#fleet.lines.size === 0 || (!changes.isRowChanged && changes.runs.size === 0)) return;
    if (changes.isRowChanged) this.#fleetSites.add(site);
    for (const run of changes.runs.values()) this.#fleetRuns.set(run.id, run);
    this.#scheduleFleet();
  }

  #scheduleFleet(): void {
    const idleFor = this.#deps.clock.monotonic() - this.#fleet.sentAt;
    const wait = Math.max(0, FLEET_MERGE_MILLISECONDS - idleFor);
    this.#cancelFleet ??= this.#deps.clock.after(wait, () => this.#flushFleet());
  }

  #flushFleet(): void {
    this.#cancelFleet?.();
    this.#cancelFleet = null;
    const { store, clock, epoch } = this.#deps;
    const sites: SiteRow[] = [...this.#fleetSites]
      .filter(({ facts }) => store.sites.has(facts.id))
      .map((site) => store.row(site));
    const runs = [...this.#fleetRuns.values()];
    const removed = this.#fleetRemoved;
    this.#fleetSites.clear();
    this.#fleetRuns.clear();
    this.#fleetRemoved = [];
    if (sites.length + runs.length + removed.length === 0) return;
    this.#fleet.number += 1;
    this.#fleet.sentAt = clock.monotonic();
    const delta: FleetDelta = { epoch, number: this.#fleet.number, sites, runs, removed };
    for (const line of this.#fleet.lines) line.say("fleet.changed", delta);
  }
}
