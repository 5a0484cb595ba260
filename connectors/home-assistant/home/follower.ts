import {
  type Cancel,
  CaretakerError,
  type Clock,
  type ConnectorLog,
  type IntegrationReport,
  type Inventory,
  type SessionEvent,
} from "@caretaker/protocol";
import type { HomeAssistantClient } from "../client.ts";
import { integrationOf } from "../normalise/inventory.ts";
import { Config, CurrentUser, EntryChange, rowsOf } from "../schema.ts";
import { words } from "../words.ts";
import { askIfThere, fetchRegistries, fetchSignIns } from "./fetch.ts";
import { LiveHome, type Registries } from "./home.ts";

export interface FollowerDeps {
  readonly client: HomeAssistantClient;
  readonly clock: Clock;
  readonly log: ConnectorLog;
  readonly emit: (event: SessionEvent) => void;
  /** Keys of entities by their entity ids, from the last time; empty when this home is new to the hub. */
  readonly remembered: ReadonlyMap<string, string>;
}

const FIRST_STATES_SECONDS = 40;
/** Registry changes come in bursts: a moment to collect them, and a pause, since the lists are large. */
const COLLECT_MILLISECONDS = 1000;
const PAUSE_MILLISECONDS = 30_000;
/** When a home that is remembered is looked at anew: spread, so that a fleet does not do it in one moment. */
const KNOW_MILLISECONDS = [1000, 20_000] as const;
const STARTING_POLL_MILLISECONDS = 2000;
const SETTLE_MILLISECONDS = 30_000;
/** After that, a restart that was asked for has been refused. */
const RESTART_MILLISECONDS = 120_000;
/** What is left of a burst of changes of integrations is told together. */
const ENTRIES_MILLISECONDS = 100;

const REGISTRY_EVENTS = [
  "area_registry_updated",
  "device_registry_updated",
  "entity_registry_updated",
  "floor_registry_updated",
];

/** Follows one home for as long as the connection lives, and tells what happens in our words. */
export class Follower {
  readonly client: HomeAssistantClient;
  readonly home: LiveHome;
  config!: Config;
  user!: CurrentUser;
  readonly #deps: FollowerDeps;
  readonly #timers = new Map<string, Cancel>();
  #isStopped = false;
  #isStopping = false;
  #restartAskedAt: number | undefined;
  #fetchedAt = 0;
  #isFetching = false;
  #isKnown = false;
  #hasTold = false;
  #told = "";
  #known: Promise<void> | undefined;
  #registries: Registries | undefined;
  #changedEntries = new Set<string>();

  constructor(deps: FollowerDeps) {
    this.#deps = deps;
    this.client = deps.client;
    this.home = new LiveHome((what) => deps.client.countGarbage(what), deps.remembered);
  }

  /**
   * Resolves when the home was told once. One that is remembered is told with what was remembered and looked at anew a
   * little later, so that the homes of a fleet that all come back at once are seen before they are studied.
   */
  async start(): Promise<void> {
    const isNew = this.#deps.remembered.size === 0;
    const [config, user] = await Promise.all([
      this.client.ask({ type: "get_config" }),
      this.client.ask({ type: "auth/current_user" }),
      this.#followStates(),
      ...(isNew ? [this.whenKnown()] : []),
    ]);
    this.config = this.#parse(Config, config, "its configuration");
    this.user = this.#parse(CurrentUser, user, "who we are");
    this.#hasTold = true;
    this.#tellGateway();
    if (isNew) this.#tellInventory(this.#takeRegistries().inventory);
    this.#deps.emit({ type: "states", full: true, changes: this.home.whole() });
    if (!isNew) this.#knowSoon();
    this.#pollUntilRunning();
  }

