import { buildHome, type DevicePlan, type EntityPlan } from "./build-home.ts";
import type { Home } from "./home.ts";

const ROOMS = ["Hall", "Kitchen", "Living room", "Study", "Bedroom", "Bathroom", "Attic", "Garage", "Garden", "Cellar"];
const PER_DEVICE = 5;

/** A home of as many entities as asked for, in the mixture of a real one. Plain data: many gateways can share it. */
export function largeHome(entities: number, name = `Home of ${entities}`): Home {
  const devices: DevicePlan[] = [];
  for (let first = 0; first < entities; first += PER_DEVICE) {
    const number = first / PER_DEVICE;
    const room = ROOMS[number % ROOMS.length] ?? "Hall";
    const shown = Object.fromEntries(
      Array.from({ length: Math.min(PER_DEVICE, entities - first) }, (_, index) => entity(index, first + index)),
    );
    devices.push({ name: `${room} device ${number}`, room, entities: shown });
  }
  const half = Math.ceil(devices.length / 2);
  return buildHome({
    name,
    integrations: [
      { domain: "zha", title: "Zigbee", devices: devices.slice(0, half) },
      { domain: "mqtt", title: "MQTT", devices: devices.slice(half) },
    ],
  });
}

function entity(kind: number, number: number): [string, EntityPlan] {
  switch (kind) {
    case 0:
      return [
        `light.lamp_${number}`,
        {
          state: "on",
          attributes: {
            brightness: 180,
            color_mode: "color_temp",
            supported_color_modes: ["color_temp"],
            supported_features: 44,
            effect_list: ["none", "blink", "breathe"],
          },
        },
      ];
    case 1:
      return [
        `sensor.temperature_${number}`,
        {
          state: "20.4",
          name: "Temperature",
          attributes: { device_class: "temperature", unit_of_measurement: "°C", state_class: "measurement" },
        },
      ];
    case 2:
      return [
        `sensor.power_${number}`,
        {
          state: "12.5",
          name: "Power",
          attributes: { device_class: "power", unit_of_measurement: "W", state_class: "measurement" },
        },
      ];
    case 3:
      return [
        `binary_sensor.motion_${number}`,
        { state: "off", name: "Motion", attributes: { device_class: "motion" } },
      ];
    default:
      return [`switch.outlet_${number}`, { state: "off", name: "Outlet", attributes: { device_class: "outlet" } }];
  }
}
