import { setTimeout as wait } from "node:timers/promises";
import { Entries, type Entry } from "./entries.ts";
import type { BridgeExtra, BridgeMode, Home, HomeEntity, HomeLogEntry, HomeRepair } from "./home.ts";
import { Household } from "./phones.ts";
import { type Context, type EntityAttributes, States, unavailable } from "./states.ts";
import { Topic } from "./topic.ts";

export type CoreState = "NOT_RUNNING" | "STARTING" | "RUNNING" | "STOPPING";

export interface HouseEvent {
  readonly event_type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly origin: "LOCAL";
  readonly time_fired: string;
  readonly context: { readonly id: string; readonly parent_id: null; readonly user_id: string | null };
}

export interface HouseOptions {
  readonly version: string;
  readonly stepMilliseconds: () => number;
  readonly retryMilliseconds: () => number;
}

/** What an entity would show if everything worked. */
interface Live {
  state: string;
  attributes: EntityAttributes;
}

/** A living home: what its things show, which integrations run, and whether Home Assistant itself does. */
export class House {
  readonly home: Home;
  readonly states = new States();
  readonly entries: Entries;
  readonly events = new Topic<HouseEvent>();
  /** The trigger that runs when Home Assistant is about to stop. */
  readonly shutdowns = new Topic<void>();
  /** Phones with the companion app, and notes in the sidebar. */
  readonly household = new Household(this);
  readonly startedAt = new Date();
  core: CoreState = "RUNNING";
  repairs: HomeRepair[];
  log: (HomeLogEntry & { readonly at: number })[];
  readonly #entities = new Map<string, HomeEntity>();
  readonly #byEntry = new Map<string, HomeEntity[]>();
  readonly #live = new Map<string, Live>();
  /** From 2025 on some things are said otherwise. */
  readonly isRecent: boolean;

  constructor(home: Home, options: HouseOptions) {
    this.home = home;
    this.isRecent = isAtLeast(options.version, 2025, 1);
    this.repairs = [...home.repairs];
    this.log = home.log.map((entry) => ({ ...entry, at: Date.now() / 1000 - entry.minutesAgo * 60 }));
    for (const entity of home.entities) {
      this.#entities.set(entity.id, entity);
      const group = this.#byEntry.get(entity.entry ?? "") ?? [];
      group.push(entity);
      this.#byEntry.set(entity.entry ?? "", group);
    }
    this.entries = new Entries(home.entries, { ...options, isRecent: isAtLeast(options.version, 2025, 3) });
    this.entries.touched.listen((entry) => this.#showAllOf(entry.row.id));
    for (const entity of this.#byEntry.get("") ?? []) this.#show(entity);
    this.entries.settle();
  }

  entity(id: string): HomeEntity | undefined {
    return this.#entities.get(id);
  }

  entitiesOf(entryId: string): readonly HomeEntity[] {
    return this.#byEntry.get(entryId) ?? [];
  }

  /** Something happened: the entity now is `state`. It is shown when its integration reaches it. */
  change(id: string, state: string, attributes?: EntityAttributes, context?: Context): void {
    const entity = this.#entities.get(id);
    if (entity === undefined) {
      this.states.show(id, state, attributes ?? this.states.get(id)?.attributes ?? {}, context);
      return;
    }
    const live = this.#liveOf(entity);
    const merged = attributes === undefined ? live.attributes : { ...live.attributes, ...attributes };
    this.#live.set(id, { state, attributes: merged });
    this.#show(entity, context);
  }

  /** The state behind what is shown. */
  live(id: string): string | undefined {
    const entity = this.#entities.get(id);
    return entity === undefined ? this.states.get(id)?.state : this.#liveOf(entity).state;
  }

  setBridge(name: string, mode: BridgeMode, extra: BridgeExtra = {}): void {
    const entry = this.entries.titled(name);
    if (entry.bridge === undefined)
      throw new Error(`${name} is not a bridge: give its integration a bridge to break it`);
    entry.bridge.set(mode, extra);
    this.#showAllOf(entry.row.id);
  }

  /** Switches the plug of a bridge. */
  switchPlug(id: string, on: boolean): void {
    const entry = this.entries.fedBy(id);
    entry?.bridge?.power(on);
    if (entry) this.#showAllOf(entry.row.id);
  }

  fire(eventType: string, data: Record<string, unknown> = {}, from: Context = this.states.newContext()): void {
    const context = { id: from.id, parent_id: null, user_id: from.user };
    const time_fired = new Date().toISOString().replace("Z", "000+00:00");
    this.events.say({ event_type: eventType, data, origin: "LOCAL", time_fired, context });
  }

  /** Home Assistant stops: what it held in memory is gone. Newer ones close their sockets before they say so. */
  stop(): void {
    this.core = "STOPPING";
    if (!this.isRecent) {
      this.shutdowns.say();
      this.fire("homeassistant_stop");
    }
    this.entries.stop();
    this.log = [];
  }

  /** What was registered shows as unavailable and restored until its integration has been set up. */
  beginStart(): void {
    this.core = "STARTING";
    for (const id of this.#entities.keys()) this.states.remove(id);
    for (const entity of this.#entities.values()) this.#show(entity);
  }

  async finishStart(milliseconds: number): Promise<void> {
    await wait(milliseconds);
    await this.entries.start();
    if (this.core !== "STARTING") return;
    this.core = "RUNNING";
    this.fire("homeassistant_started");
  }

  #showAllOf(entryId: string): void {
    for (const entity of this.entitiesOf(entryId)) this.#show(entity);
  }

  #show(entity: HomeEntity, context?: Context): void {
    if (entity.disabled) return;
    const live = this.#liveOf(entity);
    const entry = entity.entry === undefined ? undefined : this.entries.get(entity.entry);
    if (entry?.isDisabled) {
      this.states.remove(entity.id);
      return;
    }
    if (entry !== undefined && entry.state !== "loaded") {
      this.states.show(entity.id, "unavailable", unavailable(entity, live.attributes, true), context);
    } else if (entry?.bridge !== undefined && !entity.isOwn && !entry.bridge.isConnected) {
      this.states.show(entity.id, "unavailable", unavailable(entity, live.attributes, false), context);
    } else {
      this.states.show(entity.id, this.#ownState(entity, entry) ?? live.state, live.attributes, context);
    }
  }

  /** A connectivity sensor of a bridge says whether the bridge is connected. */
  #ownState(entity: HomeEntity, entry: Entry | undefined): string | undefined {
    if (entry?.bridge === undefined || !entity.isOwn || entity.attributes.device_class !== "connectivity")
      return undefined;
    return entry.bridge.isConnected ? "on" : "off";
  }

  #liveOf(entity: HomeEntity): Live {
    return this.#live.get(entity.id) ?? entity;
  }
}

/** Whether `version`, such as `2024.3.3`, is that of this year and month or newer. */
export function isAtLeast(version: string, year: number, month: number): boolean {
  const [inYear = 0, inMonth = 0] = version.split(".").map(Number);
  return inYear > year || (inYear === year && inMonth >= month);
}
