/**
 * Writes what each installed Home Assistant really says into captured/<version>/, for whoever reads or imitates it.
 *
 *     node capture.ts [newest] [2024.3]
 *
 * Tokens, ids of users and addresses are replaced, long lists are cut to what shows each shape once.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type HomeSocket, type Message, type RealHome, startRealHome } from "./index.ts";
import { until } from "./process.ts";
import { redact, trim } from "./redact.ts";
import { allVersions, type Version } from "./versions.ts";

/** Commands whose whole answer is of interest, by the name of their file. */
const COMMANDS: Readonly<Record<string, Message>> = {
  get_config: { type: "get_config" },
  area_registry: { type: "config/area_registry/list" },
  floor_registry: { type: "config/floor_registry/list" },
  device_registry: { type: "config/device_registry/list" },
  entity_registry: { type: "config/entity_registry/list" },
  entity_registry_for_display: { type: "config/entity_registry/list_for_display" },
  config_entries: { type: "config_entries/get" },
  flow_progress: { type: "config_entries/flow/progress" },
  repairs: { type: "repairs/list_issues" },
  system_log: { type: "system_log/list" },
  recorder_info: { type: "recorder/info" },
  backup_info: { type: "backup/info" },
  current_user: { type: "auth/current_user" },
  refresh_tokens: { type: "auth/refresh_tokens" },
  manifest: { type: "manifest/get", integration: "caretaker_test" },
  hardware_info: { type: "hardware/info" },
};

/** Commands that are only tried: do they exist, and may an administrator and another user use them. */
const PROBES: readonly Message[] = [
  ...Object.values(COMMANDS),
  { type: "subscribe_entities" },
  { type: "config_entries/subscribe" },
  { type: "config_entries/flow/subscribe" },
  { type: "config_entries/get_single", entry_id: "ENTRY" },
  { type: "system_health/info" },
  { type: "repairs/get_issue_data", domain: "kitchen_sink", issue_id: "transmogrifier_deprecated" },
  { type: "recorder/list_statistic_ids" },
  { type: "recorder/validate_statistics" },
  { type: "history/history_during_period", start_time: "2026-01-01T00:00:00Z", entity_ids: ["light.hall_lamp"] },
  { type: "logbook/get_events", start_time: "2026-01-01T00:00:00Z", entity_ids: ["light.hall_lamp"] },
  { type: "logger/log_info" },
  { type: "diagnostics/list" },
  { type: "network" },
  { type: "network/url" },
  { type: "manifest/list" },
  { type: "entity/source" },
  { type: "integration/setup_info" },
  { type: "update/release_notes", entity_id: "update.demo_update_with_progress" },
  { type: "config/label_registry/list" },
  { type: "config/auth/list" },
  { type: "backup/subscribe_events" },
  { type: "backup/config/info" },
  { type: "subscribe_events", event_type: "state_changed" },
  { type: "subscribe_events", event_type: "entity_registry_updated" },
  { type: "subscribe_events", event_type: "device_registry_updated" },
  { type: "subscribe_events", event_type: "area_registry_updated" },
  { type: "subscribe_events", event_type: "floor_registry_updated" },
  { type: "subscribe_events", event_type: "repairs_issue_registry_updated" },
  { type: "subscribe_events", event_type: "core_config_updated" },
  { type: "subscribe_events", event_type: "component_loaded" },
  { type: "subscribe_events", event_type: "homeassistant_started" },
  { type: "subscribe_events", event_type: "system_log_event" },
  { type: "subscribe_bootstrap_integrations" },
  { type: "hardware/subscribe_system_status" },
  { type: "persistent_notification/get" },
  { type: "frontend/get_translations", language: "en", category: "issues", integration: ["kitchen_sink"] },
  { type: "cloud/status" },
  { type: "supervisor/api", endpoint: "/info", method: "get" },
  { type: "get_services" },
  { type: "get_states" },
  { type: "trace/list", domain: "automation" },
  { type: "ping" },
  {
    type: "call_service",
    domain: "homeassistant",
    service: "update_entity",
    service_data: { entity_id: "light.hall_lamp" },
  },
  {
    type: "call_service",
    domain: "switch",
    service: "turn_on",
    service_data: { entity_id: "switch.hall_bridge_plug" },
  },
  {
    type: "call_service",
    domain: "homeassistant",
    service: "reload_config_entry",
    service_data: { entry_id: "ENTRY" },
  },
  { type: "call_service", domain: "homeassistant", service: "check_config" },
  { type: "call_service", domain: "no_such", service: "thing" },
];

/** Lists events until one satisfies `isLast`, or for `seconds`. */
async function listen(socket: HomeSocket, message: Message, isLast: (event: unknown) => boolean): Promise<unknown[]> {
  const events: unknown[] = [];
  const unsubscribe = await socket.subscribe(message, (event) => events.push(event));
  await until(() => events.some(isLast), 30, `${message.type} did not end`);
  await unsubscribe();
  return events;
}

