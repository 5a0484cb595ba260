import { GREATEST_ID, LONGEST_KEY, PushEvent, type Value } from "../schema.ts";
import { READ_VARIABLES } from "./state.ts";

export interface Pushed {
  readonly item: number;
  readonly values: readonly (readonly [name: string, value: Value])[];
  /** It says something that we read and do not know how to take over: the item has to be looked at. */
  readonly isUnclear: boolean;
}

/** The keys whose meaning was seen, with the variable that they are. */
const MEANINGS: ReadonlyMap<string, string> = new Map([
  ...READ_VARIABLES.map((name) => [name, name] as const),
  ["hvac_mode", "HVAC_MODE"],
  ["hvac_state", "HVAC_STATE"],
  ["setpoint_single_c", "SINGLE_SETPOINT_C"],
  ["setpoint_heat_c", "HEAT_SETPOINT_C"],
  ["setpoint_cool_c", "COOL_SETPOINT_C"],
  ["is_connected", "IS_CONNECTED"],
]);

/** Seen, and of no use: twins in another spelling, units that are written nowhere, a light on its way. */
const PASSED_OVER = new Set([
  "hvacmode",
  "hvacstate",
  "heat_setpoint",
  "cool_setpoint",
  "setpoint_heat",
  "setpoint_cool",
  "settings",
  "volume_level",
  "devicecommand",
  "UPDATE_PROPERTY",
  "light_brightness_changing",
]);

/** One event; undefined for what is none. */
export function readPush(payload: unknown): Pushed | undefined {
  const event = readEvent(payload);
  if (event === undefined) return undefined;
  const values: [string, Value][] = [];
  let isUnclear = false;
  for (const key in event.data) {
    const value = event.data[key];
    const settled = key === "light_brightness_changed" ? currentOf(value) : undefined;
    const name = settled === undefined ? MEANINGS.get(key) : "LIGHT_LEVEL";
    const said = settled ?? value;
    if (name !== undefined && isValue(said)) values.push([name, said]);
    else if (!PASSED_OVER.has(key)) isUnclear = true;
  }
  return { item: event.iddevice, values, isUnclear };
}

/**
 * The shape that Directors say all day is judged by hand, for it comes thousands of times a second; whatever is not
 * exactly that is for the schema to judge. A test holds the two against each other.
 */
export function readEvent(payload: unknown): PushEvent | undefined {
  return isPlainEvent(payload) ? payload : PushEvent.safeParse(payload).data;
}

export function isPlainEvent(payload: unknown): payload is PushEvent {
  if (typeof payload !== "object" || payload === null) return false;
  const { iddevice, data } = payload as Partial<Record<"iddevice" | "data", unknown>>;
  if (typeof iddevice !== "number" || !Number.isInteger(iddevice) || iddevice < 0 || iddevice > GREATEST_ID)
    return false;
  if (typeof data !== "object" || data === null || Array.isArray(data)) return false;
  for (const key in data) if (key.length > LONGEST_KEY || key === "__proto__") return false;
  return true;
}

function currentOf(value: unknown): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<string, unknown>).light_brightness_current
    : undefined;
}

function isValue(value: unknown): value is Value {
  return typeof value === "number" || typeof value === "boolean" || (typeof value === "string" && value.length <= 2000);
}
