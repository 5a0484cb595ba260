import pg from "pg";
import { PgBoss } from "pg-boss";
import { serveWorker } from "./worker.ts";

/** The baseline: raw pg-boss jobs that commit as many transactions as a run does, each of one small row. */

const QUEUE = "bench";
const AT_ONCE = 10;
/** Of the queue itself: sending, fetching and completing a job are one each. */
const OF_A_JOB = 3;
let boss: PgBoss;
let pool: pg.Pool;

async function open({ databaseUrl }: { databaseUrl: string }): Promise<void> {
  pool = new pg.Pool({ connectionString: databaseUrl, max: AT_ONCE });
  await pool.query("create table bench_row (id bigserial primary key, words jsonb not null)");
  boss = new PgBoss({ connectionString: databaseUrl, max: AT_ONCE, supervise: false, schedule: false });
  await boss.start();
  await boss.createQueue(QUEUE);
}

async function runAll({ jobs, transactions }: { jobs: number; transactions: number }): Promise<number> {
  const began = performance.now();
  let unsent = jobs;
  let undone = jobs;
  const sender = async (): Promise<void> => {
    for (; unsent > 0; ) {
      unsent -= 1;
      await boss.send(QUEUE, { words: "of a job" });
    }
  };
  const worker = async (): Promise<void> => {
    while (undone > 0) {
      const [job] = await boss.fetch(QUEUE, { batchSize: 1 });
      if (job === undefined) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        continue;
      }
      for (let made = OF_A_JOB; made < transactions; made += 1)
        await pool.query("insert into bench_row (words) values ($1)", [{ made }]);
      await boss.complete(QUEUE, job.id);
      undone -= 1;
    }
  };
  await Promise.all([...Array.from({ length: AT_ONCE }, sender), ...Array.from({ length: AT_ONCE }, worker)]);
  return performance.now() - began;
}

serveWorker({ open, runAll }, async () => {
  await boss.stop({ graceful: false });
  await pool.end();
});
