import type { FixStep, RunEventData } from "@caretaker/protocol";
import { proofOf } from "../../runbooks/proofs.ts";
import { planAct } from "../acts.ts";
import { act } from "../gate.ts";
import { type At, atItem } from "../items.ts";
import type { ActiveStep, Undoing } from "../memory.ts";
import { placeOf, readPlace } from "../place.ts";
import { poll } from "../poll.ts";
import { ON, type Ride, type Turn } from "../ride.ts";
import { endStopped } from "../stop.ts";
import { isAway, waitForGateway } from "../waiting.ts";
import { endWith } from "./end.ts";

/** Begins to take back fixes: those of the run when it ends `undone`, or the one that runs when it is stopped. */
export async function beginUndoing(ride: Ride, fixes: readonly string[], because: Undoing["because"]): Promise<Turn> {
  await ride.commit(() => ({
    events: resumedFromTimer(ride),
    memory: ride.note({ phase: "undo", poll: null, undoing: { left: fixes, unclear: [], because } }),
  }));
  return ON;
}

function resumedFromTimer({ row: { status } }: Ride): RunEventData[] {
  return status === "waiting_for_timer"
    ? [{ kind: "run.resumed", after: status, why: "It is put back as it was." }]
    : [];
}

export async function advanceUndo(ride: Ride): Promise<Turn> {
  const [name] = undoingOf(ride.active).left;
  if (name === undefined) return finishUndoing(ride);
  const { step, number } = readPlace(name);
  const at = await atItem(ride, ride.plan.step(step) as FixStep, number);
  return ride.active.phase === "undo_verify" ? verifyUndo(ride, at) : sendUndo(ride, at);
}

async function sendUndo(ride: Ride, at: At<FixStep>): Promise<Turn> {
  const { step: fix } = at;
  if (fix.undo === null) return nextUndo(ride, `${fix.name} cannot be taken back.`);
  const planned = await planAct(ride, at, "undo");
  if (!planned.ok) return nextUndo(ride, `${fix.name} was not taken back: ${planned.why}.`);
  if (isAway(ride.deps, planned.act.gatewayId)) {
    const turn = await waitForGateway(ride, ride.now(), planned.act.gatewayId);
    if (turn !== null) return turn;
  }
  const acted = await act(ride, {
    act: planned.act,
    purpose: "undo",
    number: 1,
    memory: (attemptId) => ride.note({ phase: "undoing", attemptId, poll: null }),
    after: () => ride.note({ phase: "undo_verify", poll: null }),
  });
  if (acted.kind !== "refused") return ON;
  await ride.commit({ events: [{ kind: "fix.refused", ...placeOf(at), code: acted.code, message: acted.message }] });
  return nextUndo(ride, `${fix.name} was not taken back: ${acted.message}`);
}

async function verifyUndo(ride: Ride, at: At<FixStep>): Promise<Turn> {
  const { step: fix } = at;
  const proof = fix.undo === null ? null : proofOf(fix.undo);
  if (proof === null) return nextUndo(ride, `Nothing proves that ${fix.name} was taken back.`);
  const polled = await poll(ride, at, { ...proof, purpose: "undo" });
  if (polled.kind === "turn") return polled.turn;
  const isBack = polled.reading.result === "pass";
  return nextUndo(ride, isBack ? null : `Whether ${fix.name} was taken back is not certain.`, polled.events);
}

/** One is taken back, or not for certain; then the one before it. */
async function nextUndo(ride: Ride, unclear: string | null, events: readonly RunEventData[] = []): Promise<Turn> {
  const undoing = undoingOf(ride.active);
  const [done, ...left] = undoing.left;
  const next = { ...undoing, left, unclear: unclear === null ? undoing.unclear : [...undoing.unclear, unclear] };
  // Taken back once, or tried once: the end of the runbook that uses this one does not take it back again.
  const sent = ride.memory.sent.filter((place) => place !== done);
  await ride.commit({ events, memory: ride.note({ phase: "undo", poll: null, undoing: next }, { sent }) });
  return ON;
}

async function finishUndoing(ride: Ride): Promise<Turn> {
  const undoing = undoingOf(ride.active);
  const { step } = ride;
  const unclear = undoing.because === "stop" ? undoing.unclear : [...ride.memory.notPutBack, ...undoing.unclear];
  const outcome = unclear.length === 0 ? "undone" : "unclear";
  if (undoing.because === "stop") return endStopped(ride, { outcome, words: unclear.join(" ") });
  if (step.kind !== "end") throw new Error(`${step.name} undoes and is no end.`);
  await ride.commit({ events: [], memory: ride.note({}, { notPutBack: unclear }) });
  await endWith(ride, step, outcome, unclear.join(" "));
  return ON;
}

function undoingOf({ undoing }: ActiveStep): Undoing {
  if (undoing === null) throw new Error("Nothing is being taken back.");
  return undoing;
}
