import { openBenchDatabase } from "./database.ts";
import { pairRow, type Row, row } from "./rows.ts";
import { startWorker, type Worker } from "./worker.ts";

export interface RunsPlan {
  readonly homes: number;
  readonly runs: number;
  readonly waiting: number;
  /** How long the CPU of an idle hub is looked at. */
  readonly idleSeconds: number;
  /** For Node, such as `--cpu-prof`. The jobs get the same. */
  readonly hubOptions: readonly string[];
}

/** At least 0.8 times the rate of the jobs, so at most so many times their time. */
const SLOWER_AT_MOST = 1 / 0.8;
const PERCENT_OF_A_CORE = 1;

interface Measured {
  readonly milliseconds: number;
  readonly transactions: number;
  /** Of the hub's process alone, in microseconds. */
  readonly cpu: number;
}

/**
 * Runs of four steps, one of them a fix, through the whole engine (ledger, gate, log), beside raw pg-boss jobs on the same
 * Postgres: so many of them that they commit as many transactions as the runs do, about five to a run, since a job is
 * sent, fetched and completed. One job to a run, whose other transactions are inserts of one row, is a harder measure: it
 * is said in a line, and has no bar. Then what runs that only wait cost a hub that does nothing else.
 */
export async function measureRuns(plan: RunsPlan, say: (line: string) => void): Promise<Row[]> {
  const database = await openBenchDatabase();
  const hub = startWorker("runs-process.ts", plan.hubOptions);
  const jobs = startWorker("jobs-process.ts", plan.hubOptions);
  try {
    const { homes, waiting, idleSeconds } = plan;
    await hub.ask("open", { databaseUrl: database.url, sites: homes });
    await jobs.ask("open", { databaseUrl: database.url });
    await hub.ask("runAll");
    const measured = [];
    for (let number = 1; number <= plan.runs; number += 1) {
      const run = await hub.ask<Measured>("runAll");
      const { transactions } = run;
      const raw = await jobs.ask<Omit<Measured, "cpu">>("runJobs", { transactions });
      const each = Math.round(transactions / homes);
      const inserting = await jobs.ask<Omit<Measured, "cpu">>("runJobsWithRows", { jobs: homes, transactions: each });
      const ours = run.milliseconds / homes;
      const theirs = (raw.milliseconds / raw.transactions) * (transactions / homes);
      const harder = inserting.milliseconds / homes;
      measured.push({ ours, base: theirs });
      say(
        `run ${number}: ${ours.toFixed(1)} ms a run (${(run.cpu / homes / 1000).toFixed(1)} ms of the hub's CPU), with ${each} transactions; raw jobs with as many ${theirs.toFixed(1)} ms; ` +
          `for information, one job that inserts the rest row by row ${harder.toFixed(1)} ms (ratio ${(ours / harder).toFixed(2)})`,
      );
    }
    const empty = await cpuPercent(hub, idleSeconds);
    await hub.ask("addWaiting", { count: waiting });
    const full = await cpuPercent(hub, idleSeconds);
    say(`an idle hub takes ${empty.toFixed(2)} % of a core, with ${waiting} waiting runs ${full.toFixed(2)} %`);
    return [
      pairRow("a run of four steps beside raw jobs", "ms", measured, SLOWER_AT_MOST),
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