async function capture(version: Version): Promise<void> {
  const folder = join(import.meta.dirname, "captured", version);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await using home = await startRealHome({ version });
  const write = (name: string, value: unknown): void => {
    writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(redact(value, home), null, 2)}\n`);
  };
  await home.setBridge("Garden bridge", "auth");
  await home.reload("Garden bridge");
  await home.callService("caretaker_test", "log", { message: "Socket timeout on 192.0.2.10", times: 3 });
  const { token: guest } = await home.createUser({ admin: false, name: "Guest" });

  const socket = await home.connect();
  for (const [name, message] of Object.entries(COMMANDS)) write(name, trim(name, await answer(socket, message)));
  await captureStreams(home, socket, write);
  write("rest", await captureRest(home));
  const asGuest = await home.connect(guest);
  write("rights", await compareRights(home, socket, asGuest));
  await captureUpdate(home, write);
  socket.close();
  asGuest.close();
}

/** The result, or `{error}` as Home Assistant words it. */
async function answer(socket: HomeSocket, message: Message): Promise<unknown> {
  try {
    return await socket.send(message);
  } catch (error) {
    const { code, message: text } = error as { code: string; message: string };
    return { error: { code, message: text.split(": ").slice(2).join(": ") } };
  }
}

type Write = (name: string, value: unknown) => void;

async function captureStreams(home: RealHome, socket: HomeSocket, write: Write): Promise<void> {
  const events: unknown[] = [];
  await socket.subscribe({ type: "subscribe_entities" }, (event) => events.push(event));
  await until(() => events.length > 0, 10, "no entities came");
  const [first] = events.splice(0);
  write("subscribe_entities_first", trim("subscribe_entities_first", first));

  const entries: unknown[] = [];
  await socket.subscribe({ type: "config_entries/subscribe" }, (event) => entries.push(event));
  await until(() => entries.length > 0, 10, "no config entries came");
  const [all] = entries.splice(0) as unknown[][];
  await home.setBridge("Hall bridge", "wedged");
  await until(() => JSON.stringify(events).includes("update.hall_bridge"), 10, "the wedged bridge changed nothing");
  write("subscribe_entities_wedged", trim("subscribe_entities_wedged", events.splice(0)));
  await home.reload("Hall bridge");
  const isBack = (): boolean =>
    JSON.stringify(events.at(-1) ?? "").includes('"update.hall_bridge_firmware":{"+":{"s":"on"');
  await until(isBack, 10, "the firmware update did not come back");
  write("subscribe_entities_reload", trim("subscribe_entities_reload", events.splice(0)));
  write("config_entries_subscribe", { first: all?.slice(0, 1), reload: entries });

  const health = await listen(socket, { type: "system_health/info" }, (event) => (event as Message).type === "finish");
  write("system_health", health);
}

async function captureRest(home: RealHome): Promise<unknown> {
  const { entry_id } = await home.entry("Hall bridge");
  const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
    const headers = { authorization: `Bearer ${home.token}`, "content-type": "application/json" };
    const reply = await fetch(home.url + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
    const text = await reply.text();
    return { status: reply.status, body: text.length < 2000 ? parse(text) : `${text.length} characters` };
  };
  return {
    "GET /api/": await ask("GET", "/api/"),
    "GET /manifest.json": await ask("GET", "/manifest.json"),
    "GET /api/core/state": await ask("GET", "/api/core/state"),
    "GET /api/error_log": await ask("GET", "/api/error_log"),
    "POST /api/config/core/check_config": await ask("POST", "/api/config/core/check_config"),
    "POST .../entry/{id}/reload": await ask("POST", `/api/config/config_entries/entry/${entry_id}/reload`),
    "POST .../entry/nothing/reload": await ask("POST", "/api/config/config_entries/entry/nothing/reload"),
    "GET /api/diagnostics/config_entry/{id}": await ask("GET", `/api/diagnostics/config_entry/${entry_id}`),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function compareRights(home: RealHome, admin: HomeSocket, guest: HomeSocket): Promise<unknown> {
  const { entry_id } = await home.entry("Hall bridge");
  const word = async (socket: HomeSocket, message: Message): Promise<string> => {
    const said = (await answer(socket, message)) as { error?: { code: string; message: string } } | null;
    return said?.error ? `${said.error.code}: ${said.error.message}` : "ok";
  };
  const rows: Record<string, { admin: string; guest: string }> = {};
  for (const probe of PROBES) {
    const message = JSON.parse(JSON.stringify(probe).replaceAll("ENTRY", entry_id)) as Message;
    const { type, event_type, service } = probe as Message & { event_type?: string; service?: string };
    const name = [type, event_type, service].filter(Boolean).join(" ");
    rows[name] = { admin: await word(admin, message), guest: await word(guest, message) };
  }
  return rows;
}

/** An update entity before, while and after it installs, and one that fails. */
async function captureUpdate(home: RealHome, write: Write): Promise<void> {
  const entity_id = "update.hall_bridge_firmware";
  const socket = await home.connect();
  const events: unknown[] = [];
  await socket.subscribe({ type: "subscribe_entities", entity_ids: [entity_id] }, (event) => events.push(event));
  const install: Message = { type: "call_service", domain: "update", service: "install", service_data: { entity_id } };
  await home.setBridge("Hall bridge", "bad_update");
  const failed = await answer(socket, install);
  await home.setBridge("Hall bridge", "ok");
  const succeeded = await answer(socket, install);
  await until(() => JSON.stringify(events.at(-1)).includes("off"), 10, "the update did not end");
  write("update", { failed, succeeded, events });
  socket.close();
}

const named = process.argv.slice(2) as Version[];
for (const version of named.length > 0 ? named : allVersions) {
  await capture(version);
  console.log(`captured ${version}`);
}
