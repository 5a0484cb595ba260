import type { CapabilityOutput } from "@caretaker/protocol";
import type { LiveEntity } from "../home/entity.ts";
import type { KnownDevice } from "../home/home.ts";

type Firmware = CapabilityOutput<"firmware.list">["firmware"][number];

/** The title that Home Assistant gives the update of itself, where the supervisor looks for one. */
export const CORE = "Home Assistant Core";

/**
 * Home Assistant itself, what has an entity for its updates, and the software of each device that has none: of that
 * nothing newer is known.
 */
export function firmwareOf(
  core: string,
  devices: Iterable<KnownDevice>,
  entities: Iterable<LiveEntity>,
): CapabilityOutput<"firmware.list"> {
  const known = new Map([...devices].map((device) => [device.id, device]));
  const updates = [...entities].filter(({ traits }) => traits.domain === "update");
  const own = updates.find(({ attributes }) => attributes?.title === CORE);
  const firmware: Firmware[] = [{ name: CORE, version: core, newer: own === undefined ? null : newerOf(own) }];
  const told = new Set<string>();
  for (const entity of updates) {
    const { title, installed_version: version } = entity.attributes ?? {};
    if (entity === own || typeof version !== "string" || version === "") continue;
    const device = known.get(entity.device ?? "");
    if (device !== undefined) told.add(device.id);
    firmware.push({
      name: nameOf(title, device, entity),
      version,
      newer: newerOf(entity),
      ...(device === undefined ? {} : { device: device.id }),
    });
  }
  for (const { id, name, firmware: version } of known.values())
    if (version !== null && version !== "" && !told.has(id)) firmware.push({ name, version, newer: null, device: id });
  return { firmware, outdated: firmware.filter(({ newer }) => newer !== null).length };
}

/** What a device calls its own update is mostly "Firmware"; the device says more. */
function nameOf(title: unknown, device: KnownDevice | undefined, { name, entityId }: LiveEntity): string {
  return typeof title === "string" && title !== "" ? title : (device?.name ?? name ?? entityId);
}

/** `off` is said as well of a version that somebody chose to skip. */
function newerOf({ state, attributes }: LiveEntity): string | null {
  const latest = attributes?.latest_version;
  return state === "on" && typeof latest === "string" && latest !== "" ? latest : null;
}
