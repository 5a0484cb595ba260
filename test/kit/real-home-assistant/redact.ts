import type { RealHome } from "./index.ts";

/** The same value without what belongs to this one home: its tokens, address, folder and user ids. */
export function redact(value: unknown, home: RealHome): unknown {
  const text = JSON.stringify(value)
    .replaceAll(home.token, "TOKEN")
    .replaceAll(home.ownerToken, "OWNER_TOKEN")
    .replaceAll(/"access_token":"[^"]*"/g, '"access_token":"TOKEN"')
    .replaceAll(/token=[0-9a-f]{16,}/g, "token=TOKEN")
    .replaceAll(home.url, "http://home.example:8123")
    .replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, "http://home.example:8123")
    .replaceAll(/[^"\s]*\/homes\/[^"/\s]*/g, "/config")
    .replaceAll(/\/[^"\s]*\/site-packages/g, "/site-packages")
    .replaceAll(/\/[^"\s\\]*\/(python3\.\d+)\//g, "/usr/lib/$1/")
    .replaceAll(/"(adapters|ipv4_addresses|ipv6_addresses|announce_addresses)":"[^"]*"/g, '"$1":"192.0.2.2"')
    .replaceAll(/"os_version":"[^"]*"/g, '"os_version":"6.1.0"')
    .replaceAll(new RegExp(`\\b${home.port}\\b`, "g"), "8123");
  return JSON.parse(text);
}

const IS_OURS = /caretaker_test|hall_|garden_|Hall |Garden |plug/;

/** Cuts long lists to our own devices and a few others, so that each shape is seen and the file can be read. */
export function trim(name: string, value: unknown): unknown {
  if (name === "system_log" && Array.isArray(value)) return value.slice(0, 5).map(shorten);
  if (Array.isArray(value) && value.length > 24) return keep(value);
  if (name === "subscribe_entities_first") {
    const { a } = value as { a: Record<string, unknown> };
    return { a: Object.fromEntries(keep(Object.entries(a))) };
  }
  if (name === "entity_registry_for_display") {
    const list = value as { entities: unknown[] };
    return { ...list, entities: keep(list.entities) };
  }
  if (name === "get_config") {
    const config = value as { components: string[] };
    return { ...config, components: config.components.filter((component) => !component.includes(".")) };
  }
  return value;
}

function keep<Item>(list: readonly Item[]): Item[] {
  const kinds = new Set<string>();
  return list.filter((item) => {
    if (IS_OURS.test(JSON.stringify(item))) return true;
    const kind = kindOf(item);
    const isNew = !kinds.has(kind);
    kinds.add(kind);
    return isNew;
  });
}

/** What an item is an example of: its domain for an entity, else who made it. */
function kindOf(item: unknown): string {
  const { entity_id, ei, manufacturer } = item as Record<string, unknown>;
  const id = Array.isArray(item) ? item[0] : (entity_id ?? ei);
  return typeof id === "string" ? (id.split(".")[0] ?? id) : String(manufacturer);
}

function shorten(entry: { exception?: string }): unknown {
  return { ...entry, exception: entry.exception?.split("\n").slice(-4).join("\n") };
}
