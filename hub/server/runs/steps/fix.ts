import type { FixStep, RunEventData } from "@caretaker/protocol";
import { planAct } from "../acts.ts";
import { askHomeowner } from "../ask.ts";
import { type Acted, act } from "../gate.ts";
import type { RunMemory } from "../memory.ts";
import { poll } from "../poll.ts";
import { rehearseFix } from "../rehearsal.ts";
import { ON, REST, type Ride, type Turn } from "../ride.ts";
import { endStopped } from "../stop.ts";
import { isAway, restUntil, resumed, waitForGateway } from "../waiting.ts";
import { waitForWindow } from "../window.ts";
import { beginUndoing } from "./undo.ts";

/** Reads what is to be proven, acts once, proves it; a further try follows a verify that failed, and nothing else. */
export async function advanceFix(ride: Ride, step: FixStep): Promise<Turn> {
  switch (ride.active.phase) {
    case "before":
      return lookBefore(ride, step);
    case "act":
      return send(ride, step);
    case "verify":
      return verify(ride, step);
    case "pause":
      return pause(ride);
    default:
      throw new Error(`A fix has no phase ${ride.active.phase}.`);
  }
}

/**
 * The measurement before the fix: half of its evidence. Where it already holds, as it may when a homeowner took hours
 * to answer, nothing is done: to act would prove nothing, and disturb somebody for nothing.
 */
async function lookBefore(ride: Ride, step: FixStep): Promise<Turn> {
  const { test, holdsSeconds } = step.verify;
  const polled = await poll(ride, step, { test, purpose: "before", withinSeconds: 0, holdsSeconds });
  if (polled.kind === "turn") return polled.turn;
  const { reading, events } = polled;
  if (reading.result === "pass") {
    const because = "What this would fix is well already, so nothing was done.";
    const decided: RunEventData = { kind: "step.decided", step: step.name, branch: "fixed", because };
    await ride.finishStep("fixed", "fixed", { events: [...events, decided], output: reading.output });
    return ON;
  }
  await ride.commit({
    events: [...resumed(ride, "It can begin."), ...events],
    memory: ride.note({ phase: "act", poll: null }),
  });
  return ON;
}

async function send(ride: Ride, step: FixStep): Promise<Turn> {
  const planned = await planAct(ride, step);
  if (!planned.ok) return unknown(ride, step, `${step.do} was not sent: ${planned.why}.`);
  if (ride.row.isRehearsal) return rehearseFix(ride, planned.act);
  if (isAway(ride.deps, planned.act.gatewayId)) {
    const turn = await waitForGateway(ride, await ride.now(), planned.act.gatewayId);
    return turn ?? unknown(ride, step, `${step.do} was not sent: the gateway is not connected.`);
  }
  const number = ride.active.tries + 1;
  const acted = await act(ride, {
    act: planned.act,
    purpose: "do",
    number,
    memory: (attemptId) => sentNow(ride, step.name, { phase: "acting", attemptId, tries: number }),
    after: (outcome) => ({
      ...ride.note({ phase: "verify", act: outcome, poll: null }),
      // What certainly did not happen need not be taken back.
      sent:
        outcome === "failed" && number === 1 ? ride.memory.sent.filter((name) => name !== step.name) : ride.memory.sent,
    }),
  });
  if (acted.kind === "not_yet") return waitForWindow(ride, acted);
  return acted.kind === "refused" ? refused(ride, step, acted) : ON;
}

function sentNow(ride: Ride, name: string, active: Partial<NonNullable<RunMemory["active"]>>): RunMemory {
  return ride.note(active, { sent: [...ride.memory.sent.filter((one) => one !== name), name] });
}

async function refused(ride: Ride, step: FixStep, acted: Extract<Acted, { kind: "refused" }>): Promise<Turn> {
  const isToBeAsked = acted.code === "consent_missing" && !acted.isDrift && !ride.memory.asked.includes(step.name);
  if (isToBeAsked) return askHomeowner(ride, step);
  const { code, message } = acted;
  const event: RunEventData = { kind: "fix.refused", step: step.name, code, message };
  if (ride.row.stopRequestedAt !== null || (await isStopped(ride))) {
    await ride.commit({ events: [event] });
    return endStopped(ride);
  }
  const outcome = code === "consent_refused" ? "refused" : "not_fixed";
  await ride.commit({
    events: [
      event,
      { kind: "step.ended", step: step.name, status: "stopped", result: code },
      { kind: "run.finished", outcome, note: message },
    ],
  });
  return ON;
}

/** Whether a stop came between this turn's beginning and the gate. */
async function isStopped(ride: Ride): Promise<boolean> {
  await ride.commit({ events: [] });
  return ride.row.stopRequestedAt !== null;
}

async function verify(ride: Ride, step: FixStep): Promise<Turn> {
  const { test, withinSeconds, holdsSeconds } = step.verify;
  const { act: outcome, tries } = ride.active;
  // Where the gateway said no, nothing happens that could be waited for.
  const within = outcome === "failed" ? 0 : withinSeconds;
  const polled = await poll(ride, step, { test, purpose: "verify", withinSeconds: within, holdsSeconds });
  if (polled.kind === "turn") return polled.turn;
  const { reading, events } = polled;
  if (reading.result === "pass") {
    await ride.finishStep("fixed", "fixed", { events, output: reading.output });
    return ON;
  }
  if (reading.result === "unknown") {
    await ride.finishStep(outcome === "uncertain" ? "uncertain" : "unknown", "unknown", { events });
    return ON;
  }
  if (tries < step.tries.times && ride.row.stopRequestedAt === null) {
    const until = new Date((await ride.now()).getTime() + step.tries.everySeconds * 1000);
    const deadline = until.toISOString();
    return restUntil(ride, until, {
      events,
      memory: ride.note({ phase: "pause", act: null, poll: { deadline, heldSince: null, recorded: null } }),
      why: `Try ${tries} of ${step.tries.times} did not help.`,
      shownUntil: until,
    });
  }
  await ride.finishStep("failed", "failed", { events, output: reading.output });
  return ON;
}

async function pause(ride: Ride): Promise<Turn> {
  const until = new Date(ride.active.poll?.deadline ?? 0);
  if ((await ride.now()) < until) {
    await ride.commit({ events: [], wakeAt: until, release: true });
    return REST;
  }
  await ride.commit({
    events: resumed(ride, "The next try can begin."),
    memory: ride.note({ phase: "act", poll: null }),
  });
  return ON;
}

/** What could not even be sent has no result; an unknown never leads to another fix. */
async function unknown(ride: Ride, step: FixStep, because: string): Promise<Turn> {
  const decided: RunEventData = { kind: "step.decided", step: step.name, branch: "unknown", because };
  await ride.finishStep("unknown", "unknown", { events: [decided] });
  return ON;
}

/** Stops what runs: it is put back where that can be done and the homeowner said stop, otherwise it is finished first. */
export function stopFix(ride: Ride, step: FixStep): Promise<Turn> {
  const wasSent = ride.memory.sent.includes(step.name) && ride.active.tries > 0;
  if (ride.row.isWithdrawn && wasSent && step.undo !== null) return beginUndoing(ride, [step.name], "stop");
  return ride.active.phase === "verify" ? verify(ride, step) : endStopped(ride);
}
