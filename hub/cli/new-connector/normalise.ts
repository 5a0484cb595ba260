import type { EntityKind, Inventory, StateChange } from "@caretaker/protocol";
import type { House, Thing } from "./schema.ts";

/** Their kinds in our words; one that is not here is shown as something else, never guessed. */
const KINDS: Readonly<Record<string, EntityKind>> = { lamp: "light", socket: "switch", blind: "cover", lock: "lock" };

/** What the gateway has. A thing is a device with one entity of the same key. */
export function inventoryOf({ rooms, things }: House): Inventory {
  const isKnown = (room: string | undefined): boolean => rooms.some(({ id }) => id === room);
  const at = ({ room }: Thing): { roomKey?: string } => (room !== undefined && isKnown(room) ? { roomKey: room } : {});
  return {
    rooms: rooms.map(({ id, name }) => ({ key: id, name })),
    integrations: [],
    devices: things.map((thing) => ({
      key: thing.id,
      marks: [thing.id],
      name: thing.name,
      ...at(thing),
      integrationKeys: [],
      kind: thing.kind === "lamp" ? "light" : "other",
    })),
    entities: things.map((thing) => ({
      key: thing.id,
      label: `${thing.kind}.${thing.id}`,
      marks: [thing.id],
      name: thing.name,
      kind: KINDS[thing.kind] ?? "other",
      deviceKey: thing.id,
      ...at(thing),
      private: thing.kind === "lock",
      diagnostic: false,
      disabled: false,
    })),
  };
}

/** How one thing is. What the gateway does not say is unknown: it is never off, and never offline. */
export function stateOf({ id, on, reachable }: Thing, now: number): StateChange {
  return {
    key: id,
    state: on === undefined ? "unknown" : on ? "on" : "off",
    available: reachable === undefined ? "unknown" : reachable ? "online" : "offline",
    at: now,
  };
}
