import type { Clock, Inventory, SessionEvent, StateChange } from "@caretaker/protocol";
import type { Announcements } from "../announcements.ts";
import type { Database } from "../db/database.ts";
import { transaction } from "../db/database.ts";
import { packInventory } from "../state/packing.ts";
import type { GatewayRecord } from "../state/records.ts";
import type { InventoryRows } from "../state/rows.ts";
import type { StateStore, StatesEvent } from "../state/store.ts";
import { digestOf, syncInventory } from "./inventory.ts";
import type { Slots } from "./slots.ts";

export interface IntakeLog {
  warn(fields: object, message: string): void;
}

export interface IntakeDeps {
  readonly db: Database;
  readonly store: StateStore;
  readonly clock: Clock;
  readonly log: IntakeLog;
  readonly announcements: Announcements;
  /** How many inventories are written at one time: a fleet that is new must not take every connection of the database. */
  readonly writes: Slots;
}

export type TakenEvent = Exclude<SessionEvent, { type: "lost" | "gateway" | "tapped" }>;

const MOST_HELD_BACK = 50_000;

/**
 * What a session says, on its way into the state. Changes go straight through; an inventory is written first, and what
 * is said meanwhile of things that have no row yet is kept for them.
 */
export class Intake {
  readonly #deps: IntakeDeps;
  readonly #gateway: GatewayRecord;
  /** The newest inventory that is not written yet; an older one that was overtaken is never written. */
  #waiting: Inventory | null = null;
  #isWriting = false;
  readonly #heldBack = new Map<string, StateChange>();
  #hasTold = false;
  /** Resolves when nothing is being written any more. */
  written: Promise<void> = Promise.resolve();

  constructor(deps: IntakeDeps, gateway: GatewayRecord) {
    this.#deps = deps;
    this.#gateway = gateway;
  }

  take(event: TakenEvent): void {
    if (event.type === "states") this.#takeStates(event);
    else if (event.type === "inventory") this.#takeInventory(event.inventory);
    else if (event.type === "integrations") this.#deps.store.setIntegrationStates(this.#gateway, event.integrations);
    else this.#countGarbage(event.count);
  }

  #takeStates(event: StatesEvent): void {
    const isSound = Array.isArray(event.changes);
    if (!isSound) this.#countGarbage(1);
    const unknown = isSound ? this.#deps.store.applyStates(this.#gateway, event) : null;
    if (unknown === null) return;
    const keys = new Set(unknown);
    for (const change of event.changes) {
      if (!keys.has(change.key) || this.#heldBack.size >= MOST_HELD_BACK) continue;
      const earlier = this.#heldBack.get(change.key);
      this.#heldBack.set(change.key, earlier === undefined || event.full ? change : merge(earlier, change));
    }
  }

  #takeInventory(inventory: Inventory): void {
    this.#waiting = inventory;
    if (this.#isWriting) return;
    this.written = this.#write().catch((error: unknown) =>
      this.#deps.log.warn(
        { error, gatewayId: this.#gateway.facts.id },
        "What a gateway has could not be written; it is tried again with its next report.",
      ),
    );
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    try {
      for (let inventory = this.#waiting; inventory !== null; inventory = this.#waiting) {
        this.#waiting = null;
        await this.#put(inventory);
      }
    } finally {
      this.#isWriting = false;
    }
    this.#release();
  }

  async #put(inventory: Inventory): Promise<void> {
    const { store, announcements, writes } = this.#deps;
    const gateway = this.#gateway;
    const { id } = gateway.facts;
    const digest = digestOf(inventory);
    if (digest !== gateway.inventoryDigest) {
      const release = await writes.take();
      const rows = await this.#sync(inventory, digest).finally(release);
      gateway.inventoryDigest = digest;
      store.setInventory(gateway, rows);
      announcements.announce({ type: "devices.changed", siteId: gateway.site.facts.id, gatewayId: id });
    }
    store.setIntegrationStates(gateway, inventory.integrations);
  }

  #sync(inventory: Inventory, digest: string): Promise<InventoryRows> {
    const { db, clock } = this.#deps;
    const { id } = this.#gateway.facts;
    return transaction(db, async (trx) => {
      // First, for it locks the gateway: another hub that was told the same at this moment finds the rows of this one.
      await trx.updateTable("gateway").set({ inventoryDigest: digest }).where("id", "=", id).execute();
      const written = await syncInventory(trx, id, inventory, clock.now());
      const packed = packInventory(written);
      await trx
        .insertInto("gatewayInventory")
        .values({ gatewayId: id, digest, packed })
        .onConflict((conflict) => conflict.column("gatewayId").doUpdateSet({ digest, packed }))
        .execute();
      return written;
    });
  }

  /** Whoever still has no row then is not part of the home. */
  #release(): void {
    if (this.#heldBack.size === 0) return;
    const changes = [...this.#heldBack.values()];
    this.#heldBack.clear();
    this.#deps.store.applyStates(this.#gateway, { type: "states", full: false, changes });
  }

  /** Counted each time, said once. */
  #countGarbage(count: number): void {
    const { store, log } = this.#deps;
    store.setStatus(this.#gateway, { garbage: this.#gateway.status.garbage + count });
    if (this.#hasTold) return;
    this.#hasTold = true;
    log.warn(
      { gatewayId: this.#gateway.facts.id },
      "A gateway says things that are not understood; they are left out.",
    );
  }
}

function merge(earlier: StateChange, later: StateChange): StateChange {
  const attributes = { ...earlier.attributes, ...later.attributes };
  for (const name of later.removedAttributes ?? []) delete attributes[name];
  return { ...earlier, ...later, attributes };
}
