import { hash } from "node:crypto";
import type {
  AvailabilityValue,
  DeviceKind,
  DeviceReport,
  EntityReport,
  Inventory,
  StateChange,
} from "@caretaker/protocol";
import { isMap, type Tree } from "./client/tree.ts";
import {
  Adapter,
  DeviceInfo,
  DeviceSpecific,
  Display,
  IpTable,
  IpTableEntry,
  NetworkAdapters,
  SystemVersions,
} from "./schema.ts";

/** The panel itself: it is the only one of its gateway. */
export const PANEL = "panel";

/** A control system that the panel is told to connect to, and whether the panel says that it does. */
export interface ControlSystem {
  readonly key: string;
  readonly ipId: string;
  readonly address: string | null;
  readonly model: string | null;
  /** As the panel says it. */
  readonly status: string | null;
  readonly availability: AvailabilityValue;
}

export interface Part {
  readonly name: string;
  readonly version: string;
}

/** A panel in our words. */
export interface Panel {
  readonly name: string;
  readonly model: string;
  readonly firmware: string | null;
  readonly systems: readonly ControlSystem[];
  /** The parts of its software, as it lists them. */
  readonly software: readonly Part[];
  readonly inventory: Inventory;
  readonly states: readonly (StateChange & { readonly state: string; readonly available: AvailabilityValue })[];
}

/** Undefined when the panel does not say what it is. */
export function panelOf(tree: Tree): Panel | undefined {
  if (!isMap(tree.DeviceInfo)) return undefined;
  const info = DeviceInfo.parse(tree.DeviceInfo);
  const model = info.Model ?? info.Category ?? "Crestron device";
  const firmware = info.DeviceVersion ?? info.Version ?? info.PuffVersion ?? null;
  const host = NetworkAdapters.safeParse(tree.NetworkAdapters ?? tree.Ethernet).data?.HostName;
  const name = info.Name ?? host ?? model;
  const systems = systemsOf(tree.IpTableV2 ?? tree.IpTable);
  const facts = factsOf(tree, info, firmware);
  const devices = [panelDevice(info, name, model, firmware), ...systems.map((system) => systemDevice(system, name))];
  const links = systems.map((system) => ({ system, entity: linkEntity(system) }));
  return {
    name,
    model,
    firmware,
    systems,
    software: partsOf(tree.SystemVersions),
    inventory: {
      rooms: [],
      integrations: [],
      devices,
      entities: [...facts.map(({ entity }) => entity), ...links.map(({ entity }) => entity)],
    },
    states: [
      ...facts.map(({ entity, state }) => ({ key: entity.key, state, available: "online" as const })),
      ...links.map(({ system, entity }) => ({
        key: entity.key,
        state: { online: "on", offline: "off", unknown: "unknown" }[system.availability],
        available: system.availability,
        attributes: system.status === null ? {} : { status: system.status },
      })),
    ],
  };
}

/** The IP table: entries come as a list or by their IP id, and what is no entry is passed over. */
function systemsOf(table: unknown): ControlSystem[] {
  const entries = IpTable.safeParse(table).data?.Entries;
  const rows: [string, unknown][] = Array.isArray(entries)
    ? entries.map((entry) => ["", entry])
    : isMap(entries)
      ? Object.entries(entries)
      : [];
  const systems = new Map<string, ControlSystem>();
  for (const [name, row] of rows.slice(0, 256)) {
    const entry = IpTableEntry.safeParse(row).data;
    const ipId = ipIdOf(entry?.IpId ?? name);
    if (entry === undefined || ipId === undefined) continue;
    const address = entry.Address == null ? null : withoutZeros(entry.Address);
    // Two control systems may share an IP id at different addresses.
    const key = systems.has(`ip-${ipId}`) ? `ip-${ipId}-${address ?? systems.size}` : `ip-${ipId}`;
    const status = entry.Status ?? null;
    systems.set(key, { key, ipId, address, model: entry.ModelName ?? null, status, availability: answersBy(status) });
  }
  return [...systems.values()];
}

