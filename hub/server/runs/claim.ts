import { sql } from "kysely";
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
 */
export async function claimDue({ db, now, clock, hubId }: RunsDeps): Promise<Claimed | undefined> {
  const at = await now(db);
  const heard = clock.monotonic();
  const until = new Date(at.getTime() + LEASE_SECONDS * 1000);
  const row = await db
    .with("due", (one) =>
      one
        .selectFrom("run")
        .select(["id", "wakeAt as dueAt"])
        .where("wakeAt", "<=", at.toISOString())
        .where((where) => where.or([where("claimedUntil", "is", null), where("claimedUntil", "<=", at.toISOString())]))
        .where(isWithin(hubId, at))
        .orderBy("wakeAt")
        .limit(1)
        .forUpdate()
        .skipLocked(),
    )
    .updateTable("run")
    .from("due")
    .set({ claimedBy: hubId, claimedUntil: until, wakeAt: until, fencing: sql`fencing + 1` })
    .whereRef("run.id", "=", "due.id")
    .returningAll("run")
    .returning("due.dueAt")
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { dueAt, ...run } = row;
  return { run, lateMilliseconds: dueAt === null ? 0 : Math.max(0, at.getTime() - Date.parse(dueAt)), at, heard };
}

/** Keeps a claim that is still ours, while an act or a read takes its time. Says whether it is. */
export async function renewClaim({ db, now, hubId }: RunsDeps, runId: string, fencing: number): Promise<boolean> {
  const until = new Date((await now(db)).getTime() + LEASE_SECONDS * 1000);
  const row = await db
    .updateTable("run")
    .set({ claimedUntil: until, wakeAt: until })
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

/** Whether this hub reaches the run's home: an agent has its line at one of the hubs, and that one works on what is behind it. */
function isWithin(hubId: string, at: Date) {
  return sql<boolean>`not exists (select 1 from gateway join agent on agent.id = gateway.agent_id
    where gateway.id = run.gateway_id and agent.line_until > ${at.toISOString()} and agent.line_hub <> ${hubId})`;
}

/** Milliseconds until the next run is due that this hub can take; null when none waits for a moment. */
export async function nextDueIn(db: Database, at: Date, hubId: string): Promise<number | null> {
  const { wakeAt } = await db
    .selectFrom("run")
    .select((select) => select.fn.min("wakeAt").as("wakeAt"))
    .where("wakeAt", "is not", null)
    .where(isWithin(hubId, at))
    .executeTakeFirstOrThrow();
  return wakeAt === null ? null : Math.max(0, new Date(wakeAt as unknown as string).getTime() - at.getTime());
}
