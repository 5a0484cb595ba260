import type { ConsentRequestId } from "@caretaker/protocol";
import { answeredNo } from "./answers.ts";
import { memoryOf } from "./record.ts";
import { ON, REST, type Ride, type Turn } from "./ride.ts";

/**
 * A run that waits for the homeowner: null when there is something to go on with. Whether it still waits is read from
 * the locked row, since the answer may have come after the run was claimed. Silence is no answer: at the moment that the
 * database's clock says, the question ends, and nothing else ends it.
 */
export async function lookForAnswer(ride: Ride): Promise<Turn | null> {
  let turn: Turn | null = null;
  await ride.commit(async (trx, row, now) => {
    turn = null;
    if (row.status !== "waiting_for_consent" || row.stopRequestedAt !== null) return null;
    const until = row.waitingUntil === null ? now : new Date(row.waitingUntil);
    if (now < until) {
      turn = REST;
      return { events: [], wakeAt: until, release: true };
    }
    const requestId = memoryOf(row).question as ConsentRequestId;
    if (await ride.deps.consent.expire(trx, { requestId, now })) {
      turn = ON;
      return answeredNo(row, requestId, now);
    }
    // Answered in the last moment: whoever took the answer has woken this run for it.
    turn = REST;
    return { events: [], wakeAt: new Date(now.getTime() + 1000), release: true };
  });
  return turn;
}
