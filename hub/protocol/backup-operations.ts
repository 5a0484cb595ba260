import { z } from "zod";
import { Backup, BackupTrouble, BundleLine, Standstill } from "./backups.ts";
import { Moment } from "./ids.ts";
import { operation } from "./operation.ts";

const everyone = { roles: ["principal", "senior", "technician", "dispatcher"] } as const;
const principals = { roles: ["principal"] } as const;
const reviewers = { roles: ["principal", "senior"] } as const;

/** Backups, and what holds after one was put back. Part of the table in operations.ts. */
export const backupOperations = {
  "backup.list": operation({
    path: "GET /backups",
    summary: "The backups in the hub's own folder, newest first, and how the daily one goes",
    input: z.strictObject({}),
    output: z.object({
      items: z.array(Backup),
      /** On the hub's machine. */
      folder: z.string(),
      /** When the next one is due; null where none is made by itself. */
      nextAt: Moment.nullable(),
      /** Why the last one could not be made. */
      trouble: BackupTrouble.nullable(),
    }),
    needs: { who: principals, on: "firm" },
  }),
  "backup.make": operation({
    path: "POST /backups",
    summary: "Make a backup now, in the hub's own folder",
    input: z.strictObject({}),
    output: Backup,
    needs: { who: principals, on: "firm" },
    status: 201,
  }),
  "backup.download": operation({
    path: "POST /backups/download",
    summary: "Everything as it is now, as JSON lines, without the key ring: who has both has every home",
    input: z.strictObject({}),
    output: BundleLine,
    needs: { who: principals, on: "firm", freshFactor: true },
    stream: true,
    ledger: ["backup.taken"],
  }),
  "standstill.get": operation({
    path: "GET /standstill",
    summary: "Whether the hub does nothing by itself until a person has looked, since when and why",
    input: z.strictObject({}),
    output: z.object({ standstill: Standstill.nullable() }),
    needs: { who: everyone, on: "firm" },
  }),
  "standstill.end": operation({
    path: "POST /standstill/end",
    summary: "Say that somebody looked, and that the hub may go on by itself",
    input: z.strictObject({ reason: z.string().trim().min(3).max(300) }),
    output: z.object({ standstill: Standstill.nullable() }),
    needs: { who: reviewers, on: "firm", freshFactor: true },
    ledger: ["hub.went_on"],
  }),
} as const;
