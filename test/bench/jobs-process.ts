import pg from "pg";
import { PgBoss } from "pg-boss";
import { serveWorker } from "./worker.ts";

/** The baseline: raw pg-boss jobs, each sent, fetched and completed, which is one small transaction each. */

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

/** Jobs that do nothing, as many as commit so many transactions; says how many those really were. */
async function runJobs({ transactions }: { transactions: number }): Promise<Measured> {
  return measure(Math.round(transactions / OF_A_JOB), async () => {});
}

/** Jobs that commit so many transactions each: what a job itself does not, it inserts, row by row. */
async function runJobsWithRows(asked: { jobs: number; transactions: number }): Promise<Measured> {
  return measure(asked.jobs, async () => {
    for (let made = OF_A_JOB; made < asked.transactions; made += 1)
      await pool.query("insert into bench_row (words) values ($1)", [{ made }]);
  });
}

interface Measured {
  readonly milliseconds: number;
  readonly transactions: number;
}

async function measure(jobs: number, work: () => Promise<void>): Promise<Measured> {
  const before = await transactionsSoFar();
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
      await work();
      await boss.complete(QUEUE, job.id);
      undone -= 1;
    }
  };
  await Promise.all([...Array.from({ length: AT_ONCE }, sender), ...Array.from({ length: AT_ONCE }, worker)]);
  return { milliseconds: performance.now() - began, transactions: (await transactionsSoFar()) - before };
}

/** As the hub's are counted: those that wrote something and were committed. */
async function transactionsSoFar(): Promise<number> {
  const { rows } = await pool.query<{ now: string }>("select pg_current_xact_id()::text as now");
  return Number(rows[0]?.now);
}

serveWorker({ open, runJobs, runJobsWithRows }, async () => {
  await boss.stop({ graceful: false });
  await pool.end();
});
