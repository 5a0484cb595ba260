import { type DevicePlan, type EntityPlan, slug } from "./build-home.ts";

/** Devices as the homes of a demo have them. */

/** As most of them are: nothing but its firmware to show by itself. */
export function bridgeDevice(
  name: string,
  room: string,
  make: string,
  model: string,
  firmware: string,
  id: string,
): DevicePlan {
  const attributes = {
    device_class: "firmware",
    installed_version: firmware,
    latest_version: firmware,
    in_progress: false,
  };
  return {
    name,
    room,
    make,
    model,
    firmware,
    entities: { [`update.${id}_firmware`]: { state: "off", name: "Firmware", category: "config", attributes } },
  };
}

export function dimmable(name: string, room: string, via: string, brightness?: number): DevicePlan {
  const lit =
    brightness === undefined
      ? { state: "off", more: {} }
      : { state: "on", more: { brightness, color_mode: "brightness" } };
  return {
    name,
    room,
    via,
    model: "Dimmable light",
    entities: {
      [`light.${slug(name)}`]: { state: lit.state, attributes: { supported_color_modes: ["brightness"], ...lit.more } },
    },
  };
}

export function motion(name: string, room: string, via: string, battery: number): DevicePlan {
  const id = slug(name);
  return {
    name,
    room,
    via,
    model: "Motion sensor",
    entities: {
      [`binary_sensor.${id}`]: { state: "off", attributes: { device_class: "motion" } },
      [`sensor.${id}_battery`]: measured(String(battery), "Battery", "battery", "%", true),
    },
  };
}

export function climateSensor(
  name: string,
  room: string,
  via: string,
  temperature: number,
  humidity: number,
  battery: number,
): DevicePlan {
  const id = slug(name);
  return {
    name,
    room,
    via,
    model: "Climate sensor",
    entities: {
      [`sensor.${id}_temperature`]: measured(String(temperature), "Temperature", "temperature", "°C"),
      [`sensor.${id}_humidity`]: measured(String(humidity), "Humidity", "humidity", "%"),
      [`sensor.${id}_battery`]: measured(String(battery), "Battery", "battery", "%", true),
    },
  };
}

export function blind(name: string, room: string, via: string, position: number): DevicePlan {
  const attributes = { device_class: "blind", current_position: position, supported_features: 15 };
  return {
    name,
    room,
    via,
    model: "Roller blind",
    entities: { [`cover.${slug(name)}`]: { state: position > 0 ? "open" : "closed", attributes } },
  };
}

export function thermostat(name: string, room: string, current: number, target: number, battery?: number): DevicePlan {
  const id = slug(name);
  const attributes = {
    current_temperature: current,
    temperature: target,
    hvac_action: current < target ? "heating" : "idle",
    hvac_modes: ["off", "heat", "auto"],
    min_temp: 5,
    max_temp: 25,
  };
  const extra =
    battery === undefined
      ? {}
      : { [`sensor.${id}_battery`]: measured(String(battery), "Battery", "battery", "%", true) };
  return { name, room, model: "Thermostat", entities: { [`climate.${id}`]: { state: "heat", attributes }, ...extra } };
}

export function speaker(name: string, room: string, model: string, state: string): DevicePlan {
  const playing = state === "playing" ? { media_title: "Gymnopédie No. 1", media_artist: "Erik Satie" } : {};
  return {
    name,
    room,
    model,
    entities: {
      [`media_player.${slug(name)}`]: { state, attributes: { volume_level: 0.24, is_volume_muted: false, ...playing } },
    },
  };
}

export function plug(name: string, room: string, id: string, watts: number): DevicePlan {
  return {
    name,
    room,
    model: "Smart outlet",
    entities: {
      [id]: { state: "on", attributes: { device_class: "outlet" } },
      [`sensor.${id.slice("switch.".length)}_power`]: measured(String(watts), "Power", "power", "W"),
    },
  };
}

export function switchDevice(name: string, room: string, state: string): DevicePlan {
  return {
    name,
    room,
    model: "Relay",
    entities: { [`switch.${slug(name)}`]: { state, attributes: { device_class: "switch" } } },
  };
}

function measured(state: string, name: string, deviceClass: string, unit: string, isDiagnostic = false): EntityPlan {
  const attributes = { device_class: deviceClass, unit_of_measurement: unit, state_class: "measurement" };
  return { state, name, attributes, ...(isDiagnostic ? { category: "diagnostic" as const } : {}) };
}
