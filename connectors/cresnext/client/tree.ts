/** What we follow of a panel. Newer names first; older firmware and DM NAX have the other. */
export const OBJECTS = [
  ["DeviceInfo"],
  ["NetworkAdapters", "Ethernet"],
  ["IpTableV2", "IpTable"],
  ["SystemVersions"],
  ["DeviceSpecific"],
  ["Display"],
] as const;
export type ObjectName = (typeof OBJECTS)[number][number];
const KNOWN: ReadonlySet<string> = new Set(OBJECTS.flat());

export type Tree = Record<string, unknown>;
const DEEPEST = 12;

/** What stands under `Device` of an answer, as far as we follow it. Undefined when it is no such answer. */
export function deviceOf(answer: unknown): Tree | undefined {
  const device = isMap(answer) ? answer.Device : undefined;
  if (!isMap(device)) return undefined;
  return Object.fromEntries(Object.entries(device).filter(([name, value]) => KNOWN.has(name) && isMap(value)));
}

/** Lays a partial message over what is known. Lists are replaced whole: their parts have no names. */
export function merge(known: Tree, change: Tree, depth = 0): Tree {
  if (depth > DEEPEST) return known;
  const merged: Tree = { ...known };
  for (const [name, value] of Object.entries(change)) {
    if (name === "__proto__") continue;
    const before = known[name];
    merged[name] = isMap(value) && isMap(before) ? merge(before, value, depth + 1) : value;
  }
  return merged;
}

export function isMap(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
