import { join } from "node:path";
import { openBenchDatabase } from "./database.ts";
import { addAgents, addSites } from "./firm.ts";
import { pairRow, type Row } from "./rows.ts";
import { preciseNow, startWorker, type Worker } from "./worker.ts";

export interface AgentsBackPlan {
  readonly agents: number;
  readonly runs: number;
  /** For Node. The bare server gets the same. */
  readonly hubOptions: readonly string[];
}

/** How long nobody answers at the hub's port, on either side. */
const AWAY_MILLISECONDS = 3000;

/**
 * How long a fleet of agents takes to be back once a hub that was away listens again, beside bare clients with the same
 * patience that come back to a bare server. Homes are not opened: what is measured is the agents' own way in.
 */
export async function measureAgentsBack(plan: AgentsBackPlan, say: (line: string) => void): Promise<Row[]> {
  const database = await openBenchDatabase();
  const fleet = startWorker("agents-process.ts");
  const bare = startWorker("bare-agents-process.ts");
  const where = { databaseUrl: database.url, folder: database.folder };
  const open = async (port?: number): Promise<{ worker: Worker; port: number; at: number }> => {
    const worker = startWorker("hub-process.ts", plan.hubOptions);
    const opened = await worker.ask<number>("open", { ...where, ...(port === undefined ? {} : { port }) });
    return { worker, port: opened, at: await worker.ask<number>("listeningSince") };
  };
  const openBare = async (port?: number) => {
    const worker = startWorker("bare-door-process.ts", plan.hubOptions);
    return { worker, ...(await worker.ask<{ port: number; at: number }>("open", port === undefined ? {} : { port })) };
  };
  let hub: Worker | undefined;
  let door: Worker | undefined;
  try {
    const sites = await addSites(database.url, plan.agents);
    const keys = await fleet.ask<string[]>("lay", { folder: join(database.folder, "agents"), count: plan.agents });
    const hubKey = await addAgents(database.url, database.folder, sites, keys);
    const first = await open();
    hub = first.worker;
    const homes = sites.map((siteId) => ({ siteId, port: 8123 }));
    await fleet.ask("pair", { hub: `http://127.0.0.1:${first.port}`, hubKey, homes });
    await fleet.ask("whenAllOpen");
    const firstBare = await openBare();
    door = firstBare.worker;
    await bare.ask("begin", { url: `ws://127.0.0.1:${firstBare.port}`, clients: plan.agents });
    await bare.ask("whenAllOpen");

    const runs = [];
    for (let run = 1; run <= plan.runs; run += 1) {
      const ours = await timeBack(
        hub,
        fleet,
        () => open(first.port),
        (next) => (hub = next),
      );
      const theirs = await timeBack(
        door,
        bare,
        () => openBare(firstBare.port),
        (next) => (door = next),
      );
      runs.push({ ours, theirs });
      say(
        `run ${run}: ${plan.agents} agents back after ${ours.toFixed(0)} ms, bare clients after ${theirs.toFixed(0)} ms`,
      );
    }
    return [
      pairRow(
        `${plan.agents} agents back after a restart`,
        "ms",
        runs.map(({ ours, theirs }) => ({ ours, base: theirs })),
        2,
      ),
    ];
  } finally {
    await Promise.all([fleet.stop(), bare.stop()]);
    await Promise.all([hub?.stop(), door?.stop()]);
    await database.close();
  }
}

/** Ends it as a crash does, and times from the moment at which the next one listens. */
async function timeBack(
  server: Worker,
  clients: Worker,
  open: () => Promise<{ worker: Worker; at: number }>,
  keep: (next: Worker) => void,
): Promise<number> {
  const killedAt = preciseNow();
  await server.kill();
  await clients.ask("whenAllLost");
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, AWAY_MILLISECONDS - (preciseNow() - killedAt))));
  const back = clients.ask<number>("whenAllOpen");
  const { worker, at } = await open();
  keep(worker);
  return (await back) - at;
}
