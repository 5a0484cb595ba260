import type { AvailabilityValue, Clock, Inventory, SessionEvent } from "@caretaker/protocol";
import { DOORS, type DoorName } from "./doors.ts";
import { bareProcessor, doorEntity, PROCESSOR, type StateNow } from "./normalise.ts";

/** What is known through one door. */
export interface Part {
  readonly inventory: Inventory;
  readonly states: readonly StateNow[];
}

/** How the processor itself is called, and what runs on it. */
export interface Identity {
  readonly name: string;
  readonly version: string;
}

interface Known {
  readonly identity: Identity;
  readonly part: Part;
  readonly inventoryText: string;
}

interface DoorState {
  readonly isOpen: boolean;
  /** Why it is not, in words. */
  readonly reason?: string;
}

/** Puts together what is known through both doors, and tells what changed of it; what is as it was is not told again. */
export class Teller {
  readonly #clock: Clock;
  readonly #emit: (event: SessionEvent) => void;
  /** The console first: what it says of the processor itself is better. */
  readonly #known = new Map<DoorName, Known>();
  readonly #doors: Map<DoorName, DoorState>;
  #told = new Map<string, string>();
  #hasBegun = false;

  constructor(doors: readonly DoorName[], clock: Clock, emit: (event: SessionEvent) => void) {
    this.#clock = clock;
    this.#emit = emit;
    this.#doors = new Map(doors.map((door) => [door, { isOpen: false }]));
  }

  get identity(): Identity | undefined {
    return (this.#known.get("console") ?? this.#known.get("home"))?.identity;
  }

  /** The first time all of it is told; before that nothing is. */
  begin(): void {
    this.#hasBegun = true;
    this.#tellAll();
  }

  door(name: DoorName, state: DoorState): void {
    this.#doors.set(name, state);
    this.#tellChanges();
  }

  part(door: DoorName, identity: Identity, part: Part): void {
    const before = this.#known.get(door);
    const inventoryText = JSON.stringify([part.inventory, identity]);
    this.#known.set(door, { identity, part, inventoryText });
    if (before?.inventoryText === inventoryText) this.#tellChanges();
    else this.#tellAll();
  }

  #tellAll(): void {
    if (!this.#hasBegun) return;
    const { name, version } = this.identity ?? { name: "Crestron processor", version: "unknown" };
    this.#emit({ type: "gateway", version, name, state: "running" });
    this.#emit({ type: "inventory", inventory: this.#inventory(name) });
    const at = this.#clock.now().getTime();
    const states = this.#states();
    this.#told = new Map(states.map((state) => [state.key, JSON.stringify(state)]));
    this.#emit({ type: "states", full: true, changes: states.map((state) => ({ ...state, at })) });
  }

  #tellChanges(): void {
    if (!this.#hasBegun) return;
    const at = this.#clock.now().getTime();
    const changes = [];
    for (const state of this.#states()) {
      const text = JSON.stringify(state);
      if (this.#told.get(state.key) === text) continue;
      this.#told.set(state.key, text);
      changes.push({ ...state, at, since: at });
    }
    if (changes.length > 0) this.#emit({ type: "states", full: false, changes });
  }

  #inventory(name: string): Inventory {
    const parts = this.#parts().map(({ part }) => part.inventory);
    const devices = parts.flatMap((one) => one.devices);
    const isKnown = devices.some(({ key }) => key === PROCESSOR);
    return {
      rooms: parts.flatMap((one) => one.rooms),
      integrations: [],
      devices: isKnown ? devices : [bareProcessor(name), ...devices],
      entities: [...this.#doors.keys()].map(doorEntity).concat(parts.flatMap((one) => one.entities)),
    };
  }

  #states(): StateNow[] {
    const doors = [...this.#doors].map(
      ([door, { isOpen, reason }]): StateNow => ({
        key: doorEntity(door).key,
        state: isOpen ? "on" : "off",
        available: isOpen ? "online" : "offline",
        attributes: { door: DOORS[door], ...(reason === undefined ? {} : { reason: reason.slice(0, 300) }) },
      }),
    );
    // What was known through a door that is shut may have changed since.
    const unknown: AvailabilityValue = "unknown";
    return doors.concat(
      this.#parts().flatMap(({ door, part }) =>
        this.#doors.get(door)?.isOpen === true
          ? part.states
          : part.states.map((state) => ({ ...state, available: unknown })),
      ),
    );
  }

  #parts(): { door: DoorName; part: Part }[] {
    return (["console", "home"] as const).flatMap((door) => {
      const known = this.#known.get(door);
      return known === undefined ? [] : [{ door, part: known.part }];
    });
  }
}
