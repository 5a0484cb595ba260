import type { AvailabilityValue, Inventory, StateChange } from "@caretaker/protocol";
import { isRoom, type Thing, type Understood, understand } from "../normalise/inventory.ts";
import { booleanOf, type Shown, shownOf, type Variables } from "../normalise/state.ts";
import type { ItemRow, MacroRow, Value, VariableRow } from "../schema.ts";
import { Item, type Telling } from "./item.ts";

/** The home as this connection has heard of it. What was pushed is never overwritten by a read that began before it. */
export class LiveHome {
  #items = new Map<number, Item>();
  #understood: Understood = understand([], () => false, []);
  #tellings = new Map<string, Telling>();
  #pushes = 0;

  /** Taken before a read begins, and handed in with what it brought. */
  get moment(): number {
    return this.#pushes;
  }

  get inventory(): Inventory {
    return this.#understood.inventory;
  }

  get items(): readonly ItemRow[] {
    return [...this.#items.values()].flatMap(({ row }) => row ?? []);
  }

  item(id: number): ItemRow | undefined {
    return this.#items.get(id)?.row;
  }

  thing(key: string): Thing | undefined {
    return this.#understood.things.get(key);
  }

  device(key: string): readonly ItemRow[] | undefined {
    return this.#understood.devices.get(key);
  }

  room(key: string): ItemRow | undefined {
    const row = this.item(Number(key));
    return row !== undefined && isRoom(row) ? row : undefined;
  }

  variable(item: number, name: string): Value | undefined {
    return this.#items.get(item)?.variable(name);
  }

  /** All that there is, read anew. Resolves to whether the home has other things than before. */
  replace(
    rows: readonly ItemRow[],
    variables: readonly VariableRow[],
    macros: readonly MacroRow[],
    moment: number,
  ): boolean {
    const before = this.#items;
    this.#items = new Map(rows.map((row) => [row.id, new Item(row)]));
    for (const item of this.#items.values()) this.#link(item);
    for (const { id, varName, value } of variables) {
      const known = before.get(id);
      if (known !== undefined && known.pushed(varName) > moment) this.#need(id).keep(varName, known);
      else this.#need(id).put(varName, value, 0);
    }
    const told = JSON.stringify(this.#understood.inventory);
    this.#understood = understand(rows, (id, name) => this.#items.get(id)?.has(name) ?? false, macros);
    this.#planTellings();
    return JSON.stringify(this.#understood.inventory) !== told;
  }

  /** One item as it was just read. */
  refresh(row: ItemRow | undefined, variables: readonly VariableRow[], moment: number): void {
    const item = row === undefined ? undefined : this.#items.get(row.id);
    if (row !== undefined && item?.row !== undefined) {
      item.row = row;
      this.#link(item);
      for (const items of this.#understood.devices.values()) {
        const at = items.findIndex(({ id }) => id === row.id);
        if (at >= 0) (items as ItemRow[])[at] = row;
      }
    }
    for (const { id, varName, value } of variables) {
      const pushed = this.#items.get(id)?.pushed(varName) ?? 0;
      if (pushed <= moment) this.#need(id).put(varName, value, pushed);
    }
  }

  push(item: number, values: Iterable<readonly [name: string, value: Value]>): void {
    this.#pushes += 1;
    const pushed = this.#need(item);
    for (const [name, value] of values) pushed.put(name, value, this.#pushes);
  }

  /** What of these items (or of all) is not as it was told, in our words. */
  changes(now: number, items?: Iterable<number>): StateChange[] {
    const changes: StateChange[] = [];
    if (items === undefined) for (const telling of this.#tellings.values()) this.#tell(telling, now, changes);
    else for (const id of items) this.tell(id, now, changes);
    return changes;
  }

  /** Adds what of one item is not as it was told. This runs for every push of every home. */
  tell(item: number, now: number, changes: StateChange[]): void {
    const found = this.#items.get(item);
    if (found !== undefined) for (const telling of found.tellings) this.#tell(telling, now, changes, found);
  }

  /** Everything, as if nothing had been told. */
  all(now: number): StateChange[] {
    this.#tellings.clear();
    this.#planTellings();
    return this.changes(now);
  }

  since(key: string): number | undefined {
    return this.#tellings.get(key)?.since;
  }

  availability(id: number): AvailabilityValue {
    return this.#items.get(id)?.availability ?? "unknown";
  }

  shown(thing: Thing): Shown & { readonly available: AvailabilityValue } {
    const item = this.#itemOf(thing);
    return { ...shownBy(thing, item), available: availableBy(thing, item) };
  }

  #tell(telling: Telling, now: number, changes: StateChange[], item = this.#itemOf(telling.thing)): void {
    const { thing, since: toldSince, attributes: before } = telling;
    const { state, attributes } = shownBy(thing, item);
    const available = availableBy(thing, item);
    const wasTold = toldSince !== undefined;
    if (wasTold && telling.state === state && telling.available === available && isSame(before, attributes)) return;
    const since = wasTold && telling.state === state ? toldSince : now;
    telling.state = state;
    telling.available = available;
    telling.attributes = attributes;
    telling.since = since;
    const change = { key: thing.key, state, available, attributes, since, at: now };
    const gone = wasTold ? Object.keys(before).filter((name) => !(name in attributes)) : [];
    changes.push(gone.length > 0 ? { ...change, removedAttributes: gone } : change);
  }

  /** What was told of a thing stays told while there is such a thing. */
  #planTellings(): void {
    const before = this.#tellings;
    this.#tellings = new Map();
    for (const item of this.#items.values()) item.tellings = [];
    for (const thing of this.#understood.things.values()) {
      const known = before.get(thing.key);
      const untold = { state: "unknown", available: "unknown", attributes: {}, since: undefined } as const;
      const telling: Telling = { ...(known ?? untold), thing };
      this.#tellings.set(thing.key, telling);
      const item = this.#itemOf(thing);
      if (item !== undefined) item.tellings = [...item.tellings, telling];
    }
  }

  #itemOf(thing: Thing): Item | undefined {
    return thing.of === "macro" ? undefined : this.#items.get(thing.item);
  }

  #link(item: Item): void {
    item.parent = this.#items.get(item.row?.parentId ?? -1);
  }

  #need(id: number): Item {
    const known = this.#items.get(id);
    if (known !== undefined) return known;
    const item = new Item();
    this.#items.set(id, item);
    return item;
  }
}

const NO_VARIABLES: Variables = () => undefined;

function shownBy(thing: Thing, item: Item | undefined): Shown {
  const variable = item?.variable ?? NO_VARIABLES;
  switch (thing.of) {
    case "item":
      return shownOf(thing.traits, variable);
    case "battery":
      return { state: String(variable(thing.variable) ?? "unknown"), attributes: {} };
    case "trouble":
      return { state: variable("TROUBLE_TEXT") === undefined ? "off" : "on", attributes: {} };
    case "room": {
      const isOn = booleanOf(variable("POWER_STATE"));
      return { state: isOn === undefined ? "unknown" : isOn ? "on" : "off", attributes: {} };
    }
    case "macro":
      return { state: "unknown", attributes: {} };
  }
}

/** A room and a macro are the controller's own: they answer as long as it does. */
function availableBy(thing: Thing, item: Item | undefined): AvailabilityValue {
  if (thing.of === "macro" || thing.of === "room") return "online";
  return item?.availability ?? "unknown";
}

/** Attributes are few and plain, so nothing is written out to compare them. */
function isSame(before: Shown["attributes"], after: Shown["attributes"]): boolean {
  let count = 0;
  for (const name in after) {
    if (before[name] !== after[name]) return false;
    count += 1;
  }
  return count === Object.keys(before).length;
}
