import type { Answer, QuestionAnswers, RunInputs, Step } from "@caretaker/protocol";
import type { AnswerForRun } from "../consent/types.ts";

/** What the engine notes for itself between two turns of a run. Everything a person sees is in the log and the row. */
export interface RunMemory {
  /** The step it stands at; null before the first. */
  readonly at: string | null;
  /** What came out of each step that has run. */
  readonly results: Readonly<Record<string, StepMemory>>;
  readonly active: ActiveStep | null;
  /** What each used runbook was given, by the prefix of its steps. */
  readonly uses: Readonly<Record<string, RunInputs>>;
  /** Fixes that were sent, or perhaps sent, oldest first: what `end: undone` takes back. See `placeWord`. */
  readonly sent: readonly string[];
  /** What could not be put back for certain when a used runbook ended `undone`, in words. */
  readonly notPutBack: readonly string[];
  readonly pause: Pause | null;
  /** Milliseconds that do not count against the limit. */
  readonly pausedFor: number;
  /** Milliseconds of those that a gateway was waited for: a run has ten minutes for that in all. */
  readonly waitedForGateway: number;
  /** Steps that have asked the homeowner; each asks once. */
  readonly asked: readonly string[];
  /** The question that is open. */
  readonly question: string | null;
  /** Fixes that a rehearsal only said: from the first on, the home is not as the runbook would find it. */
  readonly rehearsed: readonly string[];
  /** Turns in a row that ended in an error of the hub itself. */
  readonly failures: number;
}

export interface StepMemory {
  readonly result: string;
  /** What was read, for references to its fields; null when nothing could be read. */
  readonly output: Readonly<Record<string, unknown>> | null;
}

export interface Pause {
  readonly since: string;
  /** Null while waiting for a person. */
  readonly until: string | null;
  /** The gateway that is waited for; null while waiting for a person. */
  readonly gatewayId: string | null;
  /** What it gave back while it waits for its time, and takes again before it goes on. */
  readonly locks?: readonly string[];
}

/** Where the step stands that runs now. */
export interface ActiveStep {
  readonly phase: Phase;
  readonly startedAt: string;
  /** Reads or acts made so far. */
  readonly tries: number;
  readonly poll: Poll | null;
  /** Which of the things it is at that a step with `each` goes through, from 1 on; 0 where it goes through none. */
  readonly item: number;
  /** What came out for those before. */
  readonly outcomes: readonly string[];
  /** What the homeowner answered to a `consent` step; null while nobody has. */
  readonly answer: AnswerForRun | null;
  /** What an `ask` wants to know, while it waits; null for any other step. */
  readonly answers?: QuestionAnswers | null;
  /** What was answered to an `ask`. */
  readonly said?: Answer | null;
  /** The attempt that was intended last. */
  readonly attemptId: string | null;
  /** What the gateway said of the last act. */
  readonly act: "done" | "failed" | "uncertain" | null;
  /** Fixes still to take back, the next one first; only while undoing. */
  readonly undoing: Undoing | null;
}

/** How a step begins. */
export const AT_THE_BEGINNING: Omit<ActiveStep, "phase" | "startedAt"> = {
  tries: 0,
  poll: null,
  item: 0,
  outcomes: [],
  answer: null,
  attemptId: null,
  act: null,
  undoing: null,
};

export const FIRST_PHASE: Readonly<Partial<Record<Step["kind"], Phase>>> = {
  check: "read",
  wait: "poll",
  fix: "before",
  consent: "ask",
  ask: "question",
};

/**
 * `read` of a check; `poll` of a wait; of a consent `ask`, then `asked`; of an ask `question`, then `questioned`. Of a fix: `before` (does it hold already?), `act` (to be sent), `acting`
 * (intended: perhaps sent), `verify`, `pause` (before a further try). `undo` and `undoing` likewise, then `undo_verify`.
 */
export type Phase =
  | "read"
  | "poll"
  | "before"
  | "act"
  | "acting"
  | "verify"
  | "pause"
  | "undo"
  | "undoing"
  | "undo_verify"
  | "ask"
  | "asked"
  | "question"
  | "questioned";

export interface Poll {
  readonly deadline: string;
  /** Since when it holds, without a break. */
  readonly heldSince: string | null;
  /** What was recorded last: the same again is not recorded. */
  readonly recorded: string | null;
}

export interface Undoing {
  readonly left: readonly string[];
  /** What could not be put back for certain, in words. */
  readonly unclear: readonly string[];
  /** Whether the run was stopped, or came to `end: undone`. */
  readonly because: "end" | "stop";
}

export const EMPTY_MEMORY: RunMemory = {
  at: null,
  results: {},
  active: null,
  uses: {},
  sent: [],
  notPutBack: [],
  pause: null,
  pausedFor: 0,
  waitedForGateway: 0,
  asked: [],
  question: null,
  rehearsed: [],
  failures: 0,
};
