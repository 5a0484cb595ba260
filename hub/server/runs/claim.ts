import type { RunId } from "@caretaker/protocol";
import { sql } from "kysely";
import { oneBuiltOnce } from "../db/built-once.ts";
import type { Database } from "../db/database.ts";
import { LEASE_SECONDS, type RunsDeps } from "./deps.ts";
import type { RunRow } from "./record.ts";

export interface Claimed {
  readonly run: RunRow;
  /** How long it was due before anybody took it: while all workers were busy, or no hub ran. */
  readonly lateMilliseconds: number;
  /** What the database's clock said, and the clock that never jumps just after that. */
  readonly at: Date;
  readonly heard: number;
}

/**
 * Takes the run that has been due longest, if any. Two hubs never get the same one: rows that another looks at are
 * skipped. Each claim has a higher fencing number than the one before, and what an older one still writes is refused.
 * A run stays due while it is worked on, behind its claim: so whoever looks finds it once that has run out, and the many
 * small steps of a run change nothing that an index is made of.
 */
export async function claimDue({ db, now, clock, hubId }: RunsDeps): Promise<Claimed | undefined> {
  const at = await now(db);
  const heard = clock.monotonic();
  const until = new Date(at.getTime() + LEASE_SECONDS * 1000);
  const row = await takeDue(db, { at: at.toISOString(), hubId, until });
  if (row === undefined) return undefined;
  const { dueAt, ...run } = row;
  return { run, lateMilliseconds: dueAt === null ? 0 : Math.max(0, at.getTime() - Date.parse(dueAt)), at, heard };
}

/** So long a run that was handed over is left to that hub; then it is anybody's again, for a hub may be gone. */
const HANDED_MILLISECONDS = 2000;

/** Takes a run that another hub has handed over to this one, while nobody else has it. */
export async function claimHanded({ db, now, clock, hubId }: RunsDeps, runId: RunId): Promise<Claimed | undefined> {
  const at = await now(db);
  const heard = clock.monotonic();
  const run = await db
    .updateTable("run")
    .set({
      claimedBy: hubId,
      claimedUntil: new Date(at.getTime() + LEASE_SECONDS * 1000),
      fencing: sql`fencing + 1`,
    })
    .where("id", "=", runId)
    .where("wakeAt", "<=", new Date(at.getTime() + HANDED_MILLISECONDS).toISOString())
    .where((where) => where.or([where("claimedUntil", "is", null), where("claimedUntil", "<=", at.toISOString())]))
    .returningAll()
    .executeTakeFirst();
  return run === undefined ? undefined : { run, lateMilliseconds: 0, at, heard };
}

/** Gives a run back to a hub that is told of it, and after a moment to anybody. */
export function giveTo(deps: RunsDeps, { run, at }: Claimed): Promise<void> {
  return giveBack(deps, run.id, run.fencing, new Date(at.getTime() + HANDED_MILLISECONDS));
}

/**
 * One plan is good for every claim: where the planner could look into a moment, or were told the limit with the question,
 * it would make one each time, which costs more than the query.
 */
const moment = (at: string) => sql<string>`(select ${at}::timestamptz)`;
const ONE = sql.lit(1);

const takeDue = oneBuiltOnce((db, { at, hubId, until }: { at: string; hubId: string; until: Date }) =>
  db
    .with("due", (one) =>
      one
        .selectFrom("run")
        .select("id")
        .select((select) => select.fn<string | null>("greatest", ["wakeAt", "claimedUntil"]).as("dueAt"))
        .where("wakeAt", "<=", moment(at))
        .where((where) => where.or([where("claimedUntil", "is", null), where("claimedUntil", "<=", moment(at))]))
        .orderBy("wakeAt")
        .limit(ONE)
        .forUpdate()
        .skipLocked(),
    )
    .updateTable("run")
    .from("due")
    .set({ claimedBy: hubId, claimedUntil: until, fencing: sql`fencing + 1` })
    .whereRef("run.id", "=", "due.id")
    .returningAll("run")
    .returning("due.dueAt"),
);

/** Keeps a claim that is still ours, while an act or a read takes its time. Says whether it is. */
export async function renewClaim({ db, now, hubId }: RunsDeps, runId: string, fencing: number): Promise<boolean> {
  const until = new Date((await now(db)).getTime() + LEASE_SECONDS * 1000);
  const row = await db
    .updateTable("run")
    .set({ claimedUntil: until })
    .where("id", "=", runId)
    .where("fencing", "=", fencing)
    .where("claimedBy", "=", hubId)
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}

/** Gives a run back that could not go on, to be tried again at `wakeAt`. */
export async function giveBack({ db, hubId }: RunsDeps, runId: string, fencing: number, wakeAt: Date): Promise<void> {
  await db
    .updateTable("run")
    .set({ claimedBy: null, claimedUntil: null, wakeAt })
    .where("id", "=", runId)
    .where("fencing", "=", fencing)
    .where("claimedBy", "=", hubId)
    .execute();
}

/** Milliseconds until the next run is due, or a claim runs out; null when none waits for a moment. */
export async function nextDueIn(db: Database, at: Date): Promise<number | null> {
  const { due, lapses } = (await selectNextDue(db, { at: at.toISOString() })) ?? { due: null, lapses: null };
  const moments = [due, lapses].filter((moment) => moment !== null).map((moment) => Date.parse(moment));
  return moments.length === 0 ? null : Math.max(0, Math.min(...moments) - at.getTime());
}

/** Far more than the workers of all hubs. */
const MOST_CLAIMED = 1000;

const selectNextDue = oneBuiltOnce((db, { at }: { at: string }) =>
  db.selectNoFrom((select) => [
    select
      .selectFrom("run")
      .select("wakeAt")
      .where("wakeAt", "is not", null)
      .where("claimedUntil", "is", null)
      .orderBy("wakeAt")
      .limit(ONE)
      .as("due"),
    // What is worked on is due still: it stands before all that waits for a moment.
    select
      .selectFrom((one) =>
        one
          .selectFrom("run")
          .select("claimedUntil")
          .where("wakeAt", "<=", moment(at))
          .orderBy("wakeAt")
          .limit(sql.lit(MOST_CLAIMED))
          .as("claimed"),
      )
      .select((one) => one.fn.min("claimed.claimedUntil").as("first"))
      .as("lapses"),
  ]),
);
