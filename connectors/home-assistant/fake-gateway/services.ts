import { setTimeout as wait } from "node:timers/promises";
import type { House } from "./house.ts";
import type { Context } from "./states.ts";

/** Home Assistant said no. `code` is one of its own words. */
export class Refusal extends Error {
  readonly code: string;
  /** What else stands in the error. */
  readonly more: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, more: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.code = code;
    this.more = more;
  }
}

export interface ServiceCall {
  readonly domain: string;
  readonly service: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly entities: readonly string[];
  readonly isAdmin: boolean;
  readonly context: Context;
}

const SWITCHABLE = ["switch", "light", "fan", "input_boolean", "siren", "humidifier"];

/** Does what Home Assistant would do. Rejects with a `Refusal` in its words. */
export async function callService(house: House, call: ServiceCall, restart: () => void): Promise<void> {
  if (call.domain === "homeassistant") return callCore(house, call, restart);
  if (call.domain === "system_log" && call.service === "clear") {
    house.log = [];
    return;
  }
  if (call.domain === "button" && call.service === "press") return press(house, call);
  if (call.domain === "update" && call.service === "install") return install(house, call);
  if (house.household.call(call)) return;
  const on = { turn_on: true, turn_off: false, toggle: undefined }[call.service];
  if (SWITCHABLE.includes(call.domain) && call.service in { turn_on: 1, turn_off: 1, toggle: 1 }) {
    for (const id of reachable(house, call)) switchOne(house, id, on ?? house.live(id) !== "on", call.context);
    return;
  }
  throw noService(call);
}

function noService({ domain, service }: ServiceCall): Refusal {
  return new Refusal("not_found", `Service ${domain}.${service} not found.`, {
    translation_key: "service_not_found",
    translation_domain: "homeassistant",
    translation_placeholders: { domain, service },
  });
}

async function callCore(house: House, call: ServiceCall, restart: () => void): Promise<void> {
  switch (call.service) {
    case "restart":
      needAdmin(call);
      restart();
      return;
    case "reload_config_entry": {
      needAdmin(call);
      const id = String(call.data.entry_id);
      const entry = house.entries.get(id);
      // Home Assistant says no more than the id, and an old one nothing.
      if (entry === undefined) throw new Refusal("home_assistant_error", house.isRecent ? id : "");
      if (entry.state === "failed_unload")
        throw new Refusal("home_assistant_error", `The config entry "${entry.row.title}" cannot be reloaded`);
      await house.entries.reload(entry);
      return;
    }
    case "update_entity":
      return;
    case "turn_on":
    case "turn_off":
      for (const id of reachable(house, { ...call, domain: undefined }))
        switchOne(house, id, call.service === "turn_on", call.context);
      return;
    default:
      throw noService(call);
  }
}

function needAdmin(call: ServiceCall): void {
  // A service says it in other words than a command does.
  if (!call.isAdmin) throw new Refusal("home_assistant_error", "Unauthorized");
}

/** Home Assistant passes over, without a word, what is not there or not available. */
function reachable(
  house: House,
  call: { readonly domain: string | undefined; readonly entities: readonly string[] },
): string[] {
  return call.entities.filter((id) => {
    const shown = house.states.get(id);
    return (
      shown !== undefined &&
      shown.state !== "unavailable" &&
      (call.domain === undefined || id.startsWith(`${call.domain}.`))
    );
  });
}

function switchOne(house: House, id: string, on: boolean, context: Context): void {
  const isLight = id.startsWith("light.") && house.states.get(id)?.attributes.color_mode !== undefined;
  house.change(id, on ? "on" : "off", isLight ? { color_mode: on ? colorMode(house, id) : null } : undefined, context);
  house.switchPlug(id, on);
}

function colorMode(house: House, id: string): unknown {
  const modes = house.states.get(id)?.attributes.supported_color_modes;
  return Array.isArray(modes) ? modes[0] : "onoff";
}

async function press(house: House, call: ServiceCall): Promise<void> {
  for (const id of reachable(house, call)) {
    house.change(id, new Date().toISOString().replace("Z", "000+00:00"), undefined, call.context);
    const entity = house.entity(id);
    const entry = entity?.entry === undefined ? undefined : house.entries.get(entity.entry);
    if (entry?.bridge === undefined || entity?.attributes.device_class !== "restart") continue;
    if (entry.bridge.mode === "dead" || !entry.bridge.hasPower)
      throw new Refusal("home_assistant_error", `${entry.row.title} does not answer`);
    const heals = entry.bridge.mode === "wedged" || entry.bridge.mode === "relapsing";
    house.setBridge(entry.row.title, heals ? "ok" : entry.bridge.mode);
  }
}

async function install(house: House, call: ServiceCall): Promise<void> {
  for (const id of reachable(house, call)) {
    const { installed_version: before, latest_version: latest } = house.states.get(id)?.attributes ?? {};
    const entry = house.entries.get(house.entity(id)?.entry ?? "");
    house.change(id, "on", { in_progress: true, update_percentage: 40 }, call.context);
    await wait(20);
    house.change(id, "on", { in_progress: false, update_percentage: null }, call.context);
    if (entry?.bridge?.mode === "bad_update")
      throw new Refusal(
        "home_assistant_error",
        `${entry.row.title}: the checksum is wrong, so ${String(before)} was kept`,
      );
    house.change(id, "off", { installed_version: latest }, call.context);
  }
}
