import { z } from "zod";

/**
 * What Home Assistant says, as far as we use it. Only what a thing cannot do without is demanded; any other field may be
 * missing, of another type, or new. The entity stream is not here: it is the hot path and read by hand in `stream.ts`.
 */

const text = z.string().nullish().catch(null);
const flag = z.boolean().nullish().catch(null);
const id = z.string().min(1).max(300);

export const Config = z.object({
  version: z.string().min(1).max(60),
  location_name: z.string().max(300).catch("Home"),
  time_zone: text,
  state: z.string().catch("RUNNING"),
  recovery_mode: flag,
  safe_mode: flag,
  /** How many integrations are loaded: their names are a long list that nobody needs. */
  components: z
    .array(z.string())
    .catch([])
    .transform((names) => names.length),
});
export type Config = z.infer<typeof Config>;

export const CurrentUser = z.object({ id: text, name: text, is_admin: z.boolean().catch(false), is_owner: flag });
export type CurrentUser = z.infer<typeof CurrentUser>;

export const Floor = z.object({ floor_id: id, name: z.string() });
export type Floor = z.infer<typeof Floor>;

export const Area = z.object({ area_id: id, name: z.string(), floor_id: text });
export type Area = z.infer<typeof Area>;

const pairs = z.array(z.array(z.union([z.string(), z.number()]))).catch([]);

/** Since 2026.9 a child device has no more than its own name; its parent has the rest. */
export const DeviceRow = z.object({
  id,
  name: text,
  name_by_user: text,
  manufacturer: text,
  model: text,
  sw_version: text,
  area_id: text,
  disabled_by: text,
  entry_type: text,
  via_device_id: text,
  parent_device_id: text,
  config_entry_id: text,
  primary_config_entry: text,
  config_entries: z.array(z.string()).catch([]),
  identifiers: pairs,
  connections: pairs,
});
export type DeviceRow = z.infer<typeof DeviceRow>;

export const EntityRow = z.object({
  id: id.optional(),
  entity_id: z
    .string()
    .regex(/^[a-z0-9_]+\.[a-z0-9_]+$/)
    .max(255),
  unique_id: z.union([z.string(), z.number()]).nullish().catch(null),
  platform: z.string().catch(""),
  name: text,
  original_name: text,
  has_entity_name: flag,
  area_id: text,
  device_id: text,
  config_entry_id: text,
  disabled_by: text,
  hidden_by: text,
  entity_category: text,
});
export type EntityRow = z.infer<typeof EntityRow>;

export const EntryRow = z.object({
  entry_id: id,
  domain: z.string(),
  title: z.string().catch(""),
  state: z.string(),
  reason: text,
  disabled_by: text,
  source: text,
});
export type EntryRow = z.infer<typeof EntryRow>;

/** Events of `config_entries/subscribe`: the first has them all, with `type` null. */
export const EntryChange = z.object({ type: text, entry: EntryRow });
export type EntryChange = z.infer<typeof EntryChange>;

export const Flow = z.object({
  handler: z.string(),
  context: z.object({ source: text, entry_id: text }),
});
export type Flow = z.infer<typeof Flow>;

export const Issue = z.object({
  domain: z.string(),
  issue_id: z.string(),
  severity: z.string().catch("warning"),
  is_fixable: z.boolean().catch(false),
  created: text,
  ignored: flag,
  translation_key: text,
  translation_placeholders: z.record(z.string(), z.unknown()).nullish().catch(null),
});
export type Issue = z.infer<typeof Issue>;
export const Issues = z.object({ issues: z.array(z.unknown()) });

export const LogRow = z.object({
  name: z.string(),
  level: z.string(),
  message: z
    .union([z.string(), z.array(z.string())])
    .transform((message) => (Array.isArray(message) ? message.join(" ") : message)),
  count: z.number().int().catch(1),
  timestamp: z.number(),
  first_occurred: z.number().nullish().catch(null),
});
export type LogRow = z.infer<typeof LogRow>;

export const RecorderInfo = z.object({
  recording: flag,
  thread_running: flag,
  migration_in_progress: flag,
  backlog: z.number().nullish().catch(null),
});
export type RecorderInfo = z.infer<typeof RecorderInfo>;

/** Before 2025.1 there are only `backups` with their dates. */
export const BackupInfo = z.object({
  backups: z.array(z.object({ date: z.string() })).catch([]),
  last_attempted_automatic_backup: text,
  last_completed_automatic_backup: text,
  agent_errors: z.record(z.string(), z.unknown()).catch({}),
  last_action_event: z.object({ state: text, manager_state: text }).nullish().catch(null),
});
export type BackupInfo = z.infer<typeof BackupInfo>;

export const Translations = z.object({ resources: z.record(z.string(), z.string()).catch({}) });

export const CallResult = z.object({ context: z.object({ id: z.string() }) });

/** The rows of a list that are what they should be; `drop` hears of each that is not. */
export function rowsOf<S extends z.ZodType>(schema: S, value: unknown, drop: () => void): z.output<S>[] {
  if (!Array.isArray(value)) {
    drop();
    return [];
  }
  const rows: z.output<S>[] = [];
  for (const one of value) {
    const parsed = schema.safeParse(one);
    if (parsed.success) rows.push(parsed.data);
    else drop();
  }
  return rows;
}
