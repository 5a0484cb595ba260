import { homeAssistant } from "@caretaker/connector-home-assistant";
import { type Actor, type ApiKeyId, type GatewayId, type RunbookId, systemClock } from "@caretaker/protocol";
import { createAnnouncements } from "@caretaker/server/announcements.ts";
import { createConsent } from "@caretaker/server/consent/consent.ts";
import { type Database, now, openDatabase } from "@caretaker/server/db/database.ts";
import { newId } from "@caretaker/server/db/new-id.ts";
import { makeLibrary } from "@caretaker/server/runbooks/library.ts";
import type { RunGateways } from "@caretaker/server/runs/deps.ts";
import { createRuns, type Runs, runsDoor } from "@caretaker/server/runs/runs.ts";
import { buildHome, type TestHome } from "@caretaker/server/runs/test-rows.ts";
import { sql } from "kysely";
import { cpuMicroseconds, serveWorker } from "./worker.ts";

/** The whole run engine on a real database; only the homes are in memory, and answer at once. */

const RUNBOOK = `id: bench
version: 1
title: Four steps
tell: Four steps.
inputs: { service: integration }
limit: 5m
steps:
  - check: alive
    read: integration.state
    with: { integration: $service }
    expect: { unavailable: 0 }
  - fix: reload
    do: integration.reload
    with: { integration: $service }
    irreversible: A reload keeps no earlier state.
    verify: { again: alive, within: 60s }
    next: { failed: { end: not_fixed } }
  - check: still
    again: alive
  - end: fixed
`;
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const actor: Actor = { kind: "key", id: newId<ApiKeyId>(), name: "bench", role: "technician" };
const AT_ONCE = 10;
/** Runs take milliseconds here; a measurement that waits for something else says so and ends. */
const GIVE_UP_AFTER = 120_000;

/** Homes that are ill until their integration is loaded anew. */
const well = new Set<GatewayId>();
const gateways: RunGateways = {
  read: async (id) =>
    ({ state: "loaded", reason: null, needsSignIn: false, unavailable: well.has(id) ? 0 : 7, entities: 7 }) as never,
  act: async (id) => {
    well.add(id);
    return {} as never;
  },
  status: () => ({ state: "online", name: "Home Assistant" }),
  capabilitiesOf: () => homeAssistant.manifest.capabilities,
};

let db: Database;
let runs: Runs;
const homes: TestHome[] = [];

async function open({ databaseUrl, sites }: { databaseUrl: string; sites: number }): Promise<void> {
  db = openDatabase({ url: databaseUrl, log: silent, maxConnections: AT_ONCE + 5 });
  const announcements = createAnnouncements(() => {});
  runs = createRuns({
    db,
    library: makeLibrary([{ file: "bench.yaml", text: RUNBOOK, id: "bench" }], [homeAssistant.manifest]),
    gateways,
    consent: createConsent({
      db,
      now,
      runs: runsDoor,
      publicUrl: "http://localhost",
      announcements,
      emailOfPerson: async () => null,
      queueMessage: async () => {},
    }),
    clock: systemClock,
    now,
    announcements,
    log: silent,
    hubId: "bench",
    // All runs here are one person's.
    homesAtOnce: Number.POSITIVE_INFINITY,
    workers: AT_ONCE,
  });
  for (let made = 0; made < sites; made += 1) homes.push(await buildHome(db, { standing: ["reach", "view", "fix"] }));
  // The clock here is the real one, and a measurement at night is no worse than one by day: no home is quiet.
  await db.updateTable("site").set({ quietFrom: "00:00", quietTo: "00:00" }).execute();
  runs.engine.start();
}

/** One run at each home, from its start to its end. */
async function runAll(): Promise<{ milliseconds: number; transactions: number; cpu: number }> {
  well.clear();
  const before = await transactions();
  const cpuBefore = cpuMicroseconds();
  const began = performance.now();
  const waiting = [...homes];
  const starter = async (): Promise<void> => {
    for (let home = waiting.pop(); home !== undefined; home = waiting.pop()) {
      await runs.start({
        siteId: home.siteId,
        runbook: "bench" as RunbookId,
        inputs: { service: home.integration },
        reason: "To measure",
        homeownerAsked: false,
        actor,
      });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, starter));
  while (well.size < homes.length || (await unfinished()) > 0) {
    if (performance.now() - began > GIVE_UP_AFTER) throw new Error(`runs do not end: ${await whatTheyDo()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const milliseconds = performance.now() - began;
  return { milliseconds, cpu: cpuMicroseconds() - cpuBefore, transactions: (await transactions()) - before };
}

async function unfinished(): Promise<number> {
  const { count } = await db
    .selectFrom("run")
    .select((select) => select.fn.countAll<string>().as("count"))
    .where("wakeAt", "is not", null)
    .executeTakeFirstOrThrow();
  return Number(count);
}

async function whatTheyDo(): Promise<string> {
  const groups = await db
    .selectFrom("run")
    .select(["status", "waitingWhy", (select) => select.fn.countAll<string>().as("count")])
    .groupBy(["status", "waitingWhy"])
    .execute();
  return groups.map(({ status, waitingWhy, count }) => `${count} ${status} (${waitingWhy ?? "no reason"})`).join(", ");
}

/** Transactions that wrote something and were committed: only those have a number. */
async function transactions(): Promise<number> {
  const { rows } = await sql<{ now: string }>`select pg_current_xact_id()::text as now`.execute(db);
  return Number(rows[0]?.now);
}

/** So many runs that wait for an answer until tomorrow: copies of one that ended. */
async function addWaiting({ count }: { count: number }): Promise<void> {
  await sql`
    insert into run (id, site_id, gateway_id, runbook, runbook_version, digest, title, inputs, reason, homeowner_asked,
      started_by, status, step, memory, last_event, wake_at, waiting_until, waiting_why, created_at, started_at)
    select gen_random_uuid(), site_id, gateway_id, runbook, runbook_version, digest, title, inputs, reason,
      homeowner_asked, started_by, 'waiting_for_consent', step, memory, last_event, now() + interval '1 day',
      now() + interval '1 day', 'Mrs Lee was asked.', created_at, started_at
    from (select * from run order by number limit 1) as one, generate_series(1, ${count})`.execute(db);
  await sql`analyze run`.execute(db);
}

serveWorker({ open, runAll, addWaiting, cpu: cpuMicroseconds }, async () => {
  await runs.close();
  await db.destroy();
});
