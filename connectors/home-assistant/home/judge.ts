import type { AvailabilityValue, CapabilityOutput } from "@caretaker/protocol";
import type { EntryRow } from "../schema.ts";
import type { LiveEntity } from "./entity.ts";
import type { KnownDevice, LiveHome } from "./home.ts";

/** How an integration is doing: what Home Assistant says of it, and how many of its entities do not answer. */
export function judgeEntry(home: LiveHome, entry: EntryRow): CapabilityOutput<"integration.state"> {
  const entities = home.ofEntry(entry.entry_id).filter((entity) => !home.isOrphan(entity));
  return {
    state: entry.state,
    reason: entry.reason ?? null,
    needsSignIn: home.signIns.has(entry.entry_id),
    unavailable: entities.filter(isSilent).length,
    entities: entities.length,
  };
}

/** An integration that should run and does not, or has entities that do not answer. */
export function isIll(entry: EntryRow, condition: CapabilityOutput<"integration.state">): boolean {
  if (entry.disabled_by != null || entry.source === "ignore") return false;
  return condition.state !== "loaded" || condition.needsSignIn || condition.unavailable > 0;
}

/** Kinds that say nothing of whether the thing behind them is there. */
const SAYS_NOTHING: ReadonlySet<string> = new Set([
  "automation",
  "button",
  "event",
  "scene",
  "script",
  "tts",
  "update",
]);

/**
 * Whether a device answers. Its own word for that comes first; then whether its integration runs at all; then what it
 * shows; and of a box that shows nothing by itself, what hangs on it.
 */
export function judgeDevice(home: LiveHome, device: KnownDevice): AvailabilityValue {
  const own = home.ofDevice(device.id).filter((entity) => !home.isOrphan(entity));
  const connectivity = own.filter(
    (entity) => entity.traits.domain === "binary_sensor" && entity.deviceClass === "connectivity",
  );
  if (connectivity.some((entity) => entity.state === "off")) return "offline";
  const states = device.entries.map((id) => home.entries.get(id)).filter((entry) => entry !== undefined);
  if (states.length > 0 && states.every((entry) => entry.state.startsWith("setup_") || entry.state === "not_loaded"))
    return states.some((entry) => entry.state === "setup_in_progress") ? "unknown" : "offline";
  const answer = judge(own);
  if (answer !== "unknown") return answer;
  const downstream = [...home.devices.values()].filter(
    (other) => other.upstream === device.id && other.id !== device.id,
  );
  return judge(downstream.flatMap((other) => home.ofDevice(other.id)).filter((entity) => !home.isOrphan(entity)));
}

function judge(entities: readonly LiveEntity[]): AvailabilityValue {
  const telling = entities.filter((entity) => !SAYS_NOTHING.has(entity.traits.domain));
  if (telling.length === 0) return "unknown";
  return telling.every(isSilent) ? "offline" : "online";
}

export function isSilent(entity: LiveEntity): boolean {
  return entity.state === "unavailable";
}
