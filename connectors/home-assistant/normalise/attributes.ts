import type { AttributeValue } from "@caretaker/protocol";

/**
 * The attributes that leave the connector, by Home Assistant's domain. The rest stays behind: some are large (camera
 * tokens, forecasts, lists of a bridge), some are nobody's business (what is being watched).
 */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  automation: ["last_triggered", "mode"],
  climate: [
    "current_humidity",
    "current_temperature",
    "fan_mode",
    "humidity",
    "hvac_action",
    "preset_mode",
    "target_temp_high",
    "target_temp_low",
    "temperature",
  ],
  cover: ["current_position", "current_tilt_position"],
  event: ["event_type"],
  fan: ["direction", "oscillating", "percentage", "preset_mode"],
  humidifier: ["current_humidity", "humidity", "mode"],
  input_number: ["max", "min", "step"],
  light: ["brightness", "color_mode", "color_temp_kelvin", "effect", "rgb_color"],
  media_player: ["is_volume_muted", "source", "volume_level"],
  number: ["max", "min", "step"],
  select: ["options"],
  update: [
    "auto_update",
    "in_progress",
    "installed_version",
    "latest_version",
    "skipped_version",
    "title",
    "update_percentage",
  ],
  vacuum: ["battery_level", "fan_speed", "status"],
  valve: ["current_position"],
  water_heater: ["current_temperature", "operation_mode", "temperature"],
  weather: ["humidity", "temperature", "wind_speed"],
};

const NONE: ReadonlySet<string> = new Set();
const SETS = new Map(Object.entries(ALLOWED).map(([domain, names]) => [domain, new Set(names) as ReadonlySet<string>]));

export function allowedAttributes(domain: string): ReadonlySet<string> {
  return SETS.get(domain) ?? NONE;
}

const LONGEST = 500;
const MOST = 50;

/** Plain values and short lists of them; undefined for anything else. */
export function attributeValue(value: unknown): AttributeValue | undefined {
  switch (typeof value) {
    case "string":
      return value.length > LONGEST ? value.slice(0, LONGEST) : value;
    case "number":
    case "boolean":
      return value;
    case "object":
      if (value === null) return null;
      return Array.isArray(value) && value.length <= MOST && value.every(isPlain) ? value : undefined;
    default:
      return undefined;
  }
}

function isPlain(value: unknown): value is string | number {
  return (typeof value === "string" && value.length <= LONGEST) || typeof value === "number";
}
