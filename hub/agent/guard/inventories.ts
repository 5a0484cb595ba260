import {
  CAPABILITIES,
  type CapabilityName,
  type EntityReport,
  type GatewayId,
  type Inventory,
  type ReferenceKind,
  referenceOf,
} from "@caretaker/protocol";
import type { NamedThing } from "../store/home-state.ts";

interface Known {
  readonly inventory: Inventory;
  /** By key. */
  readonly private: ReadonlySet<string>;
  gatewayName: string | null;
}

const NOTHING: Inventory = { rooms: [], integrations: [], devices: [], entities: [] };

/** What the gateways themselves have reported of the home: names and what is private are taken from here, not from the hub. */
export class Inventories {
  readonly #known = new Map<GatewayId, Known>();

  put(gatewayId: GatewayId, inventory: Inventory): void {
    const isPrivate = inventory.entities.filter((entity) => entity.private).map(({ key }) => key);
    const gatewayName = this.#known.get(gatewayId)?.gatewayName ?? null;
    this.#known.set(gatewayId, { inventory, private: new Set(isPrivate), gatewayName });
  }

  name(gatewayId: GatewayId, name: string): void {
    const known = this.#known.get(gatewayId);
    if (known === undefined) this.#known.set(gatewayId, { inventory: NOTHING, private: new Set(), gatewayName: name });
    else known.gatewayName = name;
  }

  forget(gatewayId: GatewayId): void {
    this.#known.delete(gatewayId);
  }

  /** The keys of its private entities; null before it has said what it has. */
  privateOf(gatewayId: GatewayId): ReadonlySet<string> | null {
    const known = this.#known.get(gatewayId);
    return known === undefined || known.inventory === NOTHING ? null : known.private;
  }

  /** Whether an act touches something private; also where it names what the gateway never reported, since nobody knows. */
  touchesPrivate(gatewayId: GatewayId, capability: CapabilityName, input: Readonly<Record<string, unknown>>): boolean {
    const inventory = this.#known.get(gatewayId)?.inventory ?? NOTHING;
    return referencesIn(capability, input).some(({ kind, key }) => isPrivate(inventory, kind, key));
  }

  /** What an act is done to, in the home's own words; `said` is what the hub calls it, for what is not known here. */
  thingOf(
    gatewayId: GatewayId,
    capability: CapabilityName,
    input: Readonly<Record<string, unknown>>,
    said: string,
  ): NamedThing {
    const known = this.#known.get(gatewayId);
    const [reference] = referencesIn(capability, input);
    if (reference === undefined) {
      const name = known?.gatewayName ?? null;
      return { kind: "gateway", name: name ?? said, room: null, isOwn: name !== null };
    }
    const { kind, key } = reference;
    const found = known === undefined ? null : named(known.inventory, kind, key);
    return found === null ? { kind, name: said, room: null, isOwn: false } : { kind, ...found, isOwn: true };
  }
}

interface Reference {
  readonly kind: ReferenceKind;
  readonly key: string;
}

function referencesIn(capability: CapabilityName, input: Readonly<Record<string, unknown>>): Reference[] {
  return Object.entries(CAPABILITIES[capability].input.shape).flatMap(([field, shape]) => {
    const kind = referenceOf(shape);
    const key = input[field];
    return kind === undefined || typeof key !== "string" ? [] : [{ kind, key }];
  });
}

function isPrivate(inventory: Inventory, kind: ReferenceKind, key: string): boolean {
  switch (kind) {
    case "entity": {
      const entity = inventory.entities.find((one) => one.key === key);
      if (entity === undefined || entity.private) return true;
      return entity.deviceKey !== undefined && hasPrivate(inventory, ({ deviceKey }) => deviceKey === entity.deviceKey);
    }
    case "device":
      return !has(inventory.devices, key) || hasPrivate(inventory, ({ deviceKey }) => deviceKey === key);
    case "integration":
      return !has(inventory.integrations, key);
    case "room":
      return !has(inventory.rooms, key);
    case "gateway":
      return false;
  }
}

function has(things: readonly { readonly key: string }[], key: string): boolean {
  return things.some((one) => one.key === key);
}

function hasPrivate({ entities }: Inventory, belongs: (entity: EntityReport) => boolean): boolean {
  return entities.some((entity) => entity.private && belongs(entity));
}

function named(inventory: Inventory, kind: ReferenceKind, key: string): { name: string; room: string | null } | null {
  const roomName = (roomKey: string | undefined): string | null =>
    inventory.rooms.find((room) => room.key === roomKey)?.name ?? null;
  switch (kind) {
    case "entity": {
      const entity = inventory.entities.find((one) => one.key === key);
      if (entity === undefined) return null;
      const device = inventory.devices.find((one) => one.key === entity.deviceKey);
      return { name: entity.name, room: roomName(entity.roomKey ?? device?.roomKey) };
    }
    case "device": {
      const device = inventory.devices.find((one) => one.key === key);
      return device === undefined ? null : { name: device.name, room: roomName(device.roomKey) };
    }
    case "integration": {
      const integration = inventory.integrations.find((one) => one.key === key);
      return integration === undefined ? null : { name: integration.name, room: null };
    }
    case "room": {
      const name = roomName(key);
      return name === null ? null : { name, room: null };
    }
    case "gateway":
      return null;
  }
}
