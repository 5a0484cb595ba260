import { buildHome, type DevicePlan, type IntegrationPlan } from "./build-home.ts";
import type { BridgeStart, Home } from "./home.ts";

const MAKER = "Caretaker Test Works";

/** The home of most tests: two bridges that break on demand, and a plug of another make for each. */
export function testHome(bridges: { readonly hall?: BridgeStart; readonly garden?: BridgeStart } = {}): Home {
  return buildHome({
    name: "Test home",
    rooms: [
      { name: "Hall", floor: "Ground floor" },
      { name: "Garden", floor: "Ground floor" },
      { name: "Study", floor: "First floor" },
    ],
    integrations: [
      bridge("Hall", bridges.hall),
      bridge("Garden", bridges.garden),
      { domain: "caretaker_test", title: "Bridge plugs", devices: [plug("Hall"), plug("Garden")] },
    ],
    repairs: [{ domain: "homeassistant", id: "deprecated_yaml", severity: "warning", fixable: false }],
    log: [
      {
        name: "homeassistant.components.caretaker_test",
        level: "ERROR",
        message: "Hall bridge: no answer from 192.0.2.10",
        count: 12,
        minutesAgo: 4,
      },
      {
        name: "homeassistant.components.recorder",
        level: "WARNING",
        message: "Ended unfinished session",
        count: 1,
        minutesAgo: 600,
      },
    ],
  });
}

function bridge(place: "Hall" | "Garden", start: BridgeStart = {}): IntegrationPlan {
  const at = place.toLowerCase();
  const name = `${place} bridge`;
  return {
    domain: "caretaker_test",
    title: name,
    bridge: { plug: `switch.${at}_bridge_plug`, ...start },
    devices: [
      {
        name,
        room: place,
        make: MAKER,
        model: "TB-1",
        firmware: "1.2.0",
        configurationUrl: "http://192.0.2.10/",
        entities: {
          [`binary_sensor.${at}_bridge_connected`]: {
            state: "on",
            name: "Connected",
            category: "diagnostic",
            isOwn: true,
            attributes: { device_class: "connectivity" },
          },
          [`button.${at}_bridge_restart`]: {
            state: "unknown",
            name: "Restart",
            isOwn: true,
            attributes: { device_class: "restart" },
          },
          [`update.${at}_bridge_firmware`]: {
            state: "on",
            name: "Firmware",
            category: "config",
            attributes: {
              device_class: "firmware",
              installed_version: "1.2.0",
              latest_version: "1.3.0",
              in_progress: false,
              auto_update: false,
              supported_features: 5,
              title: null,
              release_summary: null,
              release_url: null,
              skipped_version: null,
              entity_picture: "/api/brands/integration/caretaker_test/icon.png",
            },
          },
        },
      },
      {
        name: `${place} motion sensor`,
        room: place,
        make: MAKER,
        model: "TM-1",
        via: name,
        entities: {
          [`binary_sensor.${at}_motion_sensor_motion`]: {
            state: "off",
            name: "Motion",
            attributes: { device_class: "motion" },
          },
          [`sensor.${at}_motion_sensor_battery`]: sensor("87", "Battery", "battery", "%"),
          [`sensor.${at}_motion_sensor_signal_strength`]: sensor("-61", "Signal strength", "signal_strength", "dBm"),
          [`sensor.${at}_motion_sensor_last_seen`]: sensor("2026-11-22T18:00:00+00:00", "Last seen", "timestamp"),
        },
      },
      {
        name: `${place} lamp`,
        room: place,
        make: MAKER,
        model: "TL-1",
        via: name,
        entities: {
          [`light.${at}_lamp`]: {
            state: "off",
            attributes: { supported_color_modes: ["onoff"], color_mode: null, supported_features: 0 },
          },
        },
      },
    ],
  };
}

function plug(place: string): DevicePlan {
  return {
    name: `${place} bridge plug`,
    room: place,
    make: "Caretaker Test Plugs",
    model: "TP-1",
    entities: {
      [`switch.${place.toLowerCase()}_bridge_plug`]: { state: "on", attributes: { device_class: "outlet" } },
    },
  };
}

function sensor(state: string, name: string, deviceClass: string, unit?: string) {
  const attributes = {
    device_class: deviceClass,
    ...(unit ? { unit_of_measurement: unit, state_class: "measurement" } : {}),
  };
  return { state, name, category: "diagnostic" as const, attributes };
}
