import type { CheckStep } from "@caretaker/protocol";
import { atItem, finishAt } from "../items.ts";
import { isAfterRehearsed, takeAsGood } from "../rehearsal.ts";
import { ON, type Ride, type Turn } from "../ride.ts";
import { restUntil, waitForGateway } from "../waiting.ts";
import { read } from "./read.ts";

/** As whoever waits for the next try reads it. */
const SEEN = { pass: "as expected", fail: "not as expected", unknown: "not known" } as const;

/** Reads and judges; again after a while where it may try more than once and it did not pass. */
export async function advanceCheck(ride: Ride, step: CheckStep): Promise<Turn> {
  const at = await atItem(ride, step, ride.active.item);
  const reading = await read(ride, at, step.test, "check");
  const now = ride.now();
  if (reading.away !== null) {
    const turn = await waitForGateway(ride, now, reading.away);
    if (turn !== null) return turn;
  }
  if (reading.result === "fail" && isAfterRehearsed(ride)) return takeAsGood(ride, at, [reading.event], reading.output);
  const tries = ride.active.tries + 1;
  if (reading.result !== "pass" && tries < step.tries.times) {
    const until = new Date(now.getTime() + step.tries.everySeconds * 1000);
    return restUntil(ride, until, {
      events: [reading.event],
      memory: ride.note({ tries }),
      why: `Try ${tries} of ${step.tries.times}: ${SEEN[reading.result]}.`,
      shownUntil: until,
    });
  }
  const status = { pass: "passed", fail: "failed", unknown: "unknown" } as const;
  await finishAt(ride, at, status[reading.result], reading.result, { events: [reading.event], output: reading.output });
  return ON;
}
