import type { Clock, GatewayId, ReferenceKind, RunSummary, SiteId, SiteRow } from "@caretaker/protocol";
import type { Announcements } from "../announcements.ts";
import type { Database } from "../db/database.ts";
import { loadHiding, NOTHING_HIDDEN } from "./hiding.ts";
import { loadDevices, loadGateways, loadPacked, loadRuns, loadSites } from "./load.ts";
import { putPacked } from "./packing.ts";
import type { EntityRecord, GatewayRecord } from "./records.ts";
import { type Resolved, resolveReference } from "./resolve.ts";
import { loadSnapshots, restore, saveSnapshots } from "./snapshots.ts";
import { StateStore } from "./store.ts";
import { type SiteView, viewOf } from "./view.ts";

export interface StateLog {
  warn(fields: object, message: string): void;
}

export interface StateDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly announcements: Announcements;
  readonly log: StateLog;
  /** The name of a make, for its connector's id. */
  readonly connectorName: (id: string) => string;
  readonly seesPrivate?: (entity: EntityRecord) => boolean;
}

export interface HubState {
  readonly store: StateStore;
  /** Undefined when there is no such site, or it was removed. */
  site(siteId: SiteId): SiteView | undefined;
  rows(): SiteRow[];
  /** What an id names, for runs: undefined when nothing of that kind has it, or it is gone. */
  resolve(kind: ReferenceKind, id: string): Resolved | undefined;
  /** Takes up a gateway that was added, with what was known of it. */
  addGateway(gatewayId: GatewayId): Promise<GatewayRecord>;
  /**
   * Reads what some gateways have, and of those that were away what was last known of them. Whoever connects to gateways
   * calls this before, a few at a time: the first are connected while the next are read.
   */
  fill(gatewayIds: readonly GatewayId[]): Promise<void>;
  /** Reads anew how a gateway is called and where it is. */
  readFacts(gateway: GatewayRecord): Promise<GatewayRecord>;
  /** Reads which sites and gateways there are. */
  start(): Promise<void>;
  /** Writes what is not saved yet. */
  save(): Promise<void>;
  close(): Promise<void>;
}

const GATEWAYS_AT_ONCE = 50;
/** Only a crash loses more than this of what was last known, and then the homes say it anew. */
const REMEMBER_AFTER_MILLISECONDS = 5000;
const HIDE_AGAIN_AFTER_MILLISECONDS = 1000;
const SAVE_EVERY_MILLISECONDS = 5 * 60_000;

