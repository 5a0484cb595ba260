import type { AvailabilityValue } from "@caretaker/protocol";
import type { Thing } from "../normalise/inventory.ts";
import { availabilityOf, meaningOf, type Shown, type Variables } from "../normalise/state.ts";
import type { ItemRow, Value } from "../schema.ts";

/** What was told last of a thing; nothing while `since` is undefined. */
export interface Telling {
  readonly thing: Thing;
  state: string;
  available: AvailabilityValue;
  attributes: Shown["attributes"];
  since: number | undefined;
}

interface Cell {
  value: Value;
  /** The push that said so, by its number; 0 for what was read. */
  pushed: number;
}

/**
 * One item of a home with all that a push of it needs, so that a push looks up one thing: homes take turns in speaking,
 * and whatever is looked up has left the processor's cache since.
 */
export class Item {
  /** Undefined where variables came of something that is in no list. */
  row: ItemRow | undefined;
  parent: Item | undefined;
  tellings: readonly Telling[] = [];
  readonly #cells = new Map<string, Cell>();

  constructor(row?: ItemRow) {
    this.row = row;
  }

  /** What a variable says; undefined where it is absent or has no value. */
  readonly variable: Variables = (name) => meaningOf(this.#cells.get(name)?.value);

  has(name: string): boolean {
    return this.#cells.has(name);
  }

  /** The push that last said what a variable is, by its number. */
  pushed(name: string): number {
    return this.#cells.get(name)?.pushed ?? 0;
  }

  put(name: string, value: Value, pushed: number): void {
    const cell = this.#cells.get(name);
    if (cell === undefined) this.#cells.set(name, { value, pushed });
    else {
      cell.value = value;
      cell.pushed = pushed;
    }
  }

  /** Takes over what is newer than a read was. */
  keep(name: string, before: Item): void {
    const cell = before.#cells.get(name);
    if (cell !== undefined) this.#cells.set(name, cell);
  }

  get availability(): AvailabilityValue {
    const own = this.row?.isOnline;
    const above = this.parent?.row?.isOnline;
    return availabilityOf(own === false || above === false ? false : (own ?? above), this.variable("IS_CONNECTED"));
  }
}
