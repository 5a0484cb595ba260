import type { EntityKind, EntityState } from "@caretaker/protocol";
import { age } from "./time.ts";

/** What on and off mean for a sensor of this class. */
const BINARY: Readonly<Record<string, readonly [on: string, off: string]>> = {
  battery: ["Low", "Fine"],
  battery_charging: ["Charging", "Not charging"],
  cold: ["Cold", "Normal"],
  connectivity: ["Connected", "Disconnected"],
  door: ["Open", "Closed"],
  garage_door: ["Open", "Closed"],
  gas: ["Gas", "Clear"],
  heat: ["Hot", "Normal"],
  light: ["Light", "Dark"],
  lock: ["Unlocked", "Locked"],
  moisture: ["Wet", "Dry"],
  motion: ["Motion", "Clear"],
  moving: ["Moving", "Still"],
  occupancy: ["Occupied", "Clear"],
  opening: ["Open", "Closed"],
  plug: ["Plugged in", "Unplugged"],
  power: ["Power", "No power"],
  presence: ["Home", "Away"],
  problem: ["Problem", "Fine"],
  running: ["Running", "Not running"],
  safety: ["Unsafe", "Safe"],
  smoke: ["Smoke", "Clear"],
  sound: ["Sound", "Quiet"],
  tamper: ["Tampered", "Fine"],
  update: ["Update waits", "Up to date"],
  vibration: ["Vibration", "Still"],
  window: ["Open", "Closed"],
};

const MOMENTS: ReadonlySet<EntityKind> = new Set(["button", "scene", "event"]);

/** An entity's state in the words of the trade. A private one shows only whether it answers. */
export function stateWords(entity: EntityState): string {
  if (entity.availability === "offline") return "Not answering";
  if (entity.private) return entity.availability === "unknown" ? "Unknown" : "Answers";
  if (entity.kind === "button" && entity.state === "unknown") return "Never pressed";
  // A macro of an installer, whose gateway does not say when it last ran: there is nothing to know that is not known.
  if (entity.kind === "scene" && entity.state === "unknown") return "–";
  if (entity.state === null || entity.state === "unknown") return "Unknown";
  const { state } = entity;
  if (entity.kind === "update") return state === "on" ? "Update waits" : "Up to date";
  if (entity.kind === "binary_sensor") {
    const words = BINARY[entity.deviceClass ?? ""];
    if (words && (state === "on" || state === "off")) return words[state === "on" ? 0 : 1];
  }
  const detail = detailWords(entity);
  if (detail !== null) return detail;
  if (MOMENTS.has(entity.kind) || entity.deviceClass === "timestamp") {
    const moment = Date.parse(state);
    if (!Number.isNaN(moment)) return moment > Date.now() ? `in ${age(moment - Date.now())}` : ago(moment);
  }
  if (entity.unit !== null) return `${number(state)} ${entity.unit}`;
  if (state !== "" && !Number.isNaN(Number(state))) return number(state);
  const spoken = state.replaceAll("_", " ");
  return spoken.charAt(0).toUpperCase() + spoken.slice(1);
}

/** What the state alone leaves out: how bright, how far open, how warm. */
function detailWords({ kind, state, attributes }: EntityState): string | null {
  const value = (name: string): number | null => {
    const found = attributes[name];
    return typeof found === "number" ? found : null;
  };
  if (kind === "light" && state === "on") {
    const brightness = value("brightness");
    return brightness === null ? null : `On, ${Math.round((brightness / 255) * 100)} %`;
  }
  if (kind === "cover" && state === "open") {
    const position = value("current_position");
    return position === null || position === 100 ? null : `Open, ${position} %`;
  }
  if (kind === "climate") {
    const [current, wanted] = [value("current_temperature"), value("temperature")];
    if (current === null) return null;
    return wanted === null || state === "off"
      ? `${number(String(current))}°`
      : `${number(String(current))}° → ${number(String(wanted))}°`;
  }
  return null;
}

function ago(moment: number): string {
  const old = age(Date.now() - moment);
  return old === "now" ? "just now" : `${old} ago`;
}

/** `3.4 MB`, in powers of a thousand as disks are sold. */
export function fileSize(bytes: number): string {
  const units = ["B", "kB", "MB", "GB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

const NUMBERS = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 2 });

/** At most two decimals: a sensor's seventh says nothing. */
function number(state: string): string {
  const value = Number(state);
  if (Number.isNaN(value)) return state;
  return NUMBERS.format(value);
}
