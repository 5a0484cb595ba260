import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Version } from "./versions.ts";

export const COMPONENT = join(import.meta.dirname, "caretaker_test");
export const CONFIGURATION = join(import.meta.dirname, "configuration.yaml");

/** A TCP port of 127.0.0.1 that nobody listens on now, outside the range from which the system picks ports by itself. */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = 18_000 + Math.floor(Math.random() * 12_000);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/** Lays a configuration folder for a Home Assistant that was never started. */
export function layFolder(config: string): void {
  mkdirSync(join(config, ".storage"), { recursive: true });
  cpSync(COMPONENT, join(config, "custom_components", "caretaker_test"), { recursive: true });
}

/**
 * Writes where the home listens: on this port of 127.0.0.1 only. Until 2026.7 that stood in `configuration.yaml`;
 * since then Core keeps it in its storage, and reverts what it finds in the YAML after five minutes, with a restart.
 */
export function setPort(version: Version, config: string, port: number, banAfterFailures: number): void {
  const yaml = readFileSync(CONFIGURATION, "utf8");
  const http = { server_port: port, ip_ban_enabled: true, login_attempts_threshold: banAfterFailures };
  if (version === "2024.3") {
    const part = JSON.stringify({ server_host: "127.0.0.1", ...http });
    writeFileSync(join(config, "configuration.yaml"), `${yaml}http: ${part}\n`);
    return;
  }
  writeFileSync(join(config, "configuration.yaml"), yaml);
  const stable = {
    ...http,
    server_host: ["127.0.0.1"],
    cors_allowed_origins: [],
    use_x_forwarded_for: false,
    trusted_proxies: [],
    ssl_profile: "intermediate_v6",
    use_x_frame_options: true,
    created_at: "2026-11-01T00:00:00+00:00",
    error: null,
    error_message: null,
  };
  const data = { stable, pending: null, yaml_migration_done: true };
  const stored = { version: 3, minor_version: 1, key: "http", data };
  writeFileSync(join(config, ".storage", "http"), JSON.stringify(stored));
}
