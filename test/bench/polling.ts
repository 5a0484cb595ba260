import { openBenchDatabase } from "./database.ts";
import { addHomes } from "./firm.ts";
import type { FleetHome } from "./fleet-process.ts";
import { pairRow, type Row } from "./rows.ts";
import { startWorker, type Worker } from "./worker.ts";

export interface PollingPlan {
  readonly homes: number;
  /** Of each home; a quarter as many shades. */
  readonly lights: number;
  readonly seconds: number;
  readonly runs: number;
  /** For Node, such as `--cpu-prof`. The bare client gets the same. */
  readonly hubOptions: readonly string[];
}

/** How often a Crestron Home is asked, by the connector and by the bare client. */
const EVERY_SECONDS = 15;

/**
 * The hub's CPU while it asks a fleet of Crestron Homes in which nothing changes, beside a bare keep-alive client that
 * parses the same bodies. Both ask the same homes at the same time, each in a process of its own.
 */
export async function measurePolling(plan: PollingPlan, say: (line: string) => void): Promise<Row[]> {
  const database = await openBenchDatabase();
  const fleet = startWorker("crestron-homes-process.ts");
  const hub = startWorker("hub-process.ts", plan.hubOptions);
  const bare = startWorker("bare-polling-process.ts", plan.hubOptions);
  try {
    const { homes, lights, seconds, runs } = plan;
    const opened = await fleet.ask<FleetHome[]>("open", { homes, lights });
    await addHomes(database.url, database.folder, opened, ({ port, token }) => {
      const homeAddress = `http://127.0.0.1:${port}`;
      return { connector: "crestron", address: homeAddress, config: { homeAddress }, secrets: { homeToken: token } };
    });
    await hub.ask("open", { databaseUrl: database.url, folder: database.folder });
    await hub.ask("whenAllOnline");
    await bare.ask("open", { homes: opened, everySeconds: EVERY_SECONDS });
    await wait(EVERY_SECONDS * 2);
    const measured = [];
    for (let run = 1; run <= runs; run += 1) {
      const before = await countOf(fleet, bare);
      const [ours, theirs] = await Promise.all([cpuWithin(hub, seconds), cpuWithin(bare, seconds)]);
      const after = await countOf(fleet, bare);
      const perAnswer = { ours: ours / (after.ours - before.ours), theirs: theirs / (after.theirs - before.theirs) };
      measured.push(perAnswer);
      say(
        `run ${run}: ${perAnswer.ours.toFixed(0)} us an answer beside ${perAnswer.theirs.toFixed(0)}, ` +
          `with ${after.ours - before.ours} and ${after.theirs - before.theirs} answers`,
      );
    }
    return [
      pairRow(
        `${homes} Crestron Homes asked every ${EVERY_SECONDS} s`,
        "us CPU an answer",
        measured.map(({ ours, theirs }) => ({ ours, base: theirs })),
        1.2,
      ),
    ];
  } finally {
    await Promise.all([hub.stop(), bare.stop(), fleet.stop()]);
    await database.close();
  }
}

/** The homes hear of both; the bare client knows which were its own. */
async function countOf(fleet: Worker, bare: Worker): Promise<{ ours: number; theirs: number }> {
  const [all, theirs] = await Promise.all([fleet.ask<number>("asked"), bare.ask<number>("asked")]);
  return { ours: all - theirs, theirs };
}

async function cpuWithin(worker: Worker, seconds: number): Promise<number> {
  const before = await worker.ask<number>("cpu");
  await wait(seconds);
  return (await worker.ask<number>("cpu")) - before;
}

function wait(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
