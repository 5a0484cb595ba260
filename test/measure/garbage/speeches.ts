import type { Random } from "../random.ts";
import type { Speech } from "./speech.ts";

/** Ids that a client may have given out, and one that it has not. */
const id = (random: Random): unknown =>
  random.below(8) === 0 ? random.pick([0, -1, 1e300, "7", null, 999_999]) : 1 + random.below(40);
const event = (random: Random, body: unknown): unknown => ({ id: id(random), type: "event", event: body });
const result = (random: Random, body: unknown): unknown => ({
  id: id(random),
  type: random.pick(["result", "result", "result", "pong", "event", "auth_ok", "auth_invalid", 7]),
  success: true,
  result: body,
});

const GARDEN = "light.garden_lamp";

export const homeAssistantSpeech: Speech = {
  real: [
    (random) => event(random, { c: { [GARDEN]: { "+": { s: "on", lc: 1_790_000_000.5, a: { brightness: 7 } } } } }),
    (random) =>
      event(random, { a: { [GARDEN]: { s: "off", a: { friendly_name: "Garden" }, c: "01X", lc: 1_790_000_000 } } }),
    (random) => event(random, { c: { [GARDEN]: { "-": { a: ["brightness"] } } } }),
    (random) => event(random, { event_type: "entity_registry_updated", data: { action: "update", entity_id: GARDEN } }),
    (random) =>
      event(random, [{ type: "updated", entry: { entry_id: "x", domain: "hue", state: "loaded", reason: null } }]),
    (random) =>
      event(random, {
        event_type: "mobile_app_notification_action",
        data: { action: "ct-1" },
        context: { user_id: "u" },
      }),
    (random) => result(random, { version: "2026.11.0", state: "RUNNING", components: [] }),
    (random) => result(random, [{ entity_id: GARDEN, id: "x", platform: "hue" }]),
    (random) => ({ id: id(random), type: "result", success: false, error: { code: "unknown_error", message: "No" } }),
    (random) => ({ id: id(random), type: "pong" }),
  ],
  about: (random, body) => (random.below(2) === 0 ? event(random, body) : result(random, body)),
  words: ["a", "c", "r", "+", "-", "s", "lc", GARDEN, "event_type", "data", "entry"],
};

const PENDANTS = 3177;
const pushed = (data: unknown): unknown => ({ evtName: "OnDataToUI", iddevice: PENDANTS, time: 1_795_417_637, data });
const item = {
  id: PENDANTS,
  name: "Hall pendants",
  type: 7,
  typeName: "device",
  parentId: 3176,
  proxy: "light_v2",
  roomId: 14,
  isOnline: true,
};
const control4Words = [
  "iddevice",
  "data",
  "id",
  "name",
  "varName",
  "value",
  "LIGHT_LEVEL",
  "is_connected",
  "error",
  "code",
  "C4ErrorResponse",
  "type",
  "parentId",
  "roomId",
  "status",
  "light_brightness_changed",
];

/** What a Director pushes, under the name that this line was given, and now and then as another kind of packet. */
export function control4PushSpeech(names: () => readonly string[]): Speech {
  return {
    real: [
      () => pushed({ LIGHT_LEVEL: 70 }),
      () => pushed({ light_brightness_changed: { light_brightness_current: 40 } }),
      () => pushed({ is_connected: false }),
      () => pushed({ hvac_mode: "Off" }),
      () => pushed({ something_new: { a: 1 } }),
      () => [pushed({ LIGHT_LEVEL: 70 }), pushed({ settings: {} })],
      () => ({ status: "ok" }),
    ],
    about: (random, body) => (random.below(2) === 0 ? pushed(body) : body),
    words: control4Words,
    write: (random, value) => {
      const [name = "unknown"] = names();
      const packet = JSON.stringify([random.below(10) === 0 ? random.pick(["clientId", "2", "", 7]) : name, value]);
      // One in twelve is another kind of packet than an event, and some of these end the line.
      return random.below(12) === 0
        ? `${random.pick(["0", "2", "3", "6", "40", "43", "45", "9", "4", "42", "1", "41"])}${packet}`
        : `42${packet}`;
    },
  };
}

/** What a Director answers: items, variables, macros, commands, sources. */
export const control4Speech: Speech = {
  real: [
    () => [item],
    () => [{ id: PENDANTS, varName: "LIGHT_LEVEL", type: "Number", hidden: 0, value: 70, variableId: 1000 }],
    () => [{ id: 1, name: "Restart the AV rack" }],
    () => [{ command: "ROOM_OFF", deviceId: 15, display: "Off", params: [{ name: "deviceid" }] }],
    () => ({ experiences: [{ type: "watch", sources: { source: [{ id: 60, type: "HDMI" }] }, room_id: 15 }] }),
    () => ({ error: "Unauthorized", details: "Expired or invalid token" }),
    () => ({ subscriptionId: "x" }),
    () => ({ ok: true }),
  ],
  about: (random, body) => random.pick([[body], { experiences: [body] }, body]),
  words: [...control4Words, "experiences", "command", "params", "room_id", "sources", "subscriptionId"],
};

