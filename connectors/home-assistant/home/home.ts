import type { Inventory, StateChange } from "@caretaker/protocol";
import type { StateChangeMessage } from "../client/state-change.ts";
import { entriesOf, inventoryOf, keyOfRow, nameOfDevice } from "../normalise/inventory.ts";
import type { Area, DeviceRow, EntityRow, EntryRow, Floor } from "../schema.ts";
import { Entities } from "./entities.ts";
import { type LiveEntity, wholeChange } from "./entity.ts";
import { applyEvent, applyStateChange, type Delta, type StreamTarget } from "./stream.ts";

/** What of a device the reads need once the inventory was reported. */
export interface KnownDevice {
  readonly id: string;
  readonly name: string;
  readonly firmware: string | null;
  readonly entries: readonly string[];
  readonly upstream: string | null;
}

export interface Registries {
  readonly floors: readonly Floor[];
  readonly areas: readonly Area[];
  readonly devices: readonly DeviceRow[];
  readonly entities: readonly EntityRow[];
}

/**
 * The home as this connection has heard of it: live entities, integrations, and the little of the registries that reads
 * need. It is replaced with each connection, since Home Assistant says nothing of what vanished in between.
 */
export class LiveHome {
  readonly entities = new Entities();
  readonly entries = new Map<string, EntryRow>();
  signIns: ReadonlySet<string> = new Set();
  devices: ReadonlyMap<string, KnownDevice> = new Map();
  /** Something was named that the last inventory did not have. */
  isInventoryStale = false;
  readonly #target: StreamTarget;

  /** `remembered`: keys by entity id, as they were when this home was last looked at. */
  constructor(garbage: (what: string) => void, remembered: ReadonlyMap<string, string> = new Map()) {
    this.#target = {
      entities: this.entities,
      keyOf: (entityId) => remembered.get(entityId) ?? entityId,
      garbage,
      renamed: () => {
        this.isInventoryStale = true;
      },
    };
  }

  /** The hot path. */
  apply(event: unknown): Delta | undefined {
    return applyEvent(this.#target, event);
  }

  /** The hottest of it. */
  applyStateChange(message: StateChangeMessage): StateChange | undefined {
    return applyStateChange(this.#target, message);
  }

  /**
   * Takes the registries over: tells the home in our words, and which entities have another key now. The rows themselves
   * are not kept: they would be most of the memory.
   */
  takeRegistries(registries: Registries): { inventory: Inventory; moved: LiveEntity[] } {
    const inventory = inventoryOf({
      ...registries,
      entries: [...this.entries.values()],
      signIns: this.signIns,
      shown: this.entities.values(),
    });
    this.devices = new Map(registries.devices.map((row) => [row.id, knownDevice(row)]));
    this.isInventoryStale = false;
    return { inventory, moved: this.#bind(registries.entities) };
  }

  whole(entities: Iterable<LiveEntity> = this.entities.values()): StateChange[] {
    return [...entities].map((entity) => wholeChange(entity, this.isOrphan(entity)));
  }

  byKey(key: string): LiveEntity | undefined {
    for (const entity of this.entities.values()) if (entity.key === key) return entity;
    return undefined;
  }

  ofEntry(entryId: string): LiveEntity[] {
    return [...this.entities.values()].filter((entity) => entity.entry === entryId);
  }

  ofDevice(deviceId: string): LiveEntity[] {
    return [...this.entities.values()].filter((entity) => entity.device === deviceId);
  }

  #bind(rows: readonly EntityRow[]): LiveEntity[] {
    const byEntityId = new Map(rows.map((row) => [row.entity_id, row]));
    const moved: LiveEntity[] = [];
    for (const entity of this.entities.values()) {
      const row = byEntityId.get(entity.entityId);
      const key = row === undefined ? entity.entityId : keyOfRow(row);
      // The ids as their owners hold them, not the copies that came with each row.
      entity.entry = ownCopy(row?.config_entry_id, (id) => this.entries.get(id)?.entry_id);
      entity.device = ownCopy(row?.device_id, (id) => this.devices.get(id)?.id);
      if (entity.key === key) continue;
      entity.key = key;
      moved.push(entity);
    }
    return moved;
  }

  /**
   * Left over in the registry from something that is gone: its integration runs, others of it are there, and it was not
   * provided since we connected. It counts neither as answering nor as silent.
   */
  isOrphan(entity: LiveEntity): boolean {
    if (entity.wasProvided || entity.entry === undefined) return false;
    if (this.entries.get(entity.entry)?.state !== "loaded") return false;
    for (const other of this.entities.values()) if (other.entry === entity.entry && !other.isRestored) return true;
    return false;
  }
}

function ownCopy(id: string | null | undefined, find: (id: string) => string | undefined): string | undefined {
  return id == null ? undefined : (find(id) ?? id);
}

function knownDevice(row: DeviceRow): KnownDevice {
  return {
    id: row.id,
    name: nameOfDevice(row),
    firmware: row.sw_version ?? null,
    entries: entriesOf(row),
    upstream: row.via_device_id ?? row.parent_device_id ?? null,
  };
}
