import { randomBytes } from "node:crypto";
import type { HomeEntity } from "./home.ts";
import { Topic } from "./topic.ts";

export type EntityAttributes = Readonly<Record<string, unknown>>;

/** One entity as Home Assistant shows it. Moments are seconds since 1970, as on the wire. */
export interface Shown {
  state: string;
  attributes: EntityAttributes;
  context: Context;
  changed: number;
  updated: number;
}

/** Who or what changed it. Without a user it is written as its id alone. */
export interface Context {
  readonly id: string;
  readonly user: string | null;
}

/** What an entity keeps in its attributes while it is unavailable: what it can do, not what it does. */
const KEPT = [
  "friendly_name",
  "device_class",
  "supported_features",
  "unit_of_measurement",
  "icon",
  "state_class",
  "supported_color_modes",
];

/**
 * All states of a home. Says each change once, as the text that follows `"event":` on the wire, however many listen:
 * a fleet of fakes must be cheap.
 */
export class States {
  readonly changes = new Topic<string>();
  readonly #shown = new Map<string, Shown>();
  #sequence = 0;
  readonly #salt = randomBytes(8).toString("hex").toUpperCase().slice(0, 14);

  get(id: string): Shown | undefined {
    return this.#shown.get(id);
  }

  ids(): IterableIterator<string> {
    return this.#shown.keys();
  }

  get size(): number {
    return this.#shown.size;
  }

  /** Shows `state`; says nothing when nothing changed. */
  show(id: string, state: string, attributes: EntityAttributes, context: Context = this.newContext()): void {
    const before = this.#shown.get(id);
    const now = seconds();
    if (before === undefined) {
      const added = { state, attributes, context, changed: now, updated: now };
      this.#shown.set(id, added);
      if (this.changes.size > 0) this.changes.say(`{"a":{${JSON.stringify(id)}:${JSON.stringify(fullOf(added))}}}`);
      return;
    }
    const difference = differenceOf(before, state, attributes, now, context);
    if (difference === undefined) return;
    if (before.state !== state) before.changed = now;
    before.state = state;
    before.attributes = attributes;
    before.updated = now;
    before.context = context;
    if (this.changes.size > 0) this.changes.say(`{"c":{${JSON.stringify(id)}:${JSON.stringify(difference)}}}`);
  }

  remove(id: string): void {
    if (this.#shown.delete(id)) this.changes.say(`{"r":[${JSON.stringify(id)}]}`);
  }

  /** Everything, as the first event of a subscription. */
  all(only?: ReadonlySet<string>): string {
    const all: Record<string, unknown> = {};
    for (const [id, shown] of this.#shown) if (only === undefined || only.has(id)) all[id] = fullOf(shown);
    return JSON.stringify({ a: all });
  }

  /** Its id has 26 characters and never comes twice. */
  newContext(user: string | null = null): Context {
    this.#sequence += 1;
    return { id: `01${this.#salt}${this.#sequence.toString(32).toUpperCase().padStart(10, "0")}`, user };
  }
}

/** What is shown of an entity whose integration does not reach it. */
export function unavailable(entity: HomeEntity, attributes: EntityAttributes, isRestored: boolean): EntityAttributes {
  const kept: Record<string, unknown> = isRestored ? { restored: true, supported_features: 0 } : {};
  for (const name of KEPT) if (name in attributes) kept[name] = attributes[name];
  kept.friendly_name ??= entity.id;
  return kept;
}

function seconds(): number {
  return Date.now() / 1000;
}

function fullOf(shown: Shown): Record<string, unknown> {
  const full: Record<string, unknown> = {
    s: shown.state,
    a: shown.attributes,
    c: contextOf(shown.context),
    lc: shown.changed,
  };
  if (shown.updated !== shown.changed) full.lu = shown.updated;
  return full;
}

function differenceOf(before: Shown, state: string, attributes: EntityAttributes, now: number, context: Context) {
  const added: Record<string, unknown> = {};
  if (before.state !== state) added.s = state;
  const changed: Record<string, unknown> = {};
  let gone: string[] = [];
  if (attributes !== before.attributes) {
    for (const [name, value] of Object.entries(attributes))
      if (!isSame(before.attributes[name], value)) changed[name] = value;
    gone = Object.keys(before.attributes).filter((name) => !(name in attributes));
  }
  if (Object.keys(changed).length > 0) added.a = changed;
  if (before.state === state && Object.keys(changed).length === 0 && gone.length === 0) return undefined;
  added[before.state === state ? "lu" : "lc"] = now;
  added.c = before.context.user === context.user ? context.id : { user_id: context.user, id: context.id };
  return gone.length > 0 ? { "+": added, "-": { a: gone } } : { "+": added };
}

function contextOf({ id, user }: Context): unknown {
  return user === null ? id : { id, parent_id: null, user_id: user };
}

function isSame(one: unknown, other: unknown): boolean {
  return one === other || (typeof one === "object" && JSON.stringify(one) === JSON.stringify(other));
}
