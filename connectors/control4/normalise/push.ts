import { PushEvent, type Value } from "../schema.ts";
import { READ_VARIABLES } from "./state.ts";

export interface Pushed {
  readonly item: number;
  readonly values: ReadonlyMap<string, Value>;
  /** It says something that we read and do not know how to take over: the item has to be looked at. */
  readonly isUnclear: boolean;
}

/** The keys whose meaning was seen, with the variable that they are. */
const MEANINGS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(READ_VARIABLES.map((name) => [name, name])),
  hvac_mode: "HVAC_MODE",
  hvac_state: "HVAC_STATE",
  setpoint_single_c: "SINGLE_SETPOINT_C",
  setpoint_heat_c: "HEAT_SETPOINT_C",
  setpoint_cool_c: "COOL_SETPOINT_C",
  is_connected: "IS_CONNECTED",
};

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

/** One event or a list of them; `drop` hears of what is none. */
export function readPush(payload: unknown, drop: () => void): Pushed[] {
  return (Array.isArray(payload) ? payload : [payload]).flatMap((one) => {
    const event = PushEvent.safeParse(one).data;
    if (event === undefined) {
      drop();
      return [];
    }
    const values = new Map<string, Value>();
    let isUnclear = false;
    for (const [key, value] of Object.entries(event.data)) {
      const settled = key === "light_brightness_changed" ? currentOf(value) : undefined;
      const name = settled === undefined ? (Object.hasOwn(MEANINGS, key) ? MEANINGS[key] : undefined) : "LIGHT_LEVEL";
      const said = settled ?? value;
      if (name !== undefined && isValue(said)) values.set(name, said);
      else if (!PASSED_OVER.has(key)) isUnclear = true;
    }
    return [{ item: event.iddevice, values, isUnclear }];
  });
}

function currentOf(value: unknown): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<string, unknown>).light_brightness_current
    : undefined;
}

function isValue(value: unknown): value is Value {
  return typeof value === "number" || typeof value === "boolean" || (typeof value === "string" && value.length <= 2000);
}
