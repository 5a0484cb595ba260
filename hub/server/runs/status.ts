import { hasRunEnded, type RunEvent, type RunOutcome, type RunStatus } from "@caretaker/protocol";
import { placeWord } from "./place.ts";

/** From where a run may go where. What has ended stays as it ended. */
export const MOVES: Readonly<Record<RunStatus, readonly RunStatus[]>> = {
  queued: ["running", "finished", "cancelled"],
  running: [
    "waiting_for_consent",
    "waiting_for_answer",
    "waiting_for_window",
    "waiting_for_timer",
    "waiting_for_gateway",
    "finished",
    "cancelled",
  ],
  waiting_for_consent: ["running", "finished", "cancelled"],
  waiting_for_answer: ["running", "finished", "cancelled"],
  waiting_for_window: ["running", "finished", "cancelled"],
  waiting_for_timer: ["running", "waiting_for_gateway", "finished", "cancelled"],
  waiting_for_gateway: ["running", "finished", "cancelled"],
  finished: [],
  cancelled: [],
};

/** What the log says of a run: the part of its row that everybody sees. */
export interface RunState {
  readonly status: RunStatus;
  readonly outcome: RunOutcome | null;
  readonly step: string | null;
  readonly note: string | null;
  readonly waitingUntil: string | null;
  readonly waitingWhy: string | null;
  /** Steps of which nobody knows yet what came of them. */
  readonly uncertainSteps: readonly string[];
  readonly stopRequestedAt: string | null;
  readonly stopRequestedBy: string | null;
  readonly stopReason: string | null;
  /** The homeowner took back what was allowed: what runs now is undone, where that can be done. */
  readonly isWithdrawn: boolean;
  readonly lastEvent: number;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

export const BEFORE_THE_FIRST: RunState = {
  status: "queued",
  outcome: null,
  step: null,
  note: null,
  waitingUntil: null,
  waitingWhy: null,
  uncertainSteps: [],
  stopRequestedAt: null,
  stopRequestedBy: null,
  stopReason: null,
  isWithdrawn: false,
  lastEvent: 0,
  startedAt: null,
  finishedAt: null,
};

export function hasEnded({ status }: Pick<RunState, "status">): boolean {
  return hasRunEnded(status);
}

/** The next state of a run after one event. Throws where the event could not follow: a log never holds such a one. */
export function apply(state: RunState, { number, at, data }: Pick<RunEvent, "number" | "at" | "data">): RunState {
  if (number !== state.lastEvent + 1) throw new Error(`Event ${number} cannot follow event ${state.lastEvent}.`);
  if (hasEnded(state) && data.kind !== "step.resolved") throw new Error(`${data.kind} cannot follow the end of a run.`);
  const next = { ...state, lastEvent: number };
  switch (data.kind) {
    case "run.queued":
      return next;
    case "run.started":
      return { ...move(next, "running"), startedAt: at };
    case "step.started":
      return { ...next, step: data.step };
    case "fix.uncertain":
      return {
        ...next,
        uncertainSteps: [...new Set([...state.uncertainSteps, placeWord(data.step, data.item?.number)])].sort(),
      };
    case "step.resolved":
      return without(next, data.step);
    case "step.item_ended":
      return data.status === "fixed" || data.status === "failed"
        ? without(next, placeWord(data.step, data.item.number))
        : next;
    case "step.ended":
      // Its verify decided. What verify could not tell stays uncertain until a person has looked.
      return data.status === "fixed" || data.status === "failed" ? without(next, data.step) : next;
    case "run.waiting":
      return { ...move(next, data.for), waitingUntil: data.until, waitingWhy: data.why };
    case "run.resumed":
      return { ...move(next, "running"), ...NOT_WAITING };
    case "consent.answered":
      return { ...next, isWithdrawn: state.isWithdrawn || data.answer === "withdrawn" };
    case "run.stop_requested":
      return { ...next, stopRequestedAt: at, stopRequestedBy: data.by, stopReason: data.reason };
    case "run.finished":
      return {
        ...move(next, "finished"),
        ...NOT_WAITING,
        outcome: data.outcome,
        note: data.note ?? null,
        finishedAt: at,
      };
    case "run.cancelled":
      return { ...move(next, "cancelled"), ...NOT_WAITING, note: data.note ?? null, finishedAt: at };
    case "step.read":
    case "step.decided":
    case "question.asked":
    case "question.answered":
    case "consent.asked":
    case "consent.opened":
    case "consent.call_asked":
    case "fix.intended":
    case "fix.sent":
    case "fix.failed":
    case "fix.settled":
    case "fix.refused":
    case "fix.rehearsed":
      return next;
    default:
      return data satisfies never;
  }
}

function without(state: RunState, place: string): RunState {
  return { ...state, uncertainSteps: state.uncertainSteps.filter((one) => one !== place) };
}

const NOT_WAITING = { waitingUntil: null, waitingWhy: null };

function move(state: RunState, to: RunStatus): RunState {
  if (!MOVES[state.status].includes(to)) throw new Error(`A run that is ${state.status} cannot become ${to}.`);
  return { ...state, status: to };
}
