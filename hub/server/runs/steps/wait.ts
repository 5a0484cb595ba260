import type { WaitStep } from "@caretaker/protocol";
import { poll } from "../poll.ts";
import { isAfterRehearsed, takeAsGood } from "../rehearsal.ts";
import { ON, type Ride, type Turn } from "../ride.ts";

const ONE_LOOK = { withinSeconds: 0, holdsSeconds: 0 };

/** Looks until it holds, or the time for it is over. */
export async function advanceWait(ride: Ride, step: WaitStep): Promise<Turn> {
  const { test } = step;
  const at = { step, item: null };
  // What nobody did does not come about, however long one waits: one look is all.
  const { withinSeconds, holdsSeconds } = isAfterRehearsed(ride) ? ONE_LOOK : step;
  const polled = await poll(ride, at, { test, purpose: "wait", withinSeconds, holdsSeconds });
  if (polled.kind === "turn") return polled.turn;
  if (polled.reading.result === "fail" && isAfterRehearsed(ride)) {
    return takeAsGood(ride, at, polled.events, polled.reading.output);
  }
  const { result, output } = polled.reading;
  const status = { pass: "passed", fail: "failed", unknown: "unknown" } as const;
  await ride.finishStep(status[result], result, { events: polled.events, output });
  return ON;
}
