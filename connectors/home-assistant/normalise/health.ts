import type { CapabilityOutput } from "@caretaker/protocol";
import { withoutSecrets } from "@caretaker/protocol";
import type { LiveEntity } from "../home/entity.ts";
import type { BackupInfo, Issue, LogRow } from "../schema.ts";
import { CORE } from "./firmware.ts";

const HOUR = 3_600_000;

export function momentOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function momentOrNull(text: string | null | undefined): string | null {
  const milliseconds = Date.parse(text ?? "");
  return Number.isNaN(milliseconds) ? null : momentOf(milliseconds);
}

/** The lowest battery of a device, in percent. */
export function percentOf(entities: readonly LiveEntity[]): number | null {
  const batteries = entities
    .filter((entity) => entity.traits.domain === "sensor" && entity.deviceClass === "battery")
    .map((entity) => Number.parseFloat(entity.state))
    .filter((percent) => percent >= 0 && percent <= 100);
  return batteries.length === 0 ? null : Math.min(...batteries);
}

export function lastSeenOf(entities: readonly LiveEntity[]): string | null {
  const sensor = entities.find(
    (entity) => entity.deviceClass === "timestamp" && entity.entityId.endsWith("_last_seen"),
  );
  return momentOrNull(sensor?.state);
}

/** `domain`: only what was noted by that integration. */
export function errorsOf(rows: readonly LogRow[], domain: string | undefined): CapabilityOutput<"log.errors"> {
  const own = rows.filter((row) => domain === undefined || isOf(row.name, domain));
  const entries = own.map((row) => ({
    level: row.level.toLowerCase(),
    source: row.name.slice(0, 200),
    message: withoutSecrets(row.message).slice(0, 1000),
    count: row.count,
    firstAt: momentOf((row.first_occurred ?? row.timestamp) * 1000),
    lastAt: momentOf(row.timestamp * 1000),
  }));
  return {
    entries,
    errors: entries.filter((entry) => entry.level === "error" || entry.level === "critical").length,
    warnings: entries.filter((entry) => entry.level === "warning").length,
  };
}

/** Loggers are named by Python module: `homeassistant.components.hue.light`, `custom_components.hue`. */
function isOf(logger: string, domain: string): boolean {
  return [`homeassistant.components.${domain}`, `custom_components.${domain}`].some(
    (module) => logger === module || logger.startsWith(`${module}.`),
  );
}

export function repairsOf(
  issues: readonly Issue[],
  texts: Readonly<Record<string, string>>,
): CapabilityOutput<"repairs.list"> {
  const open = issues.filter((issue) => issue.ignored !== true);
  const repairs = open.map((issue) => ({
    key: `${issue.domain}/${issue.issue_id}`.slice(0, 300),
    domain: issue.domain,
    severity: issue.severity,
    title: titleOf(issue, texts),
    isFixable: issue.is_fixable,
    createdAt: momentOrNull(issue.created),
  }));
  return { repairs, open: repairs.length };
}

function titleOf(issue: Issue, texts: Readonly<Record<string, string>>): string {
  const name = issue.translation_key ?? issue.issue_id;
  const text = texts[`component.${issue.domain}.issues.${name}.title`];
  if (text === undefined) return `${issue.domain}: ${name.replaceAll("_", " ")}`;
  const placeholders = issue.translation_placeholders ?? {};
  return text.replace(/\{(\w+)\}/g, (whole, field: string) =>
    Object.hasOwn(placeholders, field) ? String(placeholders[field]) : whole,
  );
}

/** Before 2025.1 there is only the list of backups that lie there; the newest is when the last one was completed. */
export function backupOf(info: BackupInfo, now: Date): CapabilityOutput<"backup.info"> {
  const newest =
    info.backups
      .map((backup) => momentOrNull(backup.date))
      .filter((date) => date !== null)
      .sort()
      .at(-1) ?? null;
  const completed = newestOf(momentOrNull(info.last_completed_automatic_backup), newest);
  const attempted = momentOrNull(info.last_attempted_automatic_backup) ?? completed;
  const hasFailed = attempted !== null && (completed === null || attempted > completed);
  return {
    lastCompletedAt: completed,
    lastAttemptedAt: attempted,
    ageHours: completed === null ? null : Math.max(0, Math.floor((now.getTime() - Date.parse(completed)) / HOUR)),
    failed: hasFailed || Object.keys(info.agent_errors).length > 0 || info.last_action_event?.state === "failed",
    backups: info.backups.length,
  };
}

function newestOf(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other;
  return one > other ? one : other;
}

export function updatesOf(entities: Iterable<LiveEntity>): CapabilityOutput<"updates.list"> {
  const waiting = [...entities].filter((entity) => entity.traits.domain === "update" && entity.state === "on");
  const updates = waiting.map((entity) => {
    const { title, installed_version: installed, latest_version: latest } = entity.attributes ?? {};
    return {
      key: entity.key,
      name: typeof title === "string" && title !== "" ? title : (entity.name ?? entity.entityId),
      installed: typeof installed === "string" ? installed : null,
      latest: typeof latest === "string" ? latest : null,
      isCore: title === CORE,
    };
  });
  return { updates, waiting: updates.length };
}