  /** Resolves when what belongs to what has been read from Home Assistant itself in this connection. */
  whenKnown(): Promise<void> {
    this.#known ??= this.#know().catch((error: unknown) => {
      this.#known = undefined;
      throw error;
    });
    return this.#known;
  }

  async #know(): Promise<void> {
    const { client, home } = this;
    this.#cancel("know");
    const [registries, signIns] = await Promise.all([
      fetchRegistries(client),
      fetchSignIns(client),
      this.#followEntries(),
      this.#followEvents(),
    ]);
    home.signIns = signIns ?? new Set();
    this.#fetchedAt = this.#deps.clock.monotonic();
    this.#registries = registries;
    this.#isKnown = true;
    if (!this.#hasTold) return;
    const { inventory, moved } = this.#takeRegistries();
    this.#tellInventory(inventory);
    const doubtful = new Set([...moved, ...[...home.entities.values()].filter((entity) => home.isOrphan(entity))]);
    if (doubtful.size > 0) this.#tellStates(home.whole(doubtful), []);
  }

  #takeRegistries(): ReturnType<LiveHome["takeRegistries"]> {
    const registries = this.#registries;
    if (registries === undefined) throw new Error("The registries have not been read yet");
    this.#registries = undefined;
    return this.home.takeRegistries(registries);
  }

  #tellInventory(inventory: Inventory): void {
    this.#deps.emit({ type: "inventory", inventory });
  }

  #knowSoon(): void {
    const [least, most] = KNOW_MILLISECONDS;
    this.#after("know", least + Math.random() * (most - least), () =>
      this.#quietly(
        "what belongs to what",
        this.whenKnown().catch((error: unknown) => {
          if (this.client.isOpen) this.#knowSoon();
          throw error;
        }),
      ),
    );
  }

  get isRunning(): boolean {
    return this.config.state === "RUNNING" && !this.#isStopping;
  }

  stateOf(config: Config): CoreState {
    return coreState(config, this.#isStopping);
  }

  stop(): void {
    this.#isStopped = true;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  /** Who has to sign in where, asked anew. */
  async refreshSignIns(): Promise<void> {
    const signIns = await fetchSignIns(this.client);
    if (signIns === undefined) return;
    const before = this.home.signIns;
    this.home.signIns = signIns;
    for (const id of [...signIns, ...before]) if (signIns.has(id) !== before.has(id)) this.#tellEntryLater(id);
  }

  #parse<T>(
    schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } },
    value: unknown,
    what: string,
  ): T {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    throw new CaretakerError("gateway_misbehaving", words.notUnderstood(what));
  }

  // ---- States: the hot path ----

  #followStates(): Promise<void> {
    return new Promise((resolve, reject) => {
      let isFirst = true;
      this.#after("first states", FIRST_STATES_SECONDS * 1000, () =>
        reject(new CaretakerError("gateway_timeout", words.noStates(FIRST_STATES_SECONDS))),
      );
      const handle = (event: unknown): void => {
        const delta = this.home.apply(event);
        if (this.#hasTold) {
          if (delta !== undefined) this.#tellStates(delta.changes, delta.removed);
          if (this.home.isInventoryStale && this.#isKnown) this.#fetchLater();
        } else if (isFirst) {
          isFirst = false;
          this.#cancel("first states");
          resolve();
        }
      };
      this.client.subscribe({ type: "subscribe_entities" }, handle).catch(reject);
    });
  }

  #tellStates(changes: Extract<SessionEvent, { type: "states" }>["changes"], removed: readonly string[]): void {
    if (removed.length > 0) this.#deps.emit({ type: "states", full: false, changes, removed });
    else this.#deps.emit({ type: "states", full: false, changes });
  }

  // ---- Integrations ----

  async #followEntries(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const handle = (event: unknown): void => {
        this.#takeEntries(event);
        resolve();
      };
      this.client.subscribe({ type: "config_entries/subscribe" }, handle).catch((error: unknown) => {
        // Older ones and simple users only have the list.
        askIfThere(this.client, { type: "config_entries/get" }).then((entries) => {
          if (Array.isArray(entries)) this.#takeEntries(entries.map((entry) => ({ type: null, entry })));
          else this.#deps.log.debug({ error }, "The integrations cannot be seen with this token.");
          resolve();
        }, reject);
      });
    });
  }

  #takeEntries(event: unknown): void {
    const { entries } = this.home;
    for (const { type, entry } of rowsOf(EntryChange, event, () => this.client.countGarbage("an integration"))) {
      if (type === "removed") entries.delete(entry.entry_id);
      else entries.set(entry.entry_id, entry);
      if (!this.#hasTold || !this.#isKnown) continue;
      if (type === "added" || type === "removed") this.#fetchLater();
      this.#tellEntryLater(entry.entry_id);
      if (entry.state === "setup_error" || this.home.signIns.has(entry.entry_id)) this.#lookForSignIns();
    }
  }

  #lookForSignIns(): void {
    // The flow begins just after the state has changed.
    this.#after("sign-ins", 500, () => this.#quietly("who has to sign in", this.refreshSignIns()));
  }

  #tellEntryLater(id: string): void {
    this.#changedEntries.add(id);
    if (this.#timers.has("entries")) return;
    this.#after("entries", ENTRIES_MILLISECONDS, () => {
      const { entries, signIns } = this.home;
      const changed = [...this.#changedEntries].map((one) => entries.get(one)).filter((entry) => entry !== undefined);
      this.#changedEntries = new Set();
      const integrations: IntegrationReport[] = changed.map((entry) => integrationOf(entry, signIns));
      if (integrations.length > 0) this.#deps.emit({ type: "integrations", integrations });
    });
  }

  // ---- Registries and Home Assistant itself ----

  async #followEvents(): Promise<void> {
    const follow = async (type: string, handle: () => void): Promise<void> => {
      try {
        await this.client.subscribe({ type: "subscribe_events", event_type: type }, handle);
      } catch (error) {
        if (!this.client.isOpen) throw error;
        this.#deps.log.debug({ error, type }, "An event cannot be followed with this token.");
      }
    };
    await Promise.all([
      ...REGISTRY_EVENTS.map((type) => follow(type, () => this.#fetchLater())),
      this.#followRestarts(),
      follow("core_config_updated", () =>
        this.#after("config", COLLECT_MILLISECONDS, () => this.#quietly("the configuration", this.#refreshConfig())),
      ),
    ]);
  }

  /**
   * A restart is told apart from a loss by what came before it. Core 2026 closes its sockets before it says that it
   * stops, so the call that asks for a restart is followed as well.
   */
  async #followRestarts(): Promise<void> {
    const asked = (service: string) => ({
      platform: "event",
      event_type: "call_service",
      event_data: { domain: "homeassistant", service },
    });
    const trigger = [{ platform: "homeassistant", event: "shutdown" }, asked("restart"), asked("stop")];
    try {
      await this.client.subscribe({ type: "subscribe_trigger", trigger }, (event) => {
        if (isShutdown(event)) this.#handleStop();
        else this.expectRestart();
      });
    } catch (error) {
      if (!this.client.isOpen) throw error;
      this.#deps.log.debug({ error }, "Restarts cannot be foreseen with this token.");
    }
  }

  #handleStop(): void {
    this.#isStopping = true;
    if (this.#hasTold) this.#tellGateway();
  }

  /** Somebody asked for a restart. It may still be refused: nothing is told until the line closes. */
  expectRestart(): void {
    this.#restartAskedAt = this.#deps.clock.monotonic();
  }

  forgetRestart(): void {
    this.#restartAskedAt = undefined;
  }

  /** Whether the line, when it closes now, closes because Home Assistant goes down. */
  get isGoingDown(): boolean {
    const askedAt = this.#restartAskedAt;
    const isRecent = askedAt !== undefined && this.#deps.clock.monotonic() - askedAt < RESTART_MILLISECONDS;
    return this.#isStopping || isRecent;
  }

  #fetchLater(): void {
    if (this.#timers.has("registries") || this.#isFetching || !this.#isKnown) return;
    const pause = this.#fetchedAt + PAUSE_MILLISECONDS - this.#deps.clock.monotonic();
    this.#after("registries", Math.max(COLLECT_MILLISECONDS, pause), () =>
      this.#quietly("the registries", this.#fetch()),
    );
  }

  async #fetch(): Promise<void> {
    this.#isFetching = true;
    try {
      const registries = await fetchRegistries(this.client);
      this.#fetchedAt = this.#deps.clock.monotonic();
      const { inventory, moved } = this.home.takeRegistries(registries);
      this.#tellInventory(inventory);
      if (moved.length > 0) this.#tellStates(this.home.whole(moved), []);
    } finally {
      this.#isFetching = false;
    }
  }

  #pollUntilRunning(): void {
    if (this.config.state === "RUNNING" || this.#isStopped) return;
    this.#after("starting", STARTING_POLL_MILLISECONDS, () =>
      this.#quietly(
        "whether it runs",
        this.#refreshConfig().finally(() => this.#pollUntilRunning()),
      ),
    );
  }

  async #refreshConfig(): Promise<void> {
    const wasRunning = this.isRunning;
    this.config = this.#parse(Config, await this.client.ask({ type: "get_config" }), "its configuration");
    this.#tellGateway();
    // Not before it has settled can be told what is left over in its registry.
    if (!wasRunning && this.isRunning)
      this.#after("settled", SETTLE_MILLISECONDS, () => {
        const orphans = [...this.home.entities.values()].filter((entity) => this.home.isOrphan(entity));
        if (orphans.length > 0) this.#tellStates(this.home.whole(orphans), []);
      });
  }

  #tellGateway(): void {
    const { config, user } = this;
    const event: SessionEvent = {
      type: "gateway",
      version: config.version,
      name: config.location_name,
      state: this.stateOf(config),
      isAdmin: user.is_admin,
      ...(config.time_zone ? { timeZone: config.time_zone } : {}),
    };
    const told = JSON.stringify(event);
    if (told === this.#told) return;
    this.#told = told;
    this.#deps.emit(event);
  }

  #quietly(what: string, work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (this.#isStopped) return;
      this.#deps.log.warn({ error }, `Looking anew at ${what} failed; it is tried again with the next change.`);
    });
  }

  #after(name: string, milliseconds: number, callback: () => void): void {
    if (this.#isStopped) return;
    this.#cancel(name);
    this.#timers.set(
      name,
      this.#deps.clock.after(milliseconds, () => {
        this.#timers.delete(name);
        callback();
      }),
    );
  }

  #cancel(name: string): void {
    this.#timers.get(name)?.();
    this.#timers.delete(name);
  }
}

function isShutdown(event: unknown): boolean {
  const { variables } = (event ?? {}) as { variables?: { trigger?: { platform?: unknown } } };
  return variables?.trigger?.platform === "homeassistant";
}

type CoreState = Extract<SessionEvent, { type: "gateway" }>["state"];

function coreState(config: Config, isStopping: boolean): CoreState {
  if (isStopping || config.state === "STOPPING" || config.state === "FINAL_WRITE" || config.state === "STOPPED")
    return "stopping";
  if (config.recovery_mode) return "recovery";
  return config.state === "RUNNING" ? "running" : "starting";
}
