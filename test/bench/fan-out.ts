import { openBenchDatabase } from "./database.ts";
import { addHomes, homeAssistantOf } from "./firm.ts";
import type { FleetHome } from "./fleet-process.ts";
import { median, pairRow, type Row, row } from "./rows.ts";
import { startWorker, type Worker } from "./worker.ts";

export interface FanOutPlan {
  readonly homes: number;
  readonly entities: number;
  readonly perSecond: number;
  readonly dashboards: number;
  readonly seconds: number;
  readonly runs: number;
  /** For Node, such as `--cpu-prof`. */
  readonly hubOptions: readonly string[];
}

const P99_MILLISECONDS = 250;
const BYTES_PER_ENTITY = 1024;

/**
 * A fleet that speaks all the time, watched by dashboards: ours and a bare relay in turns, each with a fleet of its own
 * that sends the same. Also how much memory the state of that fleet takes.
 */
export async function measureFanOut(plan: FanOutPlan, say: (line: string) => void): Promise<Row[]> {
  const database = await openBenchDatabase();
  const fleet = startWorker("fleet-process.ts");
  const hub = startWorker("hub-process.ts", ["--expose-gc", ...plan.hubOptions]);
  const relay = startWorker("relay-process.ts");
  const watchers = startWorker("watchers-process.ts");
  try {
    const { homes, entities, perSecond, seconds } = plan;
    const ours = await fleet.ask<FleetHome[]>("open", { group: "ours", homes, entities });
    const theirs = await fleet.ask<FleetHome[]>("open", { group: "relay", homes, entities });
    const sites = await addHomes(database.url, database.folder, ours, homeAssistantOf);
    const port = await hub.ask<number>("open", { databaseUrl: database.url, folder: database.folder });
    await hub.ask("whenAllOnline");
    await settled(hub, homes * entities);
    const relayPort = await relay.ask<number>("open", { homes: theirs });
    await watchers.ask("watchHub", { port, dashboards: shares(sites, plan.dashboards) });
    await watchers.ask("watchRelay", { port: relayPort, dashboards: shares([...sites.keys()], plan.dashboards) });
    say(`${homes} homes with ${entities} entities each are watched by ${plan.dashboards} dashboards`);

    const measure = async (worker: typeof hub, group: string, length: number) => {
      await watchers.ask("heard");
      const before = await worker.ask<number>("cpu");
      const sent = await fleet.ask<number>("emit", { group, perSecond, seconds: length });
      await untilQuiet(watchers);
      const used = (await worker.ask<number>("cpu")) - before;
      const heard = await watchers.ask<{ changes: number; relayed: number; p50: number; p99: number }>("heard");
      return { perEvent: used / sent, sent, ...heard };
    };
    await measure(hub, "ours", Math.min(3, seconds));
    await measure(relay, "relay", Math.min(3, seconds));
    const runs = [];
    for (let run = 1; run <= plan.runs; run += 1) {
      const own = await measure(hub, "ours", seconds);
      const base = await measure(relay, "relay", seconds);
      runs.push({ own, base });
      say(
        `run ${run}: ${own.perEvent.toFixed(1)} µs beside ${base.perEvent.toFixed(1)} µs per event; ` +
          `${own.changes} changes of ${own.sent}, ${base.relayed} frames of ${base.sent}, half within ${own.p50.toFixed(0)} ms, 99 % within ${own.p99.toFixed(0)} ms`,
      );
    }
    const heap = await hub.ask<number>("heapOfState");
    const cpu = runs.map(({ own, base }) => ({ ours: own.perEvent, base: base.perEvent }));
    return [
      pairRow(`${homes} homes x ${entities} at ${perSecond}/s: hub CPU per event`, "µs", cpu, 1),
      row("gateway to dashboard, 99 %", "ms", median(runs.map(({ own }) => own.p99)), P99_MILLISECONDS, 1),
      row("heap per entity", "bytes", heap / (homes * entities), BYTES_PER_ENTITY, 1),
    ];
  } finally {
    await Promise.all([watchers.stop(), relay.stop(), hub.stop()]);
    await fleet.stop();
    await database.close();
  }
}

/** What is still on its way belongs to the measurement. */
export async function untilQuiet(watchers: Worker): Promise<void> {
  for (let before = -1; ; ) {
    const now = await watchers.ask<number>("count");
    if (now === before) return;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

/** Until the inventory of every home is in the state. */
export async function settled(hub: Worker, entities: number): Promise<void> {
  const deadline = performance.now() + 120_000;
  for (;;) {
    const there = await hub.ask<number>("entities");
    if (there >= entities) return;
    if (performance.now() > deadline) throw new Error(`Only ${there} of ${entities} entities came`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export function shares<T>(all: readonly T[], count: number): T[][] {
  const each = Math.ceil(all.length / count);
  return Array.from({ length: count }, (_, index) => all.slice(index * each, (index + 1) * each));
}
