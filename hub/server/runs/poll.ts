import type { RunEventData, StepTest } from "@caretaker/protocol";
import { measurementWords } from "../runbooks/expect.ts";
import type { At } from "./items.ts";
import type { Ride, Turn } from "./ride.ts";
import { type ReadEvent, type Reading, read, readingKey } from "./steps/read.ts";
import { restUntil, waitForGateway } from "./waiting.ts";

export interface PollRequest {
  readonly test: StepTest;
  readonly purpose: NonNullable<ReadEvent["purpose"]>;
  /** How long it may take until it begins to hold. */
  readonly withinSeconds: number;
  /** How long it must then go on without a break. */
  readonly holdsSeconds: number;
}

export type Polled =
  | { readonly kind: "decided"; readonly reading: Reading; readonly events: readonly RunEventData[] }
  | { readonly kind: "turn"; readonly turn: Turn };

const SHORTEST = 1;
const LONGEST = 10;
const LOOKS = 30;

/**
 * One look at something that is waited for. Between two looks no worker is held; when this hub was down over the
 * deadline, there is one more look, and it decides.
 */
export async function poll(ride: Ride, at: At, request: PollRequest): Promise<Polled> {
  const begun = ride.now();
  const reading = await read(ride, at, request.test, request.purpose);
  const now = ride.now();
  if (reading.away !== null) {
    const turn = await waitForGateway(ride, now, reading.away);
    if (turn !== null) return { kind: "turn", turn };
  }
  const before = ride.active.poll;
  const deadline = before?.deadline ?? new Date(begun.getTime() + request.withinSeconds * 1000).toISOString();
  const heldSince = reading.result === "pass" ? (before?.heldSince ?? now.toISOString()) : null;
  const holdsUntil = heldSince === null ? null : Date.parse(heldSince) + request.holdsSeconds * 1000;
  const isDecided = holdsUntil === null ? now.getTime() >= Date.parse(deadline) : now.getTime() >= holdsUntil;
  if (isDecided) return { kind: "decided", reading, events: [reading.event] };

  const every = Math.min(LONGEST, Math.max(SHORTEST, request.withinSeconds / LOOKS)) * 1000;
  const next = Math.min(now.getTime() + every, holdsUntil ?? Date.parse(deadline));
  const key = readingKey(reading);
  const turn = await restUntil(ride, new Date(next), {
    // The same again is not worth a line; the last look always is.
    events: before?.recorded === key ? [] : [reading.event],
    memory: ride.note({ poll: { deadline, heldSince, recorded: key } }),
    why:
      holdsUntil === null
        ? measurementWords(reading.event.measurements, met(reading))
        : "It holds, and has to stay so.",
    shownUntil: new Date(Math.max(Date.parse(deadline), holdsUntil ?? 0)),
  });
  return { kind: "turn", turn };
}

function met({ result }: Reading): boolean | null {
  return result === "unknown" ? null : result === "pass";
}
