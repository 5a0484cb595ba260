import { setTimeout as wait } from "node:timers/promises";
import type { HomePlan, Item, Value } from "./items.ts";
import type { Knobs } from "./knobs.ts";

/** What a push says of one item. */
export interface PushEvent {
  readonly evtName: "OnDataToUI";
  readonly iddevice: number;
  readonly time: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Something that was done to the home from outside. */
export interface ActSeen {
  readonly item: number;
  readonly command: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** The home behind the controller: items with their variables, and what commands do to them. */
export class House {
  readonly plan: HomePlan;
  readonly items = new Map<number, Item>();
  readonly acts: ActSeen[] = [];
  readonly #knobs: Knobs;
  readonly #push: (event: PushEvent) => void;
  /** Rooms that select nothing until they were off. */
  readonly #stuck = new Set<number>();
  /** Macros that run and help nobody. */
  readonly #broken = new Set<number>();
  /** Items that take every command and do none. */
  readonly #wedged = new Set<number>();
  /** What items answer at `ID/network` and `ID/zigbee`. Nobody published it: an empty list, until a test says something. */
  readonly links = new Map<string, unknown>();
  /** Called when a command has come, before it is answered. */
  whenTaken: () => void = () => {};
  #isClosed = false;

  constructor(plan: HomePlan, knobs: Knobs, push: (event: PushEvent) => void) {
    this.plan = plan;
    this.#knobs = knobs;
    this.#push = push;
    for (const { row, variables, commands } of plan.items)
      this.items.set(row.id, { row: { ...row }, variables: new Map(variables), commands });
  }

  find(name: string): Item {
    const found = [...this.items.values()].filter(({ row }) => row.name === name).at(-1);
    if (found === undefined) throw new Error(`There is no ${name}`);
    return found;
  }

  /** Changes a variable and says so. */
  set(id: number, name: string, value: Value, said: Readonly<Record<string, unknown>> = { [name]: value }): void {
    this.items.get(id)?.variables.set(name, value);
    this.say(id, said);
  }

  say(id: number, data: Readonly<Record<string, unknown>>): void {
    this.#push({ evtName: "OnDataToUI", iddevice: id, time: Math.floor(Date.now() / 1000), data });
  }

  /** A device and what it shows come or go. Only some drivers say so by themselves. */
  setOnline(name: string, isOnline: boolean, isSaid = false): void {
    for (const item of this.items.values()) {
      if (item.row.name !== name || item.row.isOnline === undefined) continue;
      item.row.isOnline = isOnline;
      if (isSaid && item.row.type === 7) this.say(item.row.id, { is_connected: isOnline });
    }
  }

  /** The room is on, shows nothing, and selects nothing more until it was switched off. */
  stickRoom(name: string, source: number): void {
    const { row } = this.find(name);
    this.#stuck.add(row.id);
    this.set(row.id, "CURRENT_VIDEO_DEVICE", source);
    this.set(row.id, "CURRENT_SELECTED_DEVICE", source);
    this.set(row.id, "POWER_STATE", 1);
  }

  isStuck(name: string): boolean {
    return this.#stuck.has(this.find(name).row.id);
  }

  wedge(name: string): void {
    this.#wedged.add(this.find(name).row.id);
  }

  breakMacro(id: number): void {
    this.#broken.add(id);
  }

  close(): void {
    this.#isClosed = true;
  }

  /** Takes a command as the Director does: accepted at once, done a moment later. */
  take(item: Item, command: string, params: Readonly<Record<string, unknown>>): void {
    this.acts.push({ item: item.row.id, command, params });
    this.whenTaken();
    this.#do(item, command, params).catch(() => {});
  }

  async #do({ row: { id } }: Item, command: string, params: Readonly<Record<string, unknown>>): Promise<void> {
    await wait(this.#knobs.settleMilliseconds);
    if (this.#isClosed || this.#wedged.has(id)) return;
    switch (command) {
      case "ON":
        return this.#light(id, 100);
      case "OFF":
        return this.#light(id, 0);
      case "SET_LEVEL":
        return this.#light(id, Number(params.LEVEL));
      case "SET_LEVEL_TARGET":
        return this.set(id, "Level", Number(params.LEVEL_TARGET));
      case "SET_SETPOINT_HEAT":
        return this.set(id, "HEAT_SETPOINT_C", Number(params.CELSIUS), { setpoint_heat_c: Number(params.CELSIUS) });
      case "SET_SETPOINT_COOL":
        return this.set(id, "COOL_SETPOINT_C", Number(params.CELSIUS), { setpoint_cool_c: Number(params.CELSIUS) });
      case "ROOM_OFF":
        return this.#roomOff(id);
      case "SELECT_VIDEO_DEVICE":
        return this.#select(id, "CURRENT_VIDEO_DEVICE", Number(params.deviceid));
      case "SELECT_AUDIO_DEVICE":
        return this.#select(id, "CURRENT_AUDIO_DEVICE", Number(params.deviceid));
      case "EXECUTE_MACRO":
        return this.#runMacro(Number(params.id));
    }
  }

  /** A ramp first, then the settled value, as dimmers do. */
  #light(id: number, level: number): void {
    const before = Number(this.items.get(id)?.variables.get("LIGHT_LEVEL") ?? 0);
    this.say(id, {
      light_brightness_changing: { light_brightness_current: before, light_brightness_target: level, rate: 750 },
    });
    this.items.get(id)?.variables.set("LIGHT_STATE", level > 0 ? 1 : 0);
    this.set(id, "LIGHT_LEVEL", level);
  }

  #roomOff(id: number): void {
    this.#stuck.delete(id);
    for (const name of ["CURRENT_SELECTED_DEVICE", "CURRENT_AUDIO_DEVICE", "CURRENT_VIDEO_DEVICE"])
      this.set(id, name, 0);
    this.set(id, "POWER_STATE", 0);
  }

  #select(id: number, kind: string, source: number): void {
    if (this.#stuck.has(id)) return;
    this.set(id, kind, source);
    this.set(id, "CURRENT_SELECTED_DEVICE", source);
    this.set(id, "POWER_STATE", 1);
  }

  async #runMacro(macroId: number): Promise<void> {
    if (this.#broken.has(macroId)) return;
    const names = new Set(
      this.plan.macros.find(({ id }) => id === macroId)?.restarts.map((id) => this.items.get(id)?.row.name ?? ""),
    );
    for (const name of names) this.setOnline(name, false);
    await wait(this.#knobs.restartMilliseconds);
    if (!this.#isClosed) for (const name of names) this.setOnline(name, true);
  }
}