export function createState(deps: StateDeps): HubState {
  const { db, clock, announcements, log } = deps;
  const store = new StateStore({ clock, ...(deps.seesPrivate ? { seesPrivate: deps.seesPrivate } : {}) });
  const runs = new Map<SiteId, Map<string, boolean>>();
  const stops: (() => void)[] = [];
  let isClosed = false;

  const reported = (what: string, work: Promise<unknown>): void => {
    work.catch((error: unknown) => log.warn({ error }, what));
  };

  const reloadSite = async (siteId: SiteId): Promise<void> => {
    const [facts] = await loadSites(db, siteId);
    if (facts === undefined) store.removeSite(siteId);
    else {
      const hiding = store.sites.has(siteId) ? undefined : await loadHiding(db, siteId);
      const site = store.putSite(facts);
      if (hiding !== undefined) store.setHiding(site, hiding.get(siteId) ?? NOTHING_HIDDEN);
    }
  };

  /** Which sites there are, and how they are called, after other hubs may have said something that was not heard. */
  const reloadSites = async (): Promise<void> => {
    const stored = new Map((await loadSites(db)).map((facts) => [facts.id, facts]));
    for (const id of store.sites.keys())
      if (!stored.has(id)) announcements.announce({ type: "site.removed", siteId: id });
    for (const [id, facts] of stored) store.sites.has(id) ? store.putSite(facts) : await reloadSite(id);
  };

  /**
   * Reads again what of a site, or of all, is hidden, and forgets it. Tried until it could be read, and one after the other,
   * so that what was read first never overtakes what was said last.
   */
  let hidden: Promise<void> = Promise.resolve();
  const hideAnew = (siteId?: SiteId): void => {
    hidden = hidden
      .then(() => readHiding(siteId))
      .catch((error: unknown) => {
        log.warn({ error, siteId }, "What of a home is hidden could not be read; it is tried again.");
        if (!isClosed) clock.after(HIDE_AGAIN_AFTER_MILLISECONDS, () => hideAnew(siteId));
      });
  };
  const readHiding = async (siteId?: SiteId): Promise<void> => {
    const hiding = await loadHiding(db, siteId);
    for (const id of siteId === undefined ? [...store.sites.keys()] : [siteId]) {
      const site = store.sites.get(id);
      // What was seen of it is not to come back with the next start either.
      if (site !== undefined && store.setHiding(site, hiding.get(id) ?? NOTHING_HIDDEN))
        await saveSnapshots(db, site.gateways.values(), clock);
    }
  };

  const reloadDevices = async (gatewayId: GatewayId): Promise<void> => {
    const rows = await loadDevices(db, gatewayId);
    const gateway = store.gateways.get(gatewayId);
    if (gateway !== undefined) store.setDevices(gateway, rows);
  };

  const fill = async (ids: readonly GatewayId[]): Promise<void> => {
    const gateways = ids.map((id) => store.gateways.get(id)).filter((gateway) => gateway !== undefined);
    if (gateways.length === 0) return;
    const { packed, said, rows } = await loadPacked(db, ids);
    for (const gateway of gateways) {
      const { id } = gateway.facts;
      if (gateway.byKey.size > 0) continue;
      const text = packed.get(id);
      const inventory = rows.get(id);
      if (text !== undefined) putPacked(gateway, text, said);
      else if (inventory !== undefined) store.setInventory(gateway, inventory);
      gateway.isUnsaved = false;
    }
    await remember(gateways.filter(({ status }) => status.state !== "online" && status.state !== "connecting"));
  };

  /** What was last known of gateways that have not told their state since the hub started. */
  const remember = async (gateways: readonly GatewayRecord[]): Promise<void> => {
    const silent = gateways.filter(({ hasTold }) => !hasTold);
    if (silent.length === 0) return;
    const snapshots = await loadSnapshots(
      db,
      silent.map(({ facts }) => facts.id),
    );
    for (const gateway of silent) {
      const saved = snapshots.get(gateway.facts.id);
      // It may have told meanwhile, and knows better.
      if (saved === undefined || gateway.hasTold) continue;
      restore(gateway, saved);
      gateway.isUnsaved = false;
      store.noteAll(gateway);
    }
  };

  /** A home that was there when the hub stopped is likely back in a moment, and then says itself how it is. */
  const rememberLater = (): void => {
    stops.push(
      clock.after(REMEMBER_AFTER_MILLISECONDS, () =>
        reported("What was last known of homes was not read.", rememberAll()),
      ),
    );
  };
  const rememberAll = async (): Promise<void> => {
    const silent = [...store.gateways.values()].filter(({ hasTold }) => !hasTold);
    for (let from = 0; from < silent.length; from += GATEWAYS_AT_ONCE)
      await remember(silent.slice(from, from + GATEWAYS_AT_ONCE));
  };

  const putLoaded = ({ siteId, facts, status, inventoryDigest }: Awaited<ReturnType<typeof loadGateways>>[number]) => {
    const gateway = store.putGateway(siteId, facts, status);
    gateway.inventoryDigest = inventoryDigest;
    return gateway;
  };

  const noteRun = (run: RunSummary): void => {
    const ofSite = runs.get(run.siteId) ?? new Map<string, boolean>();
    runs.set(run.siteId, ofSite);
    if (run.status === "finished" || run.status === "cancelled") ofSite.delete(run.id);
    else ofSite.set(run.id, run.status === "waiting_for_consent");
    store.noteRun(run.siteId, run, countsOf(ofSite));
  };

  const saveEvery = (): void => {
    const cancel = clock.after(SAVE_EVERY_MILLISECONDS, () => {
      reported("The last known states could not be saved; they are tried again in five minutes.", saveAll());
      saveEvery();
    });
    stops[0] = cancel;
  };
  const saveAll = (): Promise<void> => saveSnapshots(db, store.gateways.values(), clock);

  return {
    store,
    site: (siteId) => viewOf(store, store.sites.get(siteId)),
    rows: () => [...store.sites.values()].map((site) => store.row(site)),
    resolve: (kind, id) => resolveReference(store, kind, id),
    async addGateway(gatewayId) {
      const [loaded] = await loadGateways(db, deps.connectorName, gatewayId);
      if (loaded === undefined) throw new Error(`There is no gateway ${gatewayId} to take up.`);
      if (!store.sites.has(loaded.siteId)) await reloadSite(loaded.siteId);
      const gateway = store.gateways.get(gatewayId) ?? putLoaded(loaded);
      await fill([gatewayId]);
      return gateway;
    },
    async readFacts(gateway) {
      const [loaded] = await loadGateways(db, deps.connectorName, gateway.facts.id);
      if (loaded !== undefined) gateway.facts = loaded.facts;
      return gateway;
    },
    fill,
    async start() {
      const hiding = await loadHiding(db);
      for (const facts of await loadSites(db))
        store.setHiding(store.putSite(facts), hiding.get(facts.id) ?? NOTHING_HIDDEN);
      const loaded = await loadGateways(db, deps.connectorName);
      for (const one of loaded) if (store.sites.has(one.siteId)) putLoaded(one);
      for (const run of await loadRuns(db)) {
        const ofSite = runs.get(run.siteId) ?? new Map<string, boolean>();
        runs.set(run.siteId, ofSite.set(run.id, run.isWaitingForConsent));
      }
      for (const [siteId, ofSite] of runs) store.setRunCounts(siteId, countsOf(ofSite));
      saveEvery();
      rememberLater();
      stops.push(
        announcements.on("site.changed", ({ siteId }) => reported("A changed site was not read.", reloadSite(siteId))),
        announcements.on("agent.changed", ({ siteId }) => reported("A changed site was not read.", reloadSite(siteId))),
        announcements.on("others.missed", () => reported("The sites were not read anew.", reloadSites())),
        announcements.on("view.limited", ({ siteId }) => hideAnew(siteId)),
        announcements.on("view.told", ({ siteId }) => hideAnew(siteId ?? undefined)),
        announcements.on("site.removed", ({ siteId }) => store.removeSite(siteId)),
        ...(["devices.changed", "device.changed"] as const).map((type) =>
          announcements.on(type, ({ gatewayId }) =>
            reported("Changed devices were not read.", reloadDevices(gatewayId)),
          ),
        ),
        announcements.on("run.stepped", ({ run }) => noteRun(run)),
      );
    },
    save: saveAll,
    async close() {
      isClosed = true;
      await hidden;
      for (const stop of stops.splice(0)) stop();
      await saveAll();
    },
  };
}

function countsOf(runs: ReadonlyMap<string, boolean>): { active: number; waitingForConsent: number } {
  return { active: runs.size, waitingForConsent: [...runs.values()].filter(Boolean).length };
}
