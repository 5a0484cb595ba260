import type { Router } from "express";
import { sql } from "kysely";
import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { Database } from "../db/database.ts";

export interface HealthDeps {
  readonly db: Database;
  readonly version: string;
  /** False from the moment the hub is told to stop. */
  readonly isServing: () => boolean;
  /** Named checks of other rooms: null when well, otherwise what is wrong. */
  readonly checks: Readonly<Record<string, () => Promise<string | null>>>;
  /** Numbers of other rooms, read when they are asked for. */
  readonly gauges: Readonly<Record<string, { help: string; read(): number }>>;
}

/** For whoever watches the hub: alive, ready, how busy, which version. No names, no addresses, no secrets. */
export function mountHealth(router: Router, deps: HealthDeps): void {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: "caretaker_" });
  for (const [name, { help, read }] of Object.entries(deps.gauges)) {
    new Gauge({
      name: `caretaker_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  }
  router.get("/healthz", (_request, response) => void response.json({ status: "alive" }));
  router.get("/version", (_request, response) => void response.json({ name: "caretaker", version: deps.version }));
  router.get("/readyz", async (_request, response) => {
    const checks = await runChecks(deps);
    const isReady = Object.values(checks).every((wrong) => wrong === null);
    response.status(isReady ? 200 : 503).json({
      ready: isReady,
      checks: Object.fromEntries(Object.entries(checks).map(([name, wrong]) => [name, wrong ?? "ok"])),
    });
  });
  router.get("/metrics", async (_request, response) => {
    response.type(registry.contentType).send(await registry.metrics());
  });
}

async function runChecks({ db, isServing, checks }: HealthDeps): Promise<Record<string, string | null>> {
  const all = {
    serving: async () => (isServing() ? null : "the hub is stopping"),
    database: () => askDatabase(db),
    ...checks,
  };
  const results = await Promise.all(
    Object.entries(all).map(
      async ([name, check]) => [name, await check().catch(() => "could not be checked")] as const,
    ),
  );
  return Object.fromEntries(results);
}

async function askDatabase(db: Database): Promise<string | null> {
  try {
    await sql`select 1`.execute(db);
    return null;
  } catch {
    return "does not answer";
  }
}
