import { openBenchDatabase } from "./database.ts";
import { settled } from "./fan-out.ts";
import { addHomes, homeAssistantOf } from "./firm.ts";
import type { FleetHome } from "./fleet-process.ts";
import { pairRow, type Row } from "./rows.ts";
import { preciseNow, startWorker } from "./worker.ts";

export interface RestartPlan {
  readonly homes: number;
  readonly entities: number;
  readonly runs: number;
  /** For Node, such as `--cpu-prof`. Bare clients get the same. */
  readonly hubOptions: readonly string[];
}

/** How long a fleet takes to be back after a restart of the hub, from the start of its process, beside bare clients. */
export async function measureRestart(plan: RestartPlan, say: (line: string) => void): Promise<Row[]> {
  const database = await openBenchDatabase();
  const fleet = startWorker("fleet-process.ts");
  try {
    const { homes, entities, hubOptions } = plan;
    const opened = await fleet.ask<FleetHome[]>("open", { group: "all", homes, entities });
    await addHomes(database.url, database.folder, opened, homeAssistantOf);
    const where = { databaseUrl: database.url, folder: database.folder };
    const first = startWorker("hub-process.ts", hubOptions);
    await first.ask("open", where);
    await first.ask("whenAllOnline");
    await settled(first, homes * entities);
    await first.stop();

    const runs = [];
    for (let run = 1; run <= plan.runs; run += 1) {
      const ours = await timeHub(where, hubOptions);
      await emptied(fleet);
      const bare = await timeBare(opened, hubOptions);
      await emptied(fleet);
      runs.push({ ours, bare });
      say(`run ${run}: ${homes} gateways back after ${ours.toFixed(0)} ms, bare clients after ${bare.toFixed(0)} ms`);
    }
    return [
      pairRow(
        `${homes} gateways back after a restart`,
        "ms",
        runs.map(({ ours, bare }) => ({ ours, base: bare })),
        2,
      ),
    ];
  } finally {
    await fleet.stop();
    await database.close();
  }
}

async function timeHub(where: object, options: readonly string[]): Promise<number> {
  const began = preciseNow();
  const hub = startWorker("hub-process.ts", options);
  await hub.ask("open", where);
  const ended = await hub.ask<number>("whenAllOnline");
  await hub.stop();
  return ended - began;
}

async function timeBare(homes: readonly FleetHome[], options: readonly string[]): Promise<number> {
  const began = preciseNow();
  const bare = startWorker("bare-process.ts", options);
  const ended = await bare.ask<number>("connect", { homes });
  await bare.stop();
  return ended - began;
}

async function emptied(fleet: ReturnType<typeof startWorker>): Promise<void> {
  while ((await fleet.ask<number>("clients", { group: "all" })) > 0)
    await new Promise((resolve) => setTimeout(resolve, 50));
}
