import type { WaitStep } from "@caretaker/protocol";
import { poll } from "../poll.ts";
import { ON, type Ride, type Turn } from "../ride.ts";

/** Looks until it holds, or the time for it is over. */
export async function advanceWait(ride: Ride, step: WaitStep): Promise<Turn> {
  const { test, withinSeconds, holdsSeconds } = step;
  const polled = await poll(ride, step, { test, purpose: "wait", withinSeconds, holdsSeconds });
  if (polled.kind === "turn") return polled.turn;
  const { result, output } = polled.reading;
  const status = { pass: "passed", fail: "failed", unknown: "unknown" } as const;
  await ride.finishStep(status[result], result, { events: polled.events, output });
  return ON;
}
