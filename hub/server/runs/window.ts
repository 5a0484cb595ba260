import type { RunEventData } from "@caretaker/protocol";
import { REST, type Ride, type Turn } from "./ride.ts";
import { takeLocks } from "./site-locks.ts";
import { endPause } from "./waiting.ts";

/** While another run works where this one would: it is looked at again so often. */
const LOOKS_EVERY_MILLISECONDS = 60_000;

/**
 * The homeowner chose another time, or the home sleeps: lets go of the run and of its locks until then. What it would
 * mend is measured once more before it begins, since a night is long.
 */
export async function waitForWindow(ride: Ride, { from, message }: { from: Date; message: string }): Promise<Turn> {
  await ride.commit(async (trx, row, now) => {
    const given = await trx.deleteFrom("siteLock").where("runId", "=", row.id).returning("lock").execute();
    const waiting: RunEventData = {
      kind: "run.waiting",
      for: "waiting_for_window",
      until: from.toISOString(),
      why: `${message} It goes on by itself.`,
    };
    const locks = given.map(({ lock }) => lock);
    return {
      events: [waiting],
      memory: {
        ...ride.note({ phase: "before", poll: null }),
        pause: { since: now.toISOString(), until: null, gatewayId: null, locks },
      },
      wakeAt: row.stopRequestedAt === null ? from : new Date(0),
      release: true,
    };
  });
  return REST;
}

/** One look at a run that waits for its time: null when it goes on. Its locks are had again first, or waited for. */
export async function lookForWindow(ride: Ride, now: Date): Promise<Turn | null> {
  const { waitingUntil } = ride.row;
  const isStopped = ride.row.stopRequestedAt !== null;
  if (!isStopped && waitingUntil !== null && now < new Date(waitingUntil)) {
    await ride.commit({ events: [], wakeAt: new Date(waitingUntil), release: true });
    return REST;
  }
  let goesOn = false;
  await ride.commit(async (trx, row, at) => {
    const locks = ride.memory.pause?.locks ?? [];
    goesOn = isStopped || (await takeLocks(trx, { runId: row.id, siteId: row.siteId, locks, now: at }));
    if (!goesOn) return { events: [], wakeAt: new Date(at.getTime() + LOOKS_EVERY_MILLISECONDS), release: true };
    const why = isStopped ? "The run is to stop." : "It may begin now.";
    return {
      events: [{ kind: "run.resumed", after: "waiting_for_window", why }],
      memory: endPause(ride.memory, at),
    };
  });
  return goesOn ? null : REST;
}
