import type { HomeAssistantClient } from "../client.ts";

/** What system health may say outside the home; the rest (folders, users, addresses) stays. */
const TOLD: Readonly<Record<string, ReadonlySet<string>>> = {
  homeassistant: new Set([
    "version",
    "installation_type",
    "dev",
    "hassio",
    "docker",
    "python_version",
    "os_name",
    "os_version",
    "arch",
    "virtualenv",
    "container_arch",
  ]),
  hassio: new Set([
    "host_os",
    "update_channel",
    "supervisor_version",
    "agent_version",
    "docker_version",
    "disk_total",
    "disk_used",
    "healthy",
    "supported",
    "board",
    "supervisor_api",
    "version_api",
  ]),
  recorder: new Set([
    "database_engine",
    "database_version",
    "estimated_db_size",
    "oldest_recorder_run",
    "current_recorder_run",
  ]),
  cloud: new Set([
    "logged_in",
    "subscription_expiration",
    "relayer_connected",
    "remote_enabled",
    "remote_connected",
    "certificate_status",
  ]),
};

type Health = Record<string, Record<string, unknown>>;

/**
 * System health is a subscription that ends: first what is known, then each thing that had to be looked up. Never
 * rejects: what did not come in time is left out.
 */
export async function readSystemHealth(client: HomeAssistantClient, seconds: number): Promise<Health | null> {
  const health: Health = {};
  let finish = (): void => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  try {
    const stop = await client.subscribe({ type: "system_health/info" }, (event) => {
      if (takeHealth(health, event)) finish();
    });
    await Promise.race([finished, client.wait(seconds)]);
    // After its last word there is nothing to unsubscribe from; before, it still talks.
    await stop().catch(() => {});
    return health;
  } catch {
    return null;
  }
}

/** Returns whether that was the last word. */
export function takeHealth(health: Health, event: unknown): boolean {
  const { type, data, domain, key, success } = (event ?? {}) as Record<string, unknown>;
  if (type === "initial" && typeof data === "object" && data !== null)
    for (const [part, { info }] of Object.entries(data as Record<string, { info?: Record<string, unknown> }>))
      for (const [name, value] of Object.entries(info ?? {})) put(health, part, name, value);
  if (type === "update") put(health, String(domain), String(key), success === true ? data : "failed");
  return type === "finish";
}

function put(health: Health, part: string, name: string, value: unknown): void {
  if (!TOLD[part]?.has(name)) return;
  health[part] ??= {};
  health[part][name] = plain(value);
}

function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const { type, value: inner, error } = value as Record<string, unknown>;
  if (type === "date") return inner;
  return type === "failed" ? `failed: ${String(error)}` : type === "pending" ? "pending" : "…";
}
