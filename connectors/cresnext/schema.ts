import { z } from "zod";

/**
 * What a panel says, as far as we use it. Nothing is demanded: firmwares differ, and what is missing or of another type
 * is not known.
 */
const text = z
  .union([z.string(), z.number()])
  .transform((value) => String(value).trim().slice(0, 300))
  .transform((value) => (value === "" ? null : value))
  .nullish()
  .catch(null);

export const DeviceInfo = z.object({
  Model: text,
  Name: text,
  Category: text,
  Manufacturer: text,
  SerialNumber: text,
  MacAddress: text,
  DeviceId: text,
  Version: text,
  PuffVersion: text,
  DeviceVersion: text,
  RebootReason: text,
});
export type DeviceInfo = z.infer<typeof DeviceInfo>;

/** One control system that the panel is told to connect to. */
export const IpTableEntry = z.object({
  IpId: text,
  Address: text,
  ModelName: text,
  Status: text,
});
export type IpTableEntry = z.infer<typeof IpTableEntry>;

/** Entries are a list, or named by their IP id. */
export const IpTable = z.object({ Entries: z.unknown() });

export const Adapter = z.object({
  IPv4: z
    .object({ Addresses: z.array(z.object({ Address: text })).catch([]) })
    .nullish()
    .catch(null),
});

export const NetworkAdapters = z.object({ HostName: text, Adapters: z.record(z.string(), z.unknown()).catch({}) });

export const Display = z.object({ CurrentState: text });
export const DeviceSpecific = z.object({ DeviceMode: text });

export const SystemVersions = z
  .object({
    Components: z.array(z.object({ Name: text, Version: text }).catch({ Name: null, Version: null })).catch([]),
  })
  .catch({ Components: [] });

/** The reply to a change. `StatusId` 0 is done, 1 done and a restart needed. */
export const PostReply = z.object({
  Actions: z
    .array(
      z.object({
        Results: z.array(z.object({ Property: text, StatusId: z.number().catch(0), StatusInfo: text })).catch([]),
      }),
    )
    .catch([]),
});
export type PostReply = z.infer<typeof PostReply>;
