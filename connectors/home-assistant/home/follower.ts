import {
  CaretakerError,
  type Clock,
  type ConnectorLog,
  type SessionEvent,
  type StateChange,
} from "@caretaker/protocol";
import type { StateChangeMessage } from "../client/state-change.ts";
import type { HomeAssistantClient } from "../client.ts";
import { followTaps } from "../household.ts";
import { Config, CurrentUser } from "../schema.ts";
import { words } from "../words.ts";
import { Chores } from "./chores.ts";
import { EntriesWatch } from "./entries-watch.ts";
import { fetchRegistries } from "./fetch.ts";
import { LiveHome, type Registries } from "./home.ts";
import { RestartWatch } from "./restart-watch.ts";

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
const KNOW_MILLISECONDS = [3000, 20_000] as const;
const STARTING_POLL_MILLISECONDS = 2000;
const SETTLE_MILLISECONDS = 30_000;

const REGISTRY_EVENTS = [
  "area_registry_updated",
  "device_registry_updated",
  "entity_registry_updated",
  "floor_registry_updated",
];

type CoreState = Extract<SessionEvent, { type: "gateway" }>["state"];

/** Follows one home for as long as the connection lives, and tells what happens in our words. */
export class Follower {
  readonly client: HomeAssistantClient;
  readonly home: LiveHome;
  readonly entries: EntriesWatch;
  readonly restarts: RestartWatch;
  config!: Config;
  user!: CurrentUser;
  readonly #deps: FollowerDeps;
  readonly #chores: Chores;
  #fetchedAt = 0;
  #isFetching = false;
  #isChangedMeanwhile = false;
  #hasTold = false;
  #told = "";
  #known: Promise<void> | undefined;
  #watching: Promise<unknown> | undefined;
  #isKnown = false;
  #registries: Registries | undefined;