/** What the account service answers. */
export const control4AccountSpeech: Speech = {
  real: [
    () => ({ authToken: { token: "eyJ.a.b", validSeconds: 86_400 } }),
    () => ({
      account: { controllerCommonName: "control4_core3_000FFF123456", href: "https://x/account/1", name: "Home" },
    }),
    () => ({ id: 1, name: "Home", controller: { href: "https://x/account/1/controller" } }),
    () => ({ osVersion: "3.4.3.741643-res" }),
    () => ({ C4ErrorResponse: { code: 401, details: "Permission denied Bad credentials", subCode: 0 } }),
  ],
  about: (random, body) => random.pick([{ authToken: body }, { account: body }, { controller: body }, body]),
  words: [
    "authToken",
    "token",
    "validSeconds",
    "account",
    "controllerCommonName",
    "href",
    "name",
    "C4ErrorResponse",
    "code",
  ],
};

const LINK = "03";
const device = (body: unknown): unknown => ({ Device: body });

/** What a Crestron panel says, on its line and when it is asked. */
export const panelSpeech: Speech = {
  real: [
    () => device({ IpTableV2: { Entries: { [LINK]: { Status: "ONLINE" } } } }),
    () => device({ IpTable: { Entries: [{ IpId: LINK, Address: "192.168.1.10", Status: "OFFLINE" }] } }),
    () => device({ DeviceInfo: { Model: "TSW-1070", Name: "Hall", DeviceVersion: "3.002" } }),
    () => device({ Display: { CurrentState: "Standby" } }),
    () => device({ NetworkAdapters: { HostName: "x", Adapters: { EthernetLan: { IPv4: { Addresses: [] } } } } }),
    () => ({ Actions: [{ Results: [{ Path: "Device.x", Property: "Reboot", StatusId: 0, StatusInfo: "OK" }] }] }),
  ],
  about: (random, body) =>
    random.pick([device(body), device({ IpTableV2: body }), device({ DeviceInfo: body }), device({ Display: body })]),
  words: [
    "Device",
    "IpTableV2",
    "Entries",
    LINK,
    "Status",
    "DeviceInfo",
    "Name",
    "Display",
    "CurrentState",
    "Adapters",
  ],
};

const PENDANT = {
  id: 52_066,
  name: "Pendant",
  type: "light",
  subType: "Dimmer",
  roomId: 3,
  connectionStatus: "online",
};
const versioned = (body: Readonly<Record<string, unknown>>): unknown => ({ ...body, version: "2.000.0004" });
const collections = ["rooms", "devices", "lights", "shades", "scenes", "thermostats", "sensors", "mediaRooms"];

/** What Crestron Home answers: a key, a collection by its name, a refusal, itself where it knows no such path. */
export const crestronHomeSpeech: Speech = {
  real: [
    () => versioned({ authkey: "0123456789abcdef" }),
    () => versioned({ rooms: [{ id: 3, name: "Hall" }] }),
    () => versioned({ devices: [PENDANT] }),
    () => versioned({ lights: [{ ...PENDANT, level: 32_768 }] }),
    () =>
      versioned({
        thermostats: [{ id: 52_101, currentMode: "Cool", currentSetPoint: [{ type: "Cool", temperature: 770 }] }],
      }),
    () =>
      versioned({ sensors: [{ id: 52_301, subType: "OccupancySensor", presence: "Vacant", battery_level: "Normal" }] }),
    () => versioned({ mediaRooms: [{ id: 54_001, roomId: 4, currentPowerState: "On" }] }),
    () => versioned({ errorSource: 5001, errorMessage: "Session has expired." }),
    () => versioned({ description: "Crestron Pyng REST API" }),
  ],
  about: (random, body) =>
    versioned({ [random.pick(collections)]: random.pick([body, [body], [{ ...PENDANT, level: body }]]) }),
  words: [
    ...collections,
    "id",
    "name",
    "type",
    "subType",
    "roomId",
    "level",
    "authkey",
    "AuthKey",
    "errorSource",
    "status",
  ],
};

/** What the console of a Crestron processor prints: lines, not JSON. */
export const consoleSpeech: Speech = {
  real: [
    () => "CP4-R Cntrl Eng [v2.8001.00120 (Jan 21 2026), #8F3A21C0] @E-00107f112233\r\n",
    () => "The system has been running for 5 days 01:02:03.44\r\nThe system last started on: Friday 10:00:00\r\n",
    () => "TableStart:[ IP Table for program 1 ]\r\nCIP_ID  |Type    |Status    |IP Address/SiteName\r\n",
    () => "    03  |Gway    |ONLINE    |        |41794  |192.168.001.031  | TSW-1070  | Hall panel\r\n",
    () => "Error: CIPretx # 2026-11-22 18:00:00 # Ethernet Device IP-ID-03 Not Responding\r\n",
    () => "  1. Warning: lost\r\n     TimeStamp: 18:00:00  11-22-26   UpTime: 5 days 01:02:03.44  Task: x\r\n",
    () => "Program Boot Directory: /simpl/app01\r\nProgram File: a.smw\r\nFriendly Name:Ashdown\r\n",
    () => "62 percent of memory in use\r\n171016192 total bytes of physical memory\r\n",
    () => "Bad or Incomplete Command\r\n",
    () => "ERROR: Command Blocked from this console type.\r\n",
  ],
  about: (_random, body) => body,
  words: ["Error:", "CIP_ID", "|", "#", "UpTime:", "percent", "Program File:", "[v", "192.168.001.031", "9999 days"],
  write: (_random, value) => linesOf(value),
};

function linesOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(linesOf).join("\r\n");
  return JSON.stringify(value) ?? "";
}
