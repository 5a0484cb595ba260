import { openBenchDatabase } from "./database.ts";
import { settled, shares } from "./fan-out.ts";
import { addHomes, homeAssistantOf } from "./firm.ts";
import type { FleetHome } from "./fleet-process.ts";
import { pairRow, type Row } from "./rows.ts";
import { startWorker } from "./worker.ts";

export interface HomeSizePlan {
  readonly homes: number;
  readonly small: number;
  readonly large: number;
  readonly perSecond: number;
  readonly seconds: number;
  readonly runs: number;
}

/** Whether an event of a large home costs more than one of a small home: one hub with both, in turns. */
export async function measureHomeSize(plan: HomeSizePlan, say: (line: string) => void): Promise<Row[]> {
  const database = await openBenchDatabase();
  const fleet = startWorker("fleet-process.ts");
  const hub = startWorker("hub-process.ts", ["--expose-gc"]);
  const watchers = startWorker("watchers-process.ts");
  try {
    const { homes, perSecond, seconds } = plan;
    const small = await fleet.ask<FleetHome[]>("open", { group: "small", homes, entities: plan.small });
    const large = await fleet.ask<FleetHome[]>("open", { group: "large", homes, entities: plan.large });
    const sites = await addHomes(database.url, database.folder, [...small, ...large], homeAssistantOf);
    const port = await hub.ask<number>("open", { databaseUrl: database.url, folder: database.folder });
    await hub.ask("whenAllOnline");
    await settled(hub, homes * (plan.small + plan.large));
    await watchers.ask("watchHub", { port, dashboards: shares(sites, 4) });
    const measure = async (group: string, length: number): Promise<number> => {
      const before = await hub.ask<number>("cpu");
      const sent = await fleet.ask<number>("emit", { group, perSecond, seconds: length });
      await new Promise((resolve) => setTimeout(resolve, 300));
      return ((await hub.ask<number>("cpu")) - before) / sent;
    };
    for (const group of ["small", "large"]) await measure(group, Math.min(3, seconds));
    const runs = [];
    for (let run = 1; run <= plan.runs; run += 1) {
      const ofSmall = await measure("small", seconds);
      const ofLarge = await measure("large", seconds);
      runs.push({ ours: ofLarge, base: ofSmall });
      say(`run ${run}: ${ofLarge.toFixed(1)} µs in large homes, ${ofSmall.toFixed(1)} µs in small ones`);
    }
    const name = `${homes} homes x ${plan.large}: hub CPU per event, beside x ${plan.small}`;
    return [pairRow(name, "µs", runs, 1.2)];
  } finally {
    await Promise.all([watchers.stop(), hub.stop()]);
    await fleet.stop();
    await database.close();
  }
}
