import type { RunEventData, Step } from "@caretaker/protocol";
import { measurementWords } from "../runbooks/expect.ts";
import { type Items, itemsOf, together } from "./items.ts";
import { type ActiveStep, AT_THE_BEGINNING, FIRST_PHASE, type RunMemory } from "./memory.ts";
import { lookForAnswer } from "./people.ts";
import { lookForReply } from "./question.ts";
import { recover } from "./recovery.ts";
import { ON, type Ride, type Turn } from "./ride.ts";
import { advanceAsk } from "./steps/ask.ts";
import { advanceCheck } from "./steps/check.ts";
import { advanceChoose } from "./steps/choose.ts";
import { advanceConsent } from "./steps/consent.ts";
import { advanceEnd } from "./steps/end.ts";
import { advanceFix, stopFix } from "./steps/fix.ts";
import { advanceUndo } from "./steps/undo.ts";
import { advanceUse } from "./steps/use.ts";
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
  const now = ride.now();
  if (row.status === "waiting_for_consent") {
    const turn = ride.row.stopRequestedAt === null ? await lookForAnswer(ride) : await endStopped(ride);
    if (turn !== null) return turn;
  }
  if (row.status === "waiting_for_answer") {
    const turn = await lookForReply(ride);
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

/** Enters a step, unless its `if` says not to. */
async function begin(ride: Ride, now: Date): Promise<Turn> {
  const { step } = ride;
  const condition = step.if === null ? null : await ride.judge(step.if, now);
  const started: RunEventData = { kind: "step.started", step: step.name, stepKind: step.kind, ...timeoutOf(step) };
  const through = await itemsOf(ride, step);
  const active: ActiveStep = {
    ...AT_THE_BEGINNING,
    phase: FIRST_PHASE[step.kind] ?? "read",
    startedAt: now.toISOString(),
    item: through === null ? 0 : 1,
  };
  const memory: RunMemory = { ...ride.memory, at: step.name, active };
  await ride.commit({ events: [started], memory });
  if (condition === null || condition.met === true) return through === null ? ON : beginItems(ride, through);
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

/** What goes through nothing is done at once, and what cannot be told is not begun. */
async function beginItems(ride: Ride, through: Items): Promise<Turn> {
  const { step } = ride;
  if ("items" in through && through.items.length > 0) return ON;
  const { status, result } = "why" in through ? UNKNOWN : together(step.kind, []);
  const because = "why" in through ? `${through.why}.` : "There is nothing to go through.";
  const decided: RunEventData = { kind: "step.decided", step: step.name, branch: result, because };
  await ride.finishStep(status, result, { events: [decided] });
  return ON;
}

const UNKNOWN = { status: "unknown", result: "unknown" } as const;

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
      return advanceAsk(ride, step);
    case "consent":
      return advanceConsent(ride, step);
    case "use":
      return advanceUse(ride, step);
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
