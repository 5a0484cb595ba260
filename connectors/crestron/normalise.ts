import { hash } from "node:crypto";
import type {
  AvailabilityValue,
  DeviceKind,
  DeviceReport,
  EntityReport,
  Inventory,
  StateChange,
} from "@caretaker/protocol";
import type { ProgramComments, Version } from "./console/answers.ts";
import type { Slot } from "./console/commands.ts";
import type { CresnetDevice } from "./console/cresnet.ts";
import type { Entry } from "./console/ip-table.ts";
import { DOORS, type DoorName } from "./doors.ts";

export const PROCESSOR = "processor";

/** What the console has said of its processor. */
export interface Facts {
  readonly version: Version;
  readonly hostName: string | undefined;
  readonly programs: ReadonlyMap<Slot, ProgramComments>;
  readonly table: readonly Entry[];
  readonly memory: number | undefined;
  /** On its own bus: what `reportcresnet` lists now, and what it listed before. */
  readonly cresnet: readonly (CresnetDevice & { readonly isListed: boolean })[];
}

/** How one entity is now. */
export type StateNow = StateChange & { readonly available: AvailabilityValue };

export interface Normalised {
  readonly name: string;
  readonly inventory: Inventory;
  readonly states: readonly StateNow[];
}

/** The processor where nothing but a door of it is known. */
export function bareProcessor(name: string): DeviceReport {
  return { key: PROCESSOR, marks: [], name, integrationKeys: [], make: "Crestron", kind: "controller" };
}

/** Whether a door of the processor is open to us. */
export function doorEntity(door: DoorName): EntityReport {
  return {
    ...fact(PROCESSOR, `door-${door}`, `door ${door}`, `Door: ${DOORS[door]}`),
    kind: "binary_sensor",
    deviceClass: "connectivity",
  };
}

/** A processor in our words: itself, its programs, and whatever these are to reach. */
export function normalise(facts: Facts): Normalised {
  const { version, hostName, programs, table, memory, cresnet } = facts;
  const name = hostName ?? version.model;
  const entries = table.map((entry) => ({ entry, key: keyOfEntry(entry) }));
  const unique = [...new Map(entries.map((one) => [one.key, one])).values()];
  const own = [
    { entity: fact(PROCESSOR, "firmware", "ver", "Firmware"), state: version.version ?? "unknown" },
    ...(memory === undefined
      ? []
      : [{ entity: { ...fact(PROCESSOR, "memory", "ramfree", "Memory in use"), unit: "%" }, state: String(memory) }]),
    ...[...programs].flatMap(([slot, { file, compiled }]) => [
      {
        entity: fact(`program-${slot}`, "file", `progcomments:${slot}`, "Program file"),
        state: file ?? "unknown",
      },
      ...(compiled === null
        ? []
        : [
            {
              entity: fact(`program-${slot}`, "compiled", `progcomments:${slot} compiled`, "Compiled"),
              state: compiled,
            },
          ]),
    ]),
  ];
  return {
    name,
    inventory: {
      rooms: [],
      integrations: [],
      devices: [
        processor(version, name),
        ...[...programs].map(([slot, program]) => programDevice(slot, program)),
        ...unique.map(({ entry, key }) => entryDevice(entry, key, programs)),
        ...cresnet.map(busDevice),
      ],
      entities: [
        ...own.map(({ entity }) => entity),
        ...unique.map(({ entry, key }) => link(entry, key)),
        ...cresnet.map(busLink),
      ],
    },
    states: [
      ...own.map(({ entity, state }) => ({ key: entity.key, state, available: "online" as const })),
      ...unique.map(({ entry: { status }, key }) => {
        const available = answersBy(status);
        const state = { online: "on", offline: "off", unknown: "unknown" }[available];
        return { key: `${key}.link`, state, available, attributes: { status } };
      }),
      ...cresnet.map(({ id, isListed }) => ({
        key: `${cresnetKey(id)}.link`,
        state: isListed ? "on" : "unknown",
        available: isListed ? ("online" as const) : ("unknown" as const),
      })),
    ],
  };
}

/** An entry is known by its program, its IP id and where it leads: an id may stand there several times. */
export function keyOfEntry({ slot, ipId, address }: Entry): string {
  return `ip-${slot}-${ipId}-${address ?? ""}`.slice(0, 200);
}

/** Two words are known to mean something. A device that WAITS was never there; what it is now is not known. */
export function answersBy(status: string): AvailabilityValue {
  const said = status.toUpperCase();
  return said === "ONLINE" ? "online" : said === "OFFLINE" ? "offline" : "unknown";
}

function processor({ model, version }: Version, name: string): DeviceReport {
  return {
    key: PROCESSOR,
    marks: [hash("sha256", `crestron\u0000${name.toLowerCase()}`, "hex").slice(0, 24)],
    name,
    integrationKeys: [],
    make: "Crestron",
    model,
    kind: "controller",
    ...(version === null ? {} : { firmware: version }),
  };
}

function programDevice(slot: Slot, { name }: ProgramComments): DeviceReport {
  return {
    key: `program-${slot}`,
    marks: [],
    name: `Program ${slot}: ${name}`,
    integrationKeys: [],
    upstreamKey: PROCESSOR,
    kind: "service",
  };
}

function entryDevice(entry: Entry, key: string, programs: Facts["programs"]): DeviceReport {
  const { slot, ipId, address, model, description } = entry;
  const where = [address, `IP ID ${ipId}`].filter((part) => part !== null).join(", ");
  return {
    key,
    marks: [],
    name: `${description ?? model ?? "Device"} (${where})`,
    integrationKeys: [],
    upstreamKey: programs.has(slot) ? `program-${slot}` : PROCESSOR,
    kind: kindOf(model ?? ""),
    ...(model === null ? {} : { model }),
  };
}

export function cresnetKey(id: string): string {
  return `cresnet-${id}`;
}

function busDevice({ id, model, version }: CresnetDevice): DeviceReport {
  return {
    key: cresnetKey(id),
    marks: [],
    name: `${model} (Cresnet ${id})`,
    integrationKeys: [],
    upstreamKey: PROCESSOR,
    kind: "other",
    model,
    ...(version === null ? {} : { firmware: version }),
  };
}

function busLink({ id }: CresnetDevice): EntityReport {
  return {
    ...plain(`${cresnetKey(id)}.link`, `reportcresnet ${id}`, "Connection"),
    kind: "binary_sensor",
    deviceClass: "connectivity",
    deviceKey: cresnetKey(id),
    diagnostic: false,
  };
}

function kindOf(model: string): DeviceKind {
  if (/^T(S|SW|SS|ST|SD)[-\d]/i.test(model)) return "panel";
  return /^DM-?N(VX|AX)/i.test(model) ? "media" : "other";
}

function link({ slot, ipId }: Entry, key: string): EntityReport {
  return {
    ...plain(`${key}.link`, `ipt -p:${slot} ${ipId}`, "Connection"),
    kind: "binary_sensor",
    deviceClass: "connectivity",
    deviceKey: key,
    diagnostic: false,
  };
}

function fact(deviceKey: string, key: string, label: string, name: string): EntityReport {
  return { ...plain(`${deviceKey}.${key}`, label, name), deviceKey };
}

function plain(key: string, label: string, name: string): EntityReport {
  return { key, label, marks: [], name, kind: "sensor", private: false, diagnostic: true, disabled: false };
}
