import { buildItems, type DevicePlan, type HomePlan, type RoomPlan } from "./items.ts";

const HALL: RoomPlan = { id: 14, name: "Hall", floor: "Ground", floorId: 13 };
const LIVING: RoomPlan = { id: 15, name: "Living room", floor: "Ground", floorId: 13 };
const RACK: RoomPlan = { id: 16, name: "Rack", floor: "Ground", floorId: 13 };
const BEDROOM: RoomPlan = { id: 21, name: "Bedroom", floor: "First", floorId: 20 };

const DEVICES: readonly DevicePlan[] = [
  {
    id: 100,
    name: "Core 3",
    proxy: "controller",
    room: RACK,
    manufacturer: "Control4",
    model: "C4-CORE3",
    isOnline: true,
  },
  {
    id: 3176,
    name: "Hall pendants",
    proxy: "light_v2",
    room: HALL,
    manufacturer: "Control4",
    model: "C4-APD120",
    driver: "control4_dimmer_c4-apd120.c4i",
    categories: ["lights"],
    isOnline: true,
    variables: { LIGHT_LEVEL: 70, LIGHT_STATE: 1 },
  },
  {
    id: 3180,
    name: "Bedroom lamps",
    proxy: "light_v2",
    room: BEDROOM,
    manufacturer: "Control4",
    model: "C4-APD120",
    driver: "control4_dimmer_c4-apd120.c4i",
    categories: ["lights"],
    isOnline: true,
    variables: { LIGHT_LEVEL: 0, LIGHT_STATE: 0 },
  },
  {
    id: 2645,
    name: "Thermostat",
    proxy: "thermostatV2",
    room: LIVING,
    manufacturer: "Control4",
    model: "C4-THERM",
    categories: ["comfort", "thermostats"],
    variables: {
      HVAC_MODE: "Heat",
      HVAC_STATE: "Heat",
      SCALE: "CELSIUS",
      TEMPERATURE_C: 20.5,
      HEAT_SETPOINT_C: 21,
      COOL_SETPOINT_C: "Undefined",
      HUMIDITY: 44,
      IS_CONNECTED: 1,
    },
  },
  {
    id: 2800,
    name: "Bedroom blind",
    proxy: "blind",
    room: BEDROOM,
    manufacturer: "Somfy",
    categories: ["motorization"],
    variables: { Level: "100", "Target Level": "100", "Battery Level": 81, Open: 1 },
  },
  {
    id: 59,
    name: "Television",
    proxy: "tv",
    room: LIVING,
    manufacturer: "Sony",
    model: "XR-65",
    categories: ["audio_video"],
  },
  {
    id: 70,
    name: "Video matrix",
    proxy: "avswitch",
    room: RACK,
    manufacturer: "Atlona",
    model: "AT-OPUS-68M",
    categories: ["audio_video"],
    isOnline: true,
  },
  {
    id: 80,
    name: "Media player",
    proxy: "media_player",
    room: RACK,
    manufacturer: "Control4",
    categories: ["audio_video"],
  },
  { id: 306, name: "Front door", proxy: "lock", room: HALL, manufacturer: "Yale", variables: { LOCK_STATE: "locked" } },
  {
    id: 400,
    name: "Alarm panel",
    proxy: "security",
    room: HALL,
    manufacturer: "Texecom",
    variables: { PARTITION_STATE: "DISARMED_READY", TROUBLE_TEXT: "", DISPLAY_TEXT: "Ready" },
  },
  {
    id: 500,
    name: "Garden door contact",
    proxy: "contactsingle_windowcontactsensor_c4",
    room: LIVING,
    categories: ["sensors"],
    variables: { ContactState: true, BATTERY_LEVEL: 90 },
  },
];

/** A house with two floors, a rack and one of most things. */
export function testHome(): HomePlan {
  return {
    account: "Ashdown Residence",
    commonName: "control4_core3_000FFF123456",
    osVersion: "3.4.3.741643-res",
    items: buildItems([HALL, LIVING, RACK, BEDROOM], DEVICES),
    macros: [
      { id: 1, name: "Restart the AV rack", restarts: [70] },
      { id: 2, name: "Good night", restarts: [] },
    ],
    sources: [
      { room: LIVING.id, item: 81, type: "watch" },
      { room: LIVING.id, item: 60, type: "watch" },
      { room: LIVING.id, item: 81, type: "listen" },
    ],
  };
}

/** The test's house under another name, as it stands in the demo. */
export function demoHome(): HomePlan {
  return { ...testHome(), account: "Ashdown Residence", commonName: "control4_core3_000FFFA11CE5" };
}