function partsOf(versions: unknown): Part[] {
  const rows = SystemVersions.parse(versions).Components.slice(0, 100);
  return rows.flatMap(({ Name, Version }) =>
    Name == null || Version == null ? [] : [{ name: Name, version: Version }],
  );
}

/** IP ids are hexadecimal and written with or without a zero in front. */
function ipIdOf(text: string): string | undefined {
  return /^[0-9a-f]{1,2}$/i.test(text) ? text.toUpperCase().padStart(2, "0") : undefined;
}

/** `192.168.001.031` is written with zeros by the same makers that mean ten by ten. */
export function withoutZeros(address: string): string {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(address) ? address.split(".").map(Number).join(".") : address;
}

/** Only these two words are known to mean something; any other is shown and means nothing. */
function answersBy(status: string | null): AvailabilityValue {
  const said = status?.toUpperCase();
  return said === "ONLINE" ? "online" : said === "OFFLINE" ? "offline" : "unknown";
}

function panelDevice(info: DeviceInfo, name: string, model: string, firmware: string | null): DeviceReport {
  const ids = [info.SerialNumber, info.MacAddress].filter((id) => id != null);
  return {
    key: PANEL,
    // Names the box without saying what it is.
    marks: ids.map((id) => hash("sha256", `cresnext\u0000${id.toLowerCase()}`, "hex").slice(0, 24)),
    name,
    integrationKeys: [],
    make: info.Manufacturer ?? "Crestron",
    model,
    kind: kindOf(model),
    ...(firmware === null ? {} : { firmware }),
  };
}

function kindOf(model: string): DeviceKind {
  if (/^T(S|SW|SS|ST|SD)[-\d]/i.test(model)) return "panel";
  return /^DM-?N(VX|AX)/i.test(model) ? "media" : "other";
}

function systemDevice({ key, address, ipId, model }: ControlSystem, panel: string): DeviceReport {
  return {
    key,
    marks: [],
    // A home has several panels, and each of them its own view of the same processor.
    name: `Control system of ${panel} (${address === null ? "" : `${address}, `}IP ID ${ipId})`,
    integrationKeys: [],
    make: "Crestron",
    kind: "controller",
    ...(model === null ? {} : { model }),
  };
}

function linkEntity({ key, ipId }: ControlSystem): EntityReport {
  return {
    ...plain(`${key}.link`, `IpTable.${ipId}.Status`, "Connection"),
    kind: "binary_sensor",
    deviceClass: "connectivity",
    deviceKey: key,
    diagnostic: false,
  };
}

/** What the panel says of itself in plain words. What it does not say is not there. */
function factsOf(tree: Tree, info: DeviceInfo, firmware: string | null): { entity: EntityReport; state: string }[] {
  const said: readonly (readonly [key: string, label: string, name: string, state: string | null | undefined])[] = [
    ["firmware", "DeviceInfo.DeviceVersion", "Firmware", firmware],
    ["address", "NetworkAdapters.Adapters", "Address", addressOf(tree)],
    ["reboot-reason", "DeviceInfo.RebootReason", "Reason of the last restart", info.RebootReason],
    ["screen", "Display.CurrentState", "Screen", Display.safeParse(tree.Display).data?.CurrentState],
    ["mode", "DeviceSpecific.DeviceMode", "Mode", DeviceSpecific.safeParse(tree.DeviceSpecific).data?.DeviceMode],
  ];
  return said.flatMap(([key, label, name, state]) =>
    state == null ? [] : [{ entity: { ...plain(key, label, name), deviceKey: PANEL }, state: state.slice(0, 250) }],
  );
}

function plain(key: string, label: string, name: string): EntityReport {
  return { key, label, marks: [], name, kind: "sensor", private: false, diagnostic: true, disabled: false };
}

function addressOf(tree: Tree): string | null {
  const network = NetworkAdapters.safeParse(tree.NetworkAdapters ?? tree.Ethernet).data;
  for (const adapter of Object.values(network?.Adapters ?? {})) {
    const found = Adapter.safeParse(adapter).data?.IPv4?.Addresses.find(({ Address }) => Address != null)?.Address;
    if (found != null && found !== "0.0.0.0") return withoutZeros(found);
  }
  return null;
}
