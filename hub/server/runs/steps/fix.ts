import type { FixStep, RunEventData } from "@caretaker/protocol";
import { planAct } from "../acts.ts";
import { askHomeowner, waitForYesAtHome } from "../ask.ts";
import { type Acted, act } from "../gate.ts";
import { type At, atItem, finishAt } from "../items.ts";
import type { RunMemory } from "../memory.ts";
import { placeOf, placeWord } from "../place.ts";
import { poll } from "../poll.ts";
import { rehearseFix } from "../rehearsal.ts";
import { ON, REST, type Ride, type Turn } from "../ride.ts";
import { endStopped } from "../stop.ts";
import { isAway, restUntil, resumed, waitForGateway } from "../waiting.ts";
import { waitForWindow } from "../window.ts";
import { beginUndoing } from "./undo.ts";

/** Reads what is to be proven, acts once, proves it; a further try follows a verify that failed, and nothing else. */
export async function advanceFix(ride: Ride, step: FixStep): Promise<Turn> {
  const at = await atItem(ride, step, ride.active.item);
  switch (ride.active.phase) {
    case "before":
      return lookBefore(ride, at);
    case "act":
      return send(ride, at);
    case "verify":
      return verify(ride, at);
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
async function lookBefore(ride: Ride, at: At<FixStep>): Promise<Turn> {
  const { test, holdsSeconds } = at.step.verify;
  const polled = await poll(ride, at, { test, purpose: "before", withinSeconds: 0, holdsSeconds });
  if (polled.kind === "turn") return polled.turn;
  const { reading, events } = polled;
  if (reading.result === "pass") {
    const because = "What this would fix is well already, so nothing was done.";
    const decided: RunEventData = { kind: "step.decided", ...placeOf(at), branch: "fixed", because };
    await finishAt(ride, at, "fixed", "fixed", { events: [...events, decided], output: reading.output });
    return ON;
  }
  if (reading.result === "unknown") {
    return unknown(ride, at, "What this would fix could not be seen, so nothing was done.", events);
  }
  await ride.commit({
    events: [...resumed(ride, "It can begin."), ...events],
    memory: ride.note({ phase: "act", poll: null }),
  });
  return ON;
}

async function send(ride: Ride, at: At<FixStep>): Promise<Turn> {
  const { step } = at;
  const planned = await planAct(ride, at);
  if (!planned.ok) return unknown(ride, at, `${step.do} was not sent: ${planned.why}.`);
  if (ride.row.isRehearsal) return rehearseFix(ride, at, planned.act);
  if (isAway(ride.deps, planned.act.gatewayId)) {
    const turn = await waitForGateway(ride, ride.now(), planned.act.gatewayId);
    return turn ?? unknown(ride, at, `${step.do} was not sent: the gateway is not connected.`);
  }
  const number = ride.active.tries + 1;
  const place = placeWord(step.name, at.item?.number);
  const acted = await act(ride, {
    act: planned.act,
    purpose: "do",
    number,
    memory: (attemptId) => sentNow(ride, place, { phase: "acting", attemptId, tries: number }),
    after: (outcome) => {
      // What certainly did not happen need not be taken back.
      const isNothing = (outcome === "failed" || outcome === "refused") && number === 1;
      const sent = isNothing ? ride.memory.sent.filter((name) => name !== place) : ride.memory.sent;
      if (outcome === "refused") return { ...ride.note({ phase: "act", attemptId: null, tries: number - 1 }), sent };
      return { ...ride.note({ phase: "verify", act: outcome, poll: null }), sent };
    },
  });
  if (acted.kind === "wants_yes_at_home") return askAtHome(ride, at, acted);
  if (acted.kind === "not_yet") return waitForWindow(ride, acted);
  return acted.kind === "refused" ? refused(ride, at, acted) : ON;
}

function sentNow(ride: Ride, name: string, active: Partial<NonNullable<RunMemory["active"]>>): RunMemory {
  return ride.note(active, { sent: [...ride.memory.sent.filter((one) => one !== name), name] });
}

async function refused(ride: Ride, at: At<FixStep>, acted: Extract<Acted, { kind: "refused" }>): Promise<Turn> {
  const { step } = at;
  const isToBeAsked = acted.code === "consent_missing" && !acted.isDrift && !ride.memory.asked.includes(step.name);
  if (isToBeAsked) return askHomeowner(ride, step);
  const { code, message } = acted;
  const event: RunEventData = { kind: "fix.refused", ...placeOf(at), code, message };
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

/**
 * The agent in the home wants a yes that was given there. The question that was allowed elsewhere waits for it; where there was
 * none, there is one now, which the agent shows too. A yes of the home's that it does not take any more ends the run.
 */
async function askAtHome(
  ride: Ride,
  at: At<FixStep>,
  { code, message, by }: Extract<Acted, { kind: "wants_yes_at_home" }>,
): Promise<Turn> {
  if (by.kind === "one_time" && (await waitForYesAtHome(ride, by.requestId))) return REST;
  return refused(ride, at, { kind: "refused", code, message, isDrift: false });
}

/** Whether a stop came between this turn's beginning and the gate. */
async function isStopped(ride: Ride): Promise<boolean> {
  await ride.commit({ events: [] });
  return ride.row.stopRequestedAt !== null;
}

async function verify(ride: Ride, at: At<FixStep>): Promise<Turn> {
  const { step } = at;
  const { test, withinSeconds, holdsSeconds } = step.verify;
  const { act: outcome, tries } = ride.active;
  // Where the gateway said no, nothing happens that could be waited for.
  const within = outcome === "failed" ? 0 : withinSeconds;
  const polled = await poll(ride, at, { test, purpose: "verify", withinSeconds: within, holdsSeconds });
  if (polled.kind === "turn") return polled.turn;
  const { reading, events } = polled;
  if (reading.result === "pass") {
    await finishAt(ride, at, "fixed", "fixed", { events, output: reading.output });
    return ON;
  }
  if (reading.result === "unknown") {
    await finishAt(ride, at, outcome === "uncertain" ? "uncertain" : "unknown", "unknown", { events });
    return ON;
  }
  if (tries < step.tries.times && ride.row.stopRequestedAt === null) {
    const until = new Date(ride.now().getTime() + step.tries.everySeconds * 1000);
    const deadline = until.toISOString();
    return restUntil(ride, until, {
      events,
      memory: ride.note({ phase: "pause", act: null, poll: { deadline, heldSince: null, recorded: null } }),
      why: `Try ${tries} of ${step.tries.times} did not help.`,
      shownUntil: until,
    });
  }
  await finishAt(ride, at, "failed", "failed", { events, output: reading.output });
  return ON;
}

async function pause(ride: Ride): Promise<Turn> {
  const until = new Date(ride.active.poll?.deadline ?? 0);
  if (ride.now() < until) {
    await ride.commit({ events: [], wakeAt: until, release: true });
    return REST;
  }
  await ride.commit({
    events: resumed(ride, "The next try can begin."),
    memory: ride.note({ phase: "act", poll: null }),
  });
  return ON;
}

/** What could not be seen or sent has no result; an unknown never leads to another fix. */
async function unknown(
  ride: Ride,
  at: At<FixStep>,
  because: string,
  events: readonly RunEventData[] = [],
): Promise<Turn> {
  const decided: RunEventData = { kind: "step.decided", ...placeOf(at), branch: "unknown", because };
  await finishAt(ride, at, "unknown", "unknown", { events: [...events, decided] });
  return ON;
}

/**
 * Stops what runs, whoever said so: it is put back where that can be done, otherwise it is finished first.
 * Of a fix that goes through several things, that is the one it is at.
 */
export async function stopFix(ride: Ride, step: FixStep): Promise<Turn> {
  const { item, tries, phase } = ride.active;
  const place = placeWord(step.name, item);
  const wasSent = ride.memory.sent.includes(place) && tries > 0;
  if (wasSent && step.undo !== null) return beginUndoing(ride, [place], "stop");
  return phase === "verify" ? verify(ride, await atItem(ride, step, item)) : endStopped(ride);
}
