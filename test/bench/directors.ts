import { openBenchDatabase } from "./database.ts";
import type { DirectorHome } from "./directors-process.ts";
import { settled } from "./fan-out.ts";
import { addHomes, type BenchGateway } from "./firm.ts";
import { pairRow, type Row } from "./rows.ts";
import { startWorker, type Worker } from "./worker.ts";

export interface DirectorsPlan {
  readonly homes: number;
  readonly perSecond: number;
  readonly seconds: number;
  readonly runs: number;
  /** For Node, such as `--cpu-prof`. */
  readonly hubOptions: readonly string[];
}

/**
 * Control4 homes that push all the time: a hub that keeps their state, in turns with a bare client for each home that
 * parses what comes. Each has homes of its own, which push the same.
 */
export async function measureDirectors(plan: DirectorsPlan, say: (line: string) => void): Promise<Row[]> {
  const database = await openBenchDatabase();
  const directors = startWorker("directors-process.ts");
  const hub = startWorker("hub-process.ts", ["--expose-gc", ...plan.hubOptions]);
  const bare = startWorker("bare-directors-process.ts", plan.hubOptions);
  try {
    const { homes, perSecond, seconds } = plan;
    const ours = await directors.ask<DirectorHome[]>("open", { group: "ours", homes });
    const theirs = await directors.ask<DirectorHome[]>("open", { group: "bare", homes });
    await addHomes(database.url, database.folder, ours, gatewayOf);
    await hub.ask("open", { databaseUrl: database.url, folder: database.folder });
    await hub.ask("whenAllOnline");
    await settled(hub, homes);
    await bare.ask("open", { homes: theirs });
    for (const group of ["ours", "bare"])
      if (!(await directors.ask<boolean>("isWatched", { group }))) throw new Error(`Nobody hears ${group}`);
    say(`${homes} Control4 homes are followed by the hub, as many by bare clients`);

    const measure = async (worker: Worker, group: string, length: number): Promise<number> => {
      const before = await worker.ask<number>("cpu");
      const sent = await directors.ask<number>("emit", { group, perSecond, seconds: length });
      await new Promise((resolve) => setTimeout(resolve, 300));
      return ((await worker.ask<number>("cpu")) - before) / sent;
    };
    await measure(hub, "ours", Math.min(3, seconds));
    await measure(bare, "bare", Math.min(3, seconds));
    const runs = [];
    for (let run = 1; run <= plan.runs; run += 1) {
      const own = await measure(hub, "ours", seconds);
      const base = await measure(bare, "bare", seconds);
      runs.push({ ours: own, base });
      say(`run ${run}: ${own.toFixed(1)} µs beside ${base.toFixed(1)} µs per push`);
    }
    if ((await bare.ask<number>("heard")) < perSecond * seconds * plan.runs)
      throw new Error("The bare clients missed pushes");
    const name = `Director push of ${homes} homes at ${perSecond}/s: hub CPU per event`;
    return [pairRow(name, "µs", runs, 1.2)];
  } finally {
    await Promise.all([bare.stop(), hub.stop()]);
    await directors.stop();
    await database.close();
  }
}

function gatewayOf({ password = "", applicationKey = "", ...config }: DirectorHome): BenchGateway {
  return { connector: "control4", address: config.address ?? "", config, secrets: { password, applicationKey } };
}