  constructor(deps: FollowerDeps) {
    const { client, clock, log, emit } = deps;
    this.#deps = deps;
    this.client = client;
    this.home = new LiveHome((what) => client.countGarbage(what), deps.remembered);
    this.restarts = new RestartWatch(clock);
    this.#chores = new Chores(clock, log);
    this.entries = new EntriesWatch({
      client,
      log,
      home: this.home,
      chores: this.#chores,
      tell: (integrations) => emit({ type: "integrations", integrations }),
      changed: () => this.#fetchLater(),
    });
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
      this.#followTaps(),
      ...(isNew ? [this.whenKnown()] : []),
    ]);
    this.config = parse(Config, config, "its configuration");
    this.user = parse(CurrentUser, user, "who we are");
    this.#hasTold = true;
    this.#tellGateway();
    if (isNew) this.#takeRegistries();
    this.#deps.emit({ type: "states", full: true, changes: this.home.whole() });
    if (!isNew) this.#knowSoon();
    this.#pollUntilRunning();
  }

  stop(): void {
    this.#chores.end();
  }

  get isRunning(): boolean {
    return this.config.state === "RUNNING" && !this.restarts.isStopping;
  }

  stateOf(config: Config): CoreState {
    return coreState(config, this.restarts.isStopping);
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
    this.#chores.cancel("home");
    // What is followed already is not followed twice when the registries could not be read the first time.
    this.#watching ??= Promise.all([this.entries.follow(), this.#followEvents()]);
    await Promise.all([this.#fetch(), this.entries.refreshSignIns(), this.#watching]);
    if (this.#hasTold) this.#tellStates(this.home.whole(this.#takeRegistries()), []);
  }

  /** Tells the inventory, and returns the entities whose states have to be told again. */
  #takeRegistries(): Set<Parameters<LiveHome["isOrphan"]>[0]> {
    if (this.#registries === undefined) throw new Error("The registries have not been read yet");
    const { inventory, moved } = this.home.takeRegistries(this.#registries);
    const wasKnown = this.#isKnown;
    this.#registries = undefined;
    this.#fetchedAt = this.#deps.clock.monotonic();
    this.#isKnown = true;
    this.entries.isTelling = true;
    this.#deps.emit({ type: "inventory", inventory });
    if (this.#isChangedMeanwhile) this.#fetchLater();
    // Until now nobody could say what is left over from something that is gone.
    return new Set(wasKnown ? moved : [...moved, ...this.#orphans()]);
  }

  #orphans(): Parameters<LiveHome["isOrphan"]>[0][] {
    return [...this.home.entities.values()].filter((entity) => this.home.isOrphan(entity));
  }

  #knowSoon(): void {
    const [least, most] = KNOW_MILLISECONDS;
    this.#chores.tryAfter("home", least + Math.random() * (most - least), () =>
      this.whenKnown().catch((error: unknown) => {
        if (this.client.isOpen) this.#knowSoon();
        throw error;
      }),
    );
  }

  // ---- States: the hot path ----

  #followStates(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#chores.after("first states", FIRST_STATES_SECONDS * 1000, () =>
        reject(new CaretakerError("gateway_timeout", words.noStates(FIRST_STATES_SECONDS))),
      );
      const handle = (event: unknown): void => {
        const delta = this.home.apply(event);
        if (this.#hasTold) {
          if (delta !== undefined) this.#tellStates(delta.changes, delta.removed);
          if (this.home.isInventoryStale) this.#fetchLater();
        } else {
          this.#chores.cancel("first states");
          resolve();
        }
      };
      const takeChange = (message: StateChangeMessage): void => {
        const change = this.home.applyStateChange(message);
        if (change !== undefined && this.#hasTold) this.#deps.emit({ type: "states", full: false, changes: [change] });
      };
      this.client.subscribeStates(handle, takeChange).catch(reject);
    });
  }

  #tellStates(changes: readonly StateChange[], removed: readonly string[]): void {
    if (removed.length > 0) this.#deps.emit({ type: "states", full: false, changes, removed });
    else if (changes.length > 0) this.#deps.emit({ type: "states", full: false, changes });
  }

  // ---- Registries and Home Assistant itself ----

  /** From the first moment on: an answer that is tapped while nobody listens is lost. */
  async #followTaps(): Promise<void> {
    try {
      await followTaps(this.client, (tap) => this.#deps.emit({ type: "tapped", ...tap }));
    } catch (error) {
      if (!this.client.isOpen) throw error;
      this.#deps.log.debug({ error }, "What is tapped on phones cannot be heard with this token.");
    }
  }

  async #followEvents(): Promise<void> {
    const { client } = this;
    const follow = async (type: string, handle: () => void): Promise<void> => {
      try {
        await client.subscribe({ type: "subscribe_events", event_type: type }, handle);
      } catch (error) {
        if (!client.isOpen) throw error;
        this.#deps.log.debug({ error, type }, "An event cannot be followed with this token.");
      }
    };
    const handleStop = (): void => {
      if (this.#hasTold) this.#tellGateway();
    };
    await Promise.all([
      ...REGISTRY_EVENTS.map((type) => follow(type, () => this.#fetchLater())),
      follow("core_config_updated", () =>
        this.#chores.tryAfter("configuration", COLLECT_MILLISECONDS, () => this.#refreshConfig()),
      ),
      this.restarts.follow(client, this.#deps.log, handleStop),
    ]);
  }

  #fetchLater(): void {
    // What is being read just now may be older than the change.
    if (this.#isFetching) this.#isChangedMeanwhile = true;
    if (!this.#isKnown || this.#isFetching || this.#chores.has("registries")) return;
    const pause = this.#fetchedAt + PAUSE_MILLISECONDS - this.#deps.clock.monotonic();
    this.#chores.tryAfter("registries", Math.max(COLLECT_MILLISECONDS, pause), async () => {
      await this.#fetch();
      this.#tellStates(this.home.whole(this.#takeRegistries()), []);
    });
  }

  async #fetch(): Promise<void> {
    this.#isFetching = true;
    this.#isChangedMeanwhile = false;
    try {
      this.#registries = await fetchRegistries(this.client);
    } finally {
      this.#isFetching = false;
    }
  }

  #pollUntilRunning(): void {
    if (this.config.state === "RUNNING") return;
    this.#chores.tryAfter("start", STARTING_POLL_MILLISECONDS, () =>
      this.#refreshConfig().finally(() => this.#pollUntilRunning()),
    );
  }

  async #refreshConfig(): Promise<void> {
    const wasRunning = this.isRunning;
    this.config = parse(Config, await this.client.ask({ type: "get_config" }), "its configuration");
    this.#tellGateway();
    // Not before it has settled can be told what is left over in its registry.
    if (!wasRunning && this.isRunning)
      this.#chores.after("settled", SETTLE_MILLISECONDS, () => this.#tellStates(this.home.whole(this.#orphans()), []));
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
}

function parse<T>(
  schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } },
  value: unknown,
  what: string,
): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new CaretakerError("gateway_misbehaving", words.notUnderstood(what));
}

function coreState(config: Config, isStopping: boolean): CoreState {
  if (isStopping || config.state === "STOPPING" || config.state === "FINAL_WRITE" || config.state === "STOPPED")
    return "stopping";
  if (config.recovery_mode) return "recovery";
  return config.state === "RUNNING" ? "running" : "starting";
}
