import type { DeviceKind, EntityKind } from "@caretaker/protocol";

const KIND_OF_DOMAIN: Readonly<Record<string, EntityKind>> = {
  alarm_control_panel: "alarm",
  automation: "automation",
  binary_sensor: "binary_sensor",
  button: "button",
  camera: "camera",
  climate: "climate",
  cover: "cover",
  device_tracker: "presence",
  event: "event",
  fan: "fan",
  input_boolean: "switch",
  input_button: "button",
  input_number: "number",
  input_select: "select",
  input_text: "text",
  light: "light",
  lock: "lock",
  media_player: "media",
  number: "number",
  person: "presence",
  remote: "media",
  scene: "scene",
  script: "scene",
  select: "select",
  sensor: "sensor",
  siren: "alarm",
  switch: "switch",
  text: "text",
  update: "update",
  vacuum: "vacuum",
  valve: "valve",
  water_heater: "climate",
  weather: "weather",
  zone: "presence",
};

export function domainOf(entityId: string): string {
  return entityId.slice(0, entityId.indexOf("."));
}

export function entityKindOf(domain: string): EntityKind {
  return KIND_OF_DOMAIN[domain] ?? "other";
}

/** What a device is by what it shows: the first of these that it has. */
const TELLING: readonly (readonly [EntityKind, DeviceKind])[] = [
  ["climate", "appliance"],
  ["vacuum", "appliance"],
  ["media", "media"],
  ["light", "light"],
  ["cover", "appliance"],
  ["lock", "appliance"],
  ["fan", "appliance"],
  ["valve", "appliance"],
  ["switch", "appliance"],
  ["camera", "sensor"],
  ["alarm", "controller"],
  ["binary_sensor", "sensor"],
  ["sensor", "sensor"],
];

export function deviceKindOf(device: {
  readonly isService: boolean;
  readonly carriesOthers: boolean;
  readonly kinds: ReadonlySet<EntityKind>;
}): DeviceKind {
  if (device.isService) return "service";
  if (device.carriesOthers) return "bridge";
  return TELLING.find(([kind]) => device.kinds.has(kind))?.[1] ?? "other";
}
