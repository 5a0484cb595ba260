import type { AvailabilityValue, Inventory, StateChange } from "@caretaker/protocol";
import { isRoom, type Thing, type Understood, understand } from "../normalise/inventory.ts";
import { availabilityOf, booleanOf, meaningOf, type Shown, shownOf } from "../normalise/state.ts";
import type { ItemRow, MacroRow, Value, VariableRow } from "../schema.ts";

interface Told {
  readonly state: string;
  readonly available: AvailabilityValue;
  readonly attributes: Shown["attributes"];
  readonly since: number;
}

interface Cell {
  readonly value: Value;
  /** The push that said so, by its number; 0 for what was read. */
  readonly pushed: number;
}

/** The home as this connection has heard of it. What was pushed is never overwritten by a read that began before it. */
export class LiveHome {
  #rows = new Map<number, ItemRow>();
  #variables = new Map<number, Map<string, Cell>>();
  #understood: Understood = understand([], () => false, []);
  readonly #told = new Map<string, Told>();
  readonly #byItem = new Map<number, string[]>();
  #pushes = 0;

  /** Taken before a read begins, and handed in with what it brought. */
  get moment(): number {
    return this.#pushes;
  }

  get inventory(): Inventory {
    return this.#understood.inventory;
  }

  get items(): Iterable<ItemRow> {
    return this.#rows.values();
  }

  item(id: number): ItemRow | undefined {
    return this.#rows.get(id);
  }

  thing(key: string): Thing | undefined {
    return this.#understood.things.get(key);
  }

  device(key: string): readonly ItemRow[] | undefined {
    return this.#understood.devices.get(key);
  }

  room(key: string): ItemRow | undefined {
    const row = this.#rows.get(Number(key));
    return row !== undefined && isRoom(row) ? row : undefined;
  }

  variable(item: number, name: string): Value | undefined {
    return meaningOf(this.#variables.get(item)?.get(name)?.value);
  }

  /** All that there is, read anew. Resolves to whether the home has other things than before. */
  replace(
    rows: readonly ItemRow[],
    variables: readonly VariableRow[],
    macros: readonly MacroRow[],
    moment: number,
  ): boolean {
    this.#rows = new Map(rows.map((row) => [row.id, row]));
    const before = this.#variables;
    this.#variables = new Map();
    for (const { id, varName, value } of variables) {
      const known = before.get(id)?.get(varName);
      this.#put(id, varName, known !== undefined && known.pushed > moment ? known : { value, pushed: 0 });
    }
    const told = JSON.stringify(this.#understood.inventory);
    this.#understood = understand(rows, (id, name) => this.#variables.get(id)?.has(name) ?? false, macros);
    this.#byItem.clear();
    for (const thing of this.#understood.things.values())
      if (thing.of !== "macro") this.#byItem.set(thing.item, [...(this.#byItem.get(thing.item) ?? []), thing.key]);
    return JSON.stringify(this.#understood.inventory) !== told;
  }

  /** One item as it was just read. */
  refresh(row: ItemRow | undefined, variables: readonly VariableRow[], moment: number): void {
    if (row !== undefined && this.#rows.has(row.id)) {
      this.#rows.set(row.id, row);
      for (const items of this.#understood.devices.values()) {
        const at = items.findIndex(({ id }) => id === row.id);
        if (at >= 0) (items as ItemRow[])[at] = row;
      }
    }
    for (const { id, varName, value } of variables) {
      const known = this.#variables.get(id)?.get(varName);
      if (known === undefined || known.pushed <= moment) this.#put(id, varName, { value, pushed: known?.pushed ?? 0 });
    }
  }

  push(item: number, values: ReadonlyMap<string, Value>): void {
    this.#pushes += 1;
    for (const [name, value] of values) this.#put(item, name, { value, pushed: this.#pushes });
  }

  /** What of these items (or of all) is not as it was told, in our words. */
  changes(now: number, items?: Iterable<number>): StateChange[] {
    const keys =
      items === undefined ? this.#understood.things.keys() : [...items].flatMap((id) => this.#byItem.get(id) ?? []);
    const changes: StateChange[] = [];
    for (const key of keys) {
      const thing = this.#understood.things.get(key);
      const change = thing === undefined ? undefined : this.#changeOf(thing, now);
      if (change !== undefined) changes.push(change);
    }
    return changes;
  }

  /** Everything, as if nothing had been told. */
  all(now: number): StateChange[] {
    this.#told.clear();
    return this.changes(now);
  }

  since(key: string): number | undefined {
    return this.#told.get(key)?.since;
  }

  availability(id: number): AvailabilityValue {
    const row = this.#rows.get(id);
    const parent = this.#rows.get(row?.parentId ?? -1);
    const isOnline =
      row?.isOnline === false || parent?.isOnline === false ? false : (row?.isOnline ?? parent?.isOnline);
    return availabilityOf(isOnline, this.variable(id, "IS_CONNECTED"));
  }

  shown(thing: Thing): Shown & { readonly available: AvailabilityValue } {
    if (thing.of === "macro") return { state: "unknown", attributes: {}, available: "online" };
    const { item } = thing;
    const variable = (name: string): Value | undefined => this.variable(item, name);
    switch (thing.of) {
      case "item":
        return { ...shownOf(thing.traits, variable), available: this.availability(item) };
      case "battery":
        return {
          state: String(variable(thing.variable) ?? "unknown"),
          attributes: {},
          available: this.availability(item),
        };
      case "trouble":
        return {
          state: variable("TROUBLE_TEXT") === undefined ? "off" : "on",
          attributes: {},
          available: this.availability(item),
        };
      case "room": {
        const isOn = booleanOf(variable("POWER_STATE"));
        return { state: isOn === undefined ? "unknown" : isOn ? "on" : "off", attributes: {}, available: "online" };
      }
    }
  }

  #changeOf(thing: Thing, now: number): StateChange | undefined {
    const { key } = thing;
    const { state, available, attributes } = this.shown(thing);
    const before = this.#told.get(key);
    if (before?.state === state && before.available === available && isSame(before.attributes, attributes))
      return undefined;
    const since = before?.state === state ? before.since : now;
    this.#told.set(key, { state, available, attributes, since });
    const gone = before === undefined ? [] : Object.keys(before.attributes).filter((name) => !(name in attributes));
    return {
      key,
      state,
      available,
      attributes,
      ...(gone.length > 0 ? { removedAttributes: gone } : {}),
      since,
      at: now,
    };
  }

  #put(id: number, name: string, cell: Cell): void {
    const cells = this.#variables.get(id) ?? new Map<string, Cell>();
    this.#variables.set(id, cells);
    cells.set(name, cell);
  }
}

/** This runs for every push of every home: attributes are few and plain, so nothing is written out to compare them. */
function isSame(before: Shown["attributes"], after: Shown["attributes"]): boolean {
  let count = 0;
  for (const name in after) {
    if (before[name] !== after[name]) return false;
    count += 1;
  }
  return count === Object.keys(before).length;
}
