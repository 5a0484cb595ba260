import { z } from "zod";
import { Moment } from "./ids.ts";

/** Why a backup was made: by the hub itself, once a day, or because somebody asked. */
export const BackupWhy = z.enum(["scheduled", "asked"]);
export type BackupWhy = z.infer<typeof BackupWhy>;

/** A backup that lies in the hub's own folder. */
export const Backup = z.object({
  /** Of its file. */
  name: z.string(),
  why: BackupWhy,
  madeAt: Moment,
  bytes: z.number().int(),
});
export type Backup = z.infer<typeof Backup>;

export const BackupTrouble = z.object({ at: Moment, why: z.string() });
export type BackupTrouble = z.infer<typeof BackupTrouble>;

/**
 * A bundle is JSON lines: the manifest, then of each table its head, its rows and its end, then the end of all. A row is
 * the values of its columns as Postgres writes them as text, so that any server reads them as they were.
 */
export const BundleManifest = z.object({
  bundle: z.literal("caretaker"),
  format: z.literal(1),
  /** The version of the hub that made it, and the database's migrations then. */
  hub: z.string(),
  migrations: z.array(z.string()),
  madeAt: Moment,
  firm: z.string().nullable(),
  isDemo: z.boolean(),
});
export type BundleManifest = z.infer<typeof BundleManifest>;

const Digest = z.string().regex(/^[0-9a-f]{64}$/);

export const BundleTable = z.object({ table: z.string(), columns: z.array(z.string()).min(1) });
export const BundleRow = z.array(z.string().nullable());
/** `digest`: SHA-256 over the table's lines before this one. */
export const BundleTableEnd = z.object({ endOf: z.string(), rows: z.number().int(), digest: Digest });
/** `digest`: SHA-256 over all lines before. */
export const BundleEnd = z.object({
  end: z.literal(true),
  tables: z.number().int(),
  rows: z.number().int(),
  digest: Digest,
});

export const BundleLine = z.union([BundleRow, BundleTableEnd, BundleTable, BundleEnd, BundleManifest]);
export type BundleLine = z.infer<typeof BundleLine>;

/** Why the hub does nothing by itself until a person says so. */
export const Standstill = z.object({
  why: z.enum(["restored", "unclean_stop"]),
  since: Moment,
  /** When the backup was made that was put back. */
  backupOf: Moment.nullable(),
});
export type Standstill = z.infer<typeof Standstill>;
