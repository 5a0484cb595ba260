import { openBenchDatabase } from "./database.ts";
import { median, type Row, row } from "./rows.ts";
import { startWorker, type Worker } from "./worker.ts";

export interface RunsPlan {
  readonly homes: number;
  readonly runs: number;
  readonly waiting: number;
  /** How long the CPU of an idle hub is looked at. */
  readonly idleSeconds: number;
}

/** At least 0.8 times the rate of the jobs, so at most so many times their time. */
const SLOWER_AT_MOST = 1 / 0.8;
const PERCENT_OF_A_CORE = 1;

/**
 * Runs of four steps, one of them a fix, through the whole engine (ledger, gate, log), beside raw pg-boss jobs with as
 * many committed transactions on the same Postgres. Then what runs that only wait cost a hub that does nothing else.
 */
export async function measureRuns(plan: RunsPlan, say: (line: string) => void): Promise<Row[]> {
  const database = await openBenchDatabase();
  const hub = startWorker("runs-process.ts");
  const jobs = startWorker("jobs-process.ts");
  try {
    const { homes, waiting, idleSeconds } = plan;
    await hub.ask("open", { databaseUrl: database.url, sites: homes });
    await jobs.ask("open", { databaseUrl: database.url });
    await hub.ask("runAll");
    const measured = [];
    for (let number = 1; number <= plan.runs; number += 1) {
      const ours = await hub.ask<{ milliseconds: number; transactions: number }>("runAll");
      const transactions = Math.round(ours.transactions / homes);
      const theirs = await jobs.ask<number>("runAll", { jobs: homes, transactions });
      measured.push({ ours: ours.milliseconds / homes, theirs: theirs / homes });
      say(
        `run ${number}: ${((homes * 1000) / ours.milliseconds).toFixed(0)} runs a second beside ` +
          `${((homes * 1000) / theirs).toFixed(0)} jobs, each with ${transactions} transactions`,
      );
    }
    const empty = await cpuPercent(hub, idleSeconds);
    await hub.ask("addWaiting", { count: waiting });
    const full = await cpuPercent(hub, idleSeconds);
    say(`an idle hub takes ${empty.toFixed(2)} % of a core, with ${waiting} waiting runs ${full.toFixed(2)} %`);
    return [
      row(
        "a run of four steps beside a job",
        "ms",
        median(measured.map(({ ours }) => ours)),
        median(measured.map(({ theirs }) => theirs)),
        SLOWER_AT_MOST,
      ),
      row(`${waiting} waiting runs, more than none`, "% of a core", Math.max(0, full - empty), PERCENT_OF_A_CORE, 1),
    ];
  } finally {
    await Promise.all([hub.stop(), jobs.stop()]);
    await database.close();
  }
}

async function cpuPercent(hub: Worker, seconds: number): Promise<number> {
  const before = await hub.ask<number>("cpu");
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  return ((await hub.ask<number>("cpu")) - before) / (seconds * 10_000);
}
