import type { AttributeValue, AvailabilityValue } from "@caretaker/protocol";
import type { Value } from "../schema.ts";
import type { Traits } from "./kinds.ts";

export interface Shown {
  readonly state: string;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** A variable by its name; undefined where it is absent or says that it has no value. */
export type Variables = (name: string) => Value | undefined;

/** The variables that are asked for: none of locks, alarms or cameras but their health. */
export const READ_VARIABLES = [
  "LIGHT_LEVEL",
  "LIGHT_STATE",
  "Brightness Percent",
  "HVAC_MODE",
  "HVAC_STATE",
  "SCALE",
  "TEMPERATURE_C",
  "TEMPERATURE_F",
  "HEAT_SETPOINT_C",
  "COOL_SETPOINT_C",
  "SINGLE_SETPOINT_C",
  "HUMIDITY",
  "IS_CONNECTED",
  "Level",
  "Battery Level",
  "BATTERY_LEVEL",
  "ContactState",
  "IS_ON",
  "CURRENT_SPEED",
  "TROUBLE_TEXT",
  "POWER_STATE",
  "CURRENT_SELECTED_DEVICE",
] as const;

const UNKNOWN: Shown = { state: "unknown", attributes: {} };

/** `"Undefined"` is how Control4 says that there is no value. */
export function meaningOf(value: Value | undefined): Value | undefined {
  return value === "Undefined" || value === "" ? undefined : value;
}

/** Numbers come as numbers and as text. */
export function numberOf(value: Value | undefined): number | undefined {
  if (typeof value === "boolean" || value === undefined || value === "") return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** Booleans come as 0 and 1, as true and false, and as text of these. */
export function booleanOf(value: Value | undefined): boolean | undefined {
  if (typeof value === "boolean") return value;
  const text = String(value ?? "").toLowerCase();
  if (text === "1" || text === "true") return true;
  return text === "0" || text === "false" ? false : undefined;
}

const onOff = (value: boolean | undefined): string => (value === undefined ? "unknown" : value ? "on" : "off");

/** What an item shows, in the words that every make has. */
export function shownOf({ kind, deviceClass, isPrivate }: Traits, variable: Variables): Shown {
  if (isPrivate) return UNKNOWN;
  if (kind === "light") return light(variable);
  if (kind === "climate") return climate(variable);
  if (kind === "cover") return cover(variable);
  if (kind === "fan") return { state: onOff(booleanOf(variable("IS_ON"))), attributes: {} };
  if (kind === "binary_sensor") {
    const contact = booleanOf(variable("ContactState"));
    // True is closed for a contact, and movement for a motion sensor.
    const isOn = contact === undefined ? undefined : deviceClass === "motion" ? contact : !contact;
    return { state: onOff(isOn), attributes: {} };
  }
  return UNKNOWN;
}

function light(variable: Variables): Shown {
  const level = numberOf(variable("LIGHT_LEVEL")) ?? numberOf(variable("Brightness Percent"));
  if (level === undefined) return { state: onOff(booleanOf(variable("LIGHT_STATE"))), attributes: {} };
  if (level <= 0) return { state: "off", attributes: {} };
  return { state: "on", attributes: { brightness: Math.round((Math.min(level, 100) / 100) * 255) } };
}

function climate(variable: Variables): Shown {
  const mode = variable("HVAC_MODE");
  const fahrenheit = numberOf(variable("TEMPERATURE_F"));
  const current =
    numberOf(variable("TEMPERATURE_C")) ??
    (fahrenheit === undefined ? undefined : Math.round(((fahrenheit - 32) / 1.8) * 10) / 10);
  const isCooling = String(mode).toLowerCase() === "cool";
  const wanted =
    numberOf(variable("SINGLE_SETPOINT_C")) ?? numberOf(variable(isCooling ? "COOL_SETPOINT_C" : "HEAT_SETPOINT_C"));
  const humidity = numberOf(variable("HUMIDITY"));
  return {
    state: mode === undefined ? "unknown" : String(mode).toLowerCase(),
    attributes: {
      ...(current === undefined ? {} : { current_temperature: current }),
      ...(wanted === undefined ? {} : { temperature: wanted }),
      ...(humidity === undefined ? {} : { current_humidity: humidity }),
    },
  };
}

function cover(variable: Variables): Shown {
  const level = numberOf(variable("Level"));
  if (level === undefined) return UNKNOWN;
  return { state: level > 0 ? "open" : "closed", attributes: { current_position: level } };
}

/** Not every driver says whether its device answers: then nobody knows, and that is a third answer. */
export function availabilityOf(isOnline: boolean | undefined, isConnected: Value | undefined): AvailabilityValue {
  const connected = booleanOf(isConnected);
  if (isOnline === false || connected === false) return "offline";
  return isOnline === true || connected === true ? "online" : "unknown";
}
