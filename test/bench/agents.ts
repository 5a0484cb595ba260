import { join } from "node:path";
import type { SiteId } from "@caretaker/protocol";
import { type BenchDatabase, openBenchDatabase } from "./database.ts";
import { settled, shares, untilQuiet } from "./fan-out.ts";
import { addAgents, addHomes, homeAssistantOf } from "./firm.ts";
import type { FleetHome } from "./fleet-process.ts";
import { median, pairRow, type Row, row } from "./rows.ts";
import { startWorker, type Worker } from "./worker.ts";

export interface AgentsPlan {
  readonly homes: number;
  readonly entities: number;
  readonly perSecond: number;
  readonly dashboards: number;
  readonly seconds: number;
  readonly runs: number;
  /** For Node, such as `--cpu-prof`. */
  readonly hubOptions: readonly string[];
}

const ADDED_MILLISECONDS = 20;
/** Of what was sent: a dashboard that was too slow begins anew, and a run in which many did compares nothing. */
const LEAST_HEARD = 0.98;
const MOST_TRIES = 3;

/** A hub with the homes that it watches, whichever way. */
interface Side {
  readonly hub: Worker;
  readonly watchers: Worker;
  readonly group: string;
}

interface Reached {
  readonly port: number;
  readonly sites: readonly SiteId[];
}

/** The same fleet reached directly and through agents in its homes, each by a hub of its own, in turns. */
export async function measureAgents(plan: AgentsPlan, say: (line: string) => void): Promise<Row[]> {
  const databases = [await openBenchDatabase(), await openBenchDatabase()] as const;
  const fleet = startWorker("fleet-process.ts");
  const agents = startWorker("agents-process.ts");
  const [direct, through] = [openSide("direct", plan), openSide("through", plan)];
  try {
    const reached = [
      await reachDirectly(direct, fleet, databases[0], plan),
      await reachThrough(through, fleet, agents, databases[1], plan),
    ] as const;
    // Only now: a dashboard that gets no time while the others come does not stay.
    await watch(direct, reached[0], plan);
    await watch(through, reached[1], plan);
    say(`${plan.homes} homes with ${plan.entities} entities each, directly and through ${plan.homes} agents`);
    for (const side of [direct, through])
      await measureSide(side, fleet, { ...plan, seconds: Math.min(3, plan.seconds) });
    const runs = [];
    for (let tries = 0; runs.length < plan.runs && tries < plan.runs * MOST_TRIES; tries += 1) {
      const own = await measureSide(through, fleet, plan);
      const base = await measureSide(direct, fleet, plan);
      const isWhole = [own, base].every(({ changes, sent }) => changes >= sent * LEAST_HEARD);
      if (isWhole) runs.push({ own, base });
      say(
        `${isWhole ? `run ${runs.length}` : "not counted"}: ${own.perEvent.toFixed(1)} µs through agents beside ${base.perEvent.toFixed(1)} µs per event; ` +
          `${own.changes} and ${base.changes} changes of ${own.sent}, half within ${own.p50.toFixed(1)} and ${base.p50.toFixed(1)} ms, ` +
          `99 % within ${own.p99.toFixed(1)} and ${base.p99.toFixed(1)} ms`,
      );
    }
    if (runs.length === 0) throw new Error("the dashboards could not keep up: this machine has too much else to do");
    const cpu = runs.map(({ own, base }) => ({ ours: own.perEvent, base: base.perEvent }));
    const added = median(runs.map(({ own, base }) => Math.max(0, own.p99 - base.p99)));
    return [
      pairRow(`${plan.homes} homes through agents at ${plan.perSecond}/s: hub CPU per event`, "µs", cpu, 1.1),
      row("added by the agents, 99 %", "ms", added, ADDED_MILLISECONDS, 1),
    ];
  } finally {
    await Promise.all([direct, through].flatMap(({ hub, watchers }) => [hub.stop(), watchers.stop()]));
    await agents.stop();
    await fleet.stop();
    for (const database of databases) await database.close();
  }
}

function openSide(group: string, { hubOptions }: AgentsPlan): Side {
  return { group, hub: startWorker("hub-process.ts", hubOptions), watchers: startWorker("watchers-process.ts") };
}

async function reachDirectly(
  { group, hub }: Side,
  fleet: Worker,
  database: BenchDatabase,
  plan: AgentsPlan,
): Promise<Reached> {
  const { homes, entities } = plan;
  const opened = await fleet.ask<FleetHome[]>("open", { group, homes, entities });
  const sites = await addHomes(database.url, database.folder, opened, homeAssistantOf);
  const port = await hub.ask<number>("open", { databaseUrl: database.url, folder: database.folder });
  await allThere(hub, plan);
  return { port, sites };
}

async function reachThrough(
  { group, hub }: Side,
  fleet: Worker,
  agents: Worker,
  database: BenchDatabase,
  plan: AgentsPlan,
): Promise<Reached> {
  const { homes, entities } = plan;
  const opened = await fleet.ask<FleetHome[]>("open", { group, homes, entities });
  const sites = await addHomes(database.url, database.folder, opened, homeAssistantOf);
  const keys = await agents.ask<string[]>("lay", { folder: join(database.folder, "agents"), count: homes });
  const hubKey = await addAgents(database.url, database.folder, sites, keys);
  const port = await hub.ask<number>("open", { databaseUrl: database.url, folder: database.folder });
  const paired = opened.map((home, index) => ({ siteId: sites[index], port: home.port }));
  await agents.ask("pair", { hub: `http://127.0.0.1:${port}`, hubKey, homes: paired });
  await allThere(hub, plan);
  return { port, sites };
}

async function allThere(hub: Worker, { homes, entities }: AgentsPlan): Promise<void> {
  await hub.ask("whenAllOnline");
  await settled(hub, homes * entities);
}

async function watch({ watchers }: Side, { port, sites }: Reached, { dashboards }: AgentsPlan): Promise<void> {
  await watchers.ask("watchHub", { port, dashboards: shares(sites, dashboards) });
}

async function measureSide({ hub, watchers, group }: Side, fleet: Worker, plan: AgentsPlan) {
  const { perSecond, seconds } = plan;
  await watchers.ask("heard");
  const before = await hub.ask<number>("cpu");
  const sent = await fleet.ask<number>("emit", { group, perSecond, seconds });
  await untilQuiet(watchers);
  const used = (await hub.ask<number>("cpu")) - before;
  const heard = await watchers.ask<{ changes: number; p50: number; p99: number }>("heard");
  return { perEvent: used / sent, sent, ...heard };
}
