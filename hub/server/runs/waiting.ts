import {
  type GatewayId,
  type GatewayState,
  isCaretakerError,
  LINK_LOST_AFTER_SECONDS,
  type RunEventData,
} from "@caretaker/protocol";
import type { RunsDeps } from "./deps.ts";
import type { ActiveStep, RunMemory } from "./memory.ts";
import { REST, type Ride, type Turn } from "./ride.ts";

const LOOKS_EVERY_MILLISECONDS = 3000;

/** Lets go of the run until `until`, or until somebody wakes it. A person sees what it waits for. */
export async function restUntil(
  ride: Ride,
  until: Date,
  change: {
    readonly events?: readonly RunEventData[];
    readonly memory: RunMemory;
    readonly why: string;
    readonly shownUntil: Date;
  },
): Promise<Turn> {
  await ride.commit((_trx, row) => ({
    events: [
      ...(change.events ?? []),
      ...(row.status === "running"
        ? [
            {
              kind: "run.waiting" as const,
              for: "waiting_for_timer" as const,
              until: change.shownUntil.toISOString(),
              why: change.why,
            },
          ]
        : []),
    ],
    memory: change.memory,
    // A stop that came meanwhile is looked at now, not after the rest.
    wakeAt: row.stopRequestedAt === null || isStopSeen(ride) ? until : new Date(0),
    release: true,
  }));
  return REST;
}

/** Whether the engine has already taken the stop into account: what still runs is being finished or put back. */
function isStopSeen(ride: Ride): boolean {
  return ride.row.stopRequestedAt !== null;
}

/** Says that it goes on, after resting with nothing more to wait for. */
export function resumed(ride: Ride, why: string): RunEventData[] {
  const { status } = ride.row;
  return status === "waiting_for_timer" ? [{ kind: "run.resumed", after: status, why }] : [];
}

/**
 * The gateway is away: waits for it without a worker, ten minutes in all, and not at the cost of the limit. Returns null
 * when that time is used up and the reading counts as it is.
 */
export async function waitForGateway(ride: Ride, now: Date, gatewayId: GatewayId): Promise<Turn | null> {
  const patience = (ride.deps.gatewayPatienceSeconds ?? LINK_LOST_AFTER_SECONDS) * 1000 - ride.memory.waitedForGateway;
  if (patience <= 0) return null;
  const until = new Date(now.getTime() + patience);
  const why = "The gateway is not connected now. It goes on when it is back.";
  await ride.commit((_trx, row) => ({
    events: [{ kind: "run.waiting", for: "waiting_for_gateway", until: until.toISOString(), why }],
    memory: { ...ride.memory, pause: { since: now.toISOString(), until: until.toISOString(), gatewayId } },
    wakeAt: row.stopRequestedAt === null ? new Date(now.getTime() + LOOKS_EVERY_MILLISECONDS) : new Date(0),
    release: true,
  }));
  return REST;
}

/** One look at a gateway that a run waits for: null when the run goes on, with it or without. */
export async function lookForGateway(ride: Ride, now: Date): Promise<Turn | null> {
  const { pause } = ride.memory;
  const isBack = !isAway(ride.deps, (pause?.gatewayId ?? ride.gatewayId) as GatewayId);
  const isTooLong = pause?.until != null && now.getTime() >= Date.parse(pause.until);
  if (!isBack && !isTooLong && ride.row.stopRequestedAt === null) {
    await ride.commit({ events: [], wakeAt: new Date(now.getTime() + LOOKS_EVERY_MILLISECONDS), release: true });
    return REST;
  }
  const why = isBack ? "The gateway is back." : isTooLong ? "The gateway stayed away too long." : "The run is to stop.";
  await ride.commit({
    events: [{ kind: "run.resumed", after: "waiting_for_gateway", why }],
    memory: endPause(ride.memory, now),
  });
  return null;
}

/** A gateway that comes back by itself, sooner or later. In the other states a person has to do something first. */
const COMES_BACK: ReadonlySet<GatewayState> = new Set(["connecting", "restarting", "unreachable", "misbehaving"]);

export function isAway({ gateways }: Pick<RunsDeps, "gateways">, gatewayId: GatewayId): boolean {
  try {
    return COMES_BACK.has(gateways.status(gatewayId).state);
  } catch (error) {
    // It was removed: it will not come back.
    if (isCaretakerError(error, "not_found")) return false;
    throw error;
  }
}

/** A pause is over: it does not count against the limit, and what had to happen by a moment gets that time on top. */
export function endPause(memory: RunMemory, now: Date): RunMemory {
  if (memory.pause === null) return memory;
  const paused = Math.max(0, now.getTime() - Date.parse(memory.pause.since));
  return {
    ...memory,
    pause: null,
    pausedFor: memory.pausedFor + paused,
    waitedForGateway: memory.waitedForGateway + (memory.pause.gatewayId === null ? 0 : paused),
    active: later(memory.active, paused),
  };
}

function later(active: ActiveStep | null, milliseconds: number): ActiveStep | null {
  if (active?.poll == null) return active;
  const deadline = new Date(Date.parse(active.poll.deadline) + milliseconds).toISOString();
  // Nobody saw whether it held meanwhile.
  return { ...active, poll: { ...active.poll, deadline, heldSince: null } };
}
