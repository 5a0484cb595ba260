import type { ConsentRequestId, RunEventData, Step } from "@caretaker/protocol";
import { measurementWords } from "../runbooks/expect.ts";
import { noAnswer } from "./answers.ts";
import type { ActiveStep, Phase, RunMemory } from "./memory.ts";
import { recover } from "./recovery.ts";
import { ON, REST, type Ride, type Turn } from "./ride.ts";
import { advanceCheck } from "./steps/check.ts";
import { advanceChoose } from "./steps/choose.ts";
import { advanceEnd } from "./steps/end.ts";
import { advanceFix, stopFix } from "./steps/fix.ts";
import { advanceUndo } from "./steps/undo.ts";
import { advanceWait } from "./steps/wait.ts";
import { endStopped } from "./stop.ts";
import { endPause, lookForGateway } from "./waiting.ts";
import { lookForWindow } from "./window.ts";

/** One turn of a run: as far as it goes without waiting. What it found is committed before the next begins. */
export async function takeTurn(ride: Ride): Promise<Turn> {
  await ride.crash("turn.begun");
  const { row } = ride;
  if (row.status === "queued") {
    await ride.commit({ events: [{ kind: "run.started" }] });
    return ON;
  }
  // Nobody worked on it, so it does not count against the limit; of a pause, `endPause` counts the whole.
  const late = ride.takeLateness();
  if (late > 0 && ride.memory.pause === null) {
    await ride.commit({ events: [], memory: { ...ride.memory, pausedFor: ride.memory.pausedFor + late } });
  }
  const now = await ride.now();
  if (row.status === "waiting_for_consent") {
    const turn = await lookForAnswer(ride, now);
    if (turn !== null) return turn;
  }
  if (row.status === "waiting_for_gateway") {
    const turn = await lookForGateway(ride, now);
    if (turn !== null) return turn;
  }
  if (row.status === "waiting_for_window") {
    const turn = await lookForWindow(ride, now);
    if (turn !== null) return turn;
  }
  if (ride.memory.pause !== null) await ride.commit({ events: [], memory: endPause(ride.memory, now) });

  const { active } = ride.memory;
  if (active?.phase === "acting" || active?.phase === "undoing") return recover(ride);
  if (active?.phase === "undo" || active?.phase === "undo_verify") return advanceUndo(ride);
  if (ride.row.stopRequestedAt !== null) return stop(ride);
  if (isOverLimit(ride, now) && !isProving(active)) return endOverLimit(ride);
  return active === null ? begin(ride, now) : advance(ride, ride.step);
}

function stop(ride: Ride): Promise<Turn> {
  const { step } = ride;
  return step.kind === "fix" && ride.memory.active !== null ? stopFix(ride, step) : endStopped(ride);
}

async function lookForAnswer(ride: Ride, now: Date): Promise<Turn | null> {
  if (ride.row.stopRequestedAt !== null) return endStopped(ride);
  const until = ride.row.waitingUntil;
  const { question } = ride.memory;
  if (question === null || until === null) return null;
  if (now < new Date(until)) {
    await ride.commit({ events: [], wakeAt: new Date(until), release: true });
    return REST;
  }
  const requestId = question as ConsentRequestId;
  await ride.commit(async (trx, row, at) => {
    // Answered in the last moment: whoever took the answer has woken this run for it.
    if (!(await ride.deps.consent.expire(trx, { requestId, now: at }))) {
      return { events: [], wakeAt: new Date(at.getTime() + 1000), release: true };
    }
    return noAnswer(row, requestId);
  });
  return REST;
}

/** Enters a step, unless its `if` says not to. */
async function begin(ride: Ride, now: Date): Promise<Turn> {
  const { step } = ride;
  const condition = step.if === null ? null : await ride.judge(step.if, now);
  const started: RunEventData = { kind: "step.started", step: step.name, stepKind: step.kind, ...timeoutOf(step) };
  const active: ActiveStep = {
    phase: FIRST_PHASE[step.kind] ?? "read",
    startedAt: now.toISOString(),
    tries: 0,
    poll: null,
    attemptId: null,
    act: null,
    undoing: null,
  };
  const memory: RunMemory = { ...ride.memory, at: step.name, active };
  await ride.commit({ events: [started], memory });
  if (condition === null || condition.met === true) return ON;
  const because = measurementWords(condition.measurements, condition.met);
  const branch = condition.met === false ? "skipped" : "unknown";
  const decided: RunEventData = { kind: "step.decided", step: step.name, branch, because };
  if (condition.met === false) {
    await ride.finishStep("skipped", "skipped", { events: [decided], to: ride.plan.skipped(step) });
  } else {
    await ride.finishStep("unknown", "unknown", { events: [decided] });
  }
  return ON;
}

const FIRST_PHASE: Readonly<Partial<Record<Step["kind"], Phase>>> = { check: "read", wait: "poll", fix: "before" };

function timeoutOf(step: Step): { timeoutSeconds?: number } {
  if (step.kind === "wait") return { timeoutSeconds: step.withinSeconds };
  return step.timeoutSeconds === null ? {} : { timeoutSeconds: step.timeoutSeconds };
}

function advance(ride: Ride, step: Step): Promise<Turn> {
  switch (step.kind) {
    case "check":
      return advanceCheck(ride, step);
    case "wait":
      return advanceWait(ride, step);
    case "choose":
      return advanceChoose(ride, step);
    case "fix":
      return advanceFix(ride, step);
    case "end":
      return advanceEnd(ride, step);
    case "ask":
    case "consent":
    case "use":
      // Refused at the start: see runbooks/runnable.ts.
      throw new Error(`A step of kind ${step.kind} cannot be run yet.`);
    default:
      return step satisfies never;
  }
}

/** The limit counts work: not the time in which people, windows or a restarting gateway were waited for. */
function isOverLimit({ row, memory, plan }: Ride, now: Date): boolean {
  if (row.startedAt === null) return false;
  return now.getTime() - Date.parse(row.startedAt) - memory.pausedFor > plan.runbook.limitSeconds * 1000;
}

/** What was sent is proven, whatever the time: only then it is known how the home was left. */
function isProving(active: ActiveStep | null): boolean {
  return active?.phase === "verify";
}

async function endOverLimit(ride: Ride): Promise<Turn> {
  const { active } = ride.memory;
  const note = `It took longer than its limit of ${Math.round(ride.plan.runbook.limitSeconds / 60)} min.`;
  await ride.commit({
    events: [
      ...(active === null
        ? []
        : [{ kind: "step.ended" as const, step: ride.step.name, status: "stopped" as const, result: "limit" }]),
      { kind: "run.finished", outcome: "unclear", note },
    ],
  });
  return ON;
}
