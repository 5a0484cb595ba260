import { buildHome } from "./build-home.ts";
import {
  blind,
  bridgeDevice,
  climateSensor,
  dimmable,
  motion,
  plug,
  speaker,
  switchDevice,
  thermostat,
} from "./demo-devices.ts";
import type { Home } from "./home.ts";

/** What a demo tells of a home: who lives there, and what is wrong with it. */
export interface DemoHome {
  /** As the site is called. */
  readonly site: string;
  readonly client: string;
  readonly town: string;
  readonly timeZone: string;
  readonly home: Home;
  /** The devices that a person said are fed by a switch: the device's name and the switch's entity id. */
  readonly poweredBy: Readonly<Record<string, string>>;
  /** A bridge of it that stopped answering, by the title of its integration, and what brings it back. */
  readonly trouble?: { readonly bridge: string; readonly runbook: string };
}

/**
 * Three homes to look around in: one where a bridge is wedged and a reload brings it back, one where all is well, and
 * one where a bridge is dead until its plug is switched.
 */
export function demoHomes(): readonly DemoHome[] {
  return [canalHouse(), farmhouse(), apartment()];
}

function canalHouse(): DemoHome {
  const home = buildHome({
    name: "Lee family",
    timeZone: "Europe/Amsterdam",
    rooms: [
      { name: "Hall", floor: "Ground floor" },
      { name: "Kitchen", floor: "Ground floor" },
      { name: "Living room", floor: "Ground floor" },
      { name: "Mila's room", floor: "First floor" },
      { name: "Bedroom", floor: "First floor" },
      { name: "Study", floor: "Attic" },
    ],
    integrations: [
      {
        domain: "hue",
        title: "Hue bridge",
        bridge: { mode: "wedged", plug: "switch.meter_cupboard_hue_plug", bootSeconds: 8 },
        devices: [
          bridgeDevice("Hue bridge", "Hall", "Signify", "BSB002", "1.65.0", "hue_bridge"),
          dimmable("Hall pendant", "Hall", "Hue bridge", 178),
          dimmable("Kitchen island", "Kitchen", "Hue bridge", 254),
          dimmable("Dining table", "Living room", "Hue bridge", 120),
          dimmable("Reading lamp", "Living room", "Hue bridge"),
          dimmable("Mila's night light", "Mila's room", "Hue bridge", 26),
          dimmable("Bedside left", "Bedroom", "Hue bridge"),
          dimmable("Bedside right", "Bedroom", "Hue bridge"),
          motion("Hall motion", "Hall", "Hue bridge", 74),
        ],
      },
      {
        domain: "somfy",
        title: "TaHoma",
        devices: [
          bridgeDevice("TaHoma switch", "Hall", "Somfy", "TaHoma", "2026.4.3", "tahoma"),
          blind("Kitchen blind", "Kitchen", "TaHoma switch", 100),
          blind("Living room blind", "Living room", "TaHoma switch", 60),
          blind("Mila's blind", "Mila's room", "TaHoma switch", 0),
          blind("Bedroom blind", "Bedroom", "TaHoma switch", 0),
        ],
      },
      {
        domain: "tado",
        title: "tado°",
        devices: [
          thermostat("Living room thermostat", "Living room", 20.6, 20.5, 81),
          thermostat("Mila's radiator", "Mila's room", 18.2, 19, 22),
          thermostat("Study radiator", "Study", 17.1, 16, 64),
        ],
      },
      {
        domain: "sonos",
        title: "Sonos",
        devices: [
          speaker("Kitchen speaker", "Kitchen", "One SL", "playing"),
          speaker("Living room Beam", "Living room", "Beam", "idle"),
        ],
      },
      {
        domain: "shelly",
        title: "Shelly",
        devices: [
          plug("Meter cupboard Hue plug", "Hall", "switch.meter_cupboard_hue_plug", 3.1),
          plug("Washing machine plug", "Kitchen", "switch.washing_machine_plug", 412),
        ],
      },
    ],
    log: [
      {
        name: "homeassistant.components.hue",
        level: "ERROR",
        message: "Unexpected error fetching data from the Hue bridge: connection lost",
        count: 214,
        minutesAgo: 2,
      },
      {
        name: "homeassistant.components.sonos",
        level: "WARNING",
        message: "Living room Beam was away for 30 seconds",
        count: 2,
        minutesAgo: 300,
      },
    ],
    repairs: [{ domain: "homeassistant", id: "country_not_configured", severity: "warning", fixable: true }],
    backup: { completedHoursAgo: 31, isFailed: false },
  });
  return {
    site: "Lee family, Prinsengracht",
    client: "Ada Lee",
    town: "Amsterdam",
    timeZone: "Europe/Amsterdam",
    home,
    poweredBy: { "Hue bridge": "switch.meter_cupboard_hue_plug" },
    trouble: { bridge: "Hue bridge", runbook: "home-assistant/stuck-integration" },
  };
}

function farmhouse(): DemoHome {
  const home = buildHome({
    name: "De Wilgenhoeve",
    timeZone: "Europe/Amsterdam",
    rooms: [
      { name: "Boot room", floor: "Ground floor" },
      { name: "Kitchen", floor: "Ground floor" },
      { name: "Great room", floor: "Ground floor" },
      { name: "Stable", floor: "Outside" },
      { name: "Yard", floor: "Outside" },
      { name: "Bedroom", floor: "First floor" },
    ],
    integrations: [
      {
        domain: "zha",
        title: "Zigbee stick",
        bridge: {},
        devices: [
          bridgeDevice("Zigbee coordinator", "Boot room", "Nabu Casa", "ZBT-2", "7.4.5", "zigbee_coordinator"),
          dimmable("Kitchen spots", "Kitchen", "Zigbee coordinator", 200),
          dimmable("Great room chandelier", "Great room", "Zigbee coordinator"),
          motion("Boot room motion", "Boot room", "Zigbee coordinator", 91),
          motion("Stable motion", "Stable", "Zigbee coordinator", 12),
          climateSensor("Stable climate", "Stable", "Zigbee coordinator", 8.4, 71, 66),
        ],
      },
      {
        domain: "esphome",
        title: "Yard controller",
        devices: [switchDevice("Yard floodlight", "Yard", "off"), switchDevice("Trough pump", "Stable", "on")],
      },
      { domain: "daikin", title: "Heat pump", devices: [thermostat("Great room heat pump", "Great room", 21.3, 21)] },
      { domain: "cast", title: "Google Cast", devices: [speaker("Bedroom display", "Bedroom", "Nest Hub", "off")] },
    ],
    log: [
      {
        name: "homeassistant.components.zha",
        level: "WARNING",
        message: "Stable motion has not reported for two hours",
        count: 3,
        minutesAgo: 95,
      },
    ],
    backup: { completedHoursAgo: 7, isFailed: false },
  });
  return {
    site: "De Wilgenhoeve",
    client: "Sanne de Wit",
    town: "Ommen",
    timeZone: "Europe/Amsterdam",
    home,
    poweredBy: {},
  };
}

function apartment(): DemoHome {
  const home = buildHome({
    name: "Harbour loft",
    timeZone: "Europe/London",
    country: "GB",
    rooms: ["Entrance", "Open plan", "Bedroom", "Terrace"],
    integrations: [
      {
        domain: "lutron_caseta",
        title: "Caséta bridge",
        bridge: { mode: "dead", plug: "switch.rack_outlet_3", bootSeconds: 6 },
        devices: [
          bridgeDevice("Caséta bridge", "Entrance", "Lutron", "L-BDG2", "08.25.17", "caseta_bridge"),
          dimmable("Entrance downlights", "Entrance", "Caséta bridge", 140),
          dimmable("Gallery wall", "Open plan", "Caséta bridge", 220),
          blind("Harbour shade", "Open plan", "Caséta bridge", 45),
          blind("Bedroom shade", "Bedroom", "Caséta bridge", 0),
          dimmable("Terrace lanterns", "Terrace", "Caséta bridge"),
        ],
      },
      { domain: "nest", title: "Nest", devices: [thermostat("Loft thermostat", "Open plan", 19.8, 20)] },
      {
        domain: "androidtv",
        title: "Television",
        devices: [speaker("Loft television", "Open plan", "OLED 65", "playing")],
      },
      {
        domain: "wattbox",
        title: "Rack outlets",
        devices: [
          plug("Rack outlet 3", "Entrance", "switch.rack_outlet_3", 2.4),
          plug("Rack outlet 4", "Entrance", "switch.rack_outlet_4", 18),
        ],
      },
    ],
    log: [
      {
        name: "homeassistant.components.lutron_caseta",
        level: "ERROR",
        message: "Timed out while waiting for the bridge at 192.0.2.31",
        count: 57,
        minutesAgo: 1,
      },
    ],
    repairs: [{ domain: "nest", id: "reauth_soon", severity: "warning", fixable: true }],
    backup: { completedHoursAgo: 290, isFailed: true },
  });
  return {
    site: "Harbour loft",
    client: "Okafor & Price",
    town: "Bristol",
    timeZone: "Europe/London",
    home,
    poweredBy: { "Caséta bridge": "switch.rack_outlet_3" },
    trouble: { bridge: "Caséta bridge", runbook: "home-assistant/dead-bridge" },
  };
}

/** What a Home Assistant does in a house that another make runs: it knows some of the same rooms, and more of them. */
export function homeBesideAnother(): Home {
  return buildHome({
    name: "Marsh House",
    timeZone: "Europe/London",
    country: "GB",
    rooms: [
      { name: "Hall", floor: "Ground floor" },
      { name: "Living room", floor: "Ground floor" },
      { name: "Bedroom", floor: "First floor" },
      { name: "Garden", floor: "Outside" },
    ],
    integrations: [
      {
        domain: "zha",
        title: "Zigbee stick",
        bridge: {},
        devices: [
          bridgeDevice("Zigbee coordinator", "Hall", "Nabu Casa", "ZBT-2", "7.4.5", "zigbee_coordinator"),
          climateSensor("Living room climate", "Living room", "Zigbee coordinator", 20.9, 46, 78),
          climateSensor("Bedroom climate", "Bedroom", "Zigbee coordinator", 18.3, 51, 64),
          motion("Hall motion", "Hall", "Zigbee coordinator", 83),
        ],
      },
      {
        domain: "esphome",
        title: "Garden controller",
        devices: [switchDevice("Fountain pump", "Garden", "off"), switchDevice("Path lights", "Garden", "on")],
      },
    ],
    log: [],
    backup: { completedHoursAgo: 12, isFailed: false },
  });
}
