import type { AgreedWindow, ConsentRequestId, RunEventData, RunId } from "@caretaker/protocol";
import type { Announcement } from "../announcements.ts";
import type { AnswerForRun, RunsDoor } from "../consent/types.ts";
import type { Trx } from "../db/database.ts";
import { type Change, lockRun, memoryOf, type RunRow, record } from "./record.ts";
import { hasEnded } from "./status.ts";
import { endPause } from "./waiting.ts";

interface Answered {
  readonly requestId: ConsentRequestId;
  readonly answer: AnswerForRun;
  readonly by: string;
  readonly window?: AgreedWindow;
}

/** What a homeowner's answer does to a run, in the transaction of the answer. */
export const answers: RunsDoor = {
  async consentAnswered(trx, { runId, now, ...answered }) {
    const row = await lockRun(trx, runId);
    if (row === undefined || hasEnded(row)) return [];
    const { announcements } = await record(trx, row, now, changeFor(row, answered, now));
    return [...announcements, { type: "run.due", runId }];
  },
  async consentOpened(trx, { runId, requestId, now }) {
    const row = await lockRun(trx, runId);
    if (row === undefined || hasEnded(row)) return [];
    const { announcements } = await record(trx, row, now, { events: [{ kind: "consent.opened", requestId }] });
    return announcements;
  },
  async consentCallAsked(trx, { runId, requestId, by, now }) {
    const row = await lockRun(trx, runId);
    if (row === undefined || hasEnded(row)) return [];
    const { announcements } = await record(trx, row, now, { events: [{ kind: "consent.call_asked", requestId, by }] });
    return announcements;
  },
};

function changeFor(row: RunRow, answered: Answered, now: Date): Change {
  const { requestId, answer, by, window } = answered;
  const memory = memoryOf(row);
  const event: RunEventData = { kind: "consent.answered", ...answered };
  const isAwaited = row.status === "waiting_for_consent" && memory.question === requestId;
  if (isAwaited && answer === "allowed") {
    return {
      events: [
        event,
        { kind: "run.resumed", after: "waiting_for_consent", why: window === undefined ? ALLOWED : ALLOWED_LATER },
      ],
      memory: { ...endPause(memory, now), question: null },
      wakeAt: now,
    };
  }
  if (isAwaited) return noAnswer(row, requestId, answered);
  if (answer !== "withdrawn" || row.stopRequestedAt !== null) return { events: [event] };
  return {
    events: [event, { kind: "run.stop_requested", by, reason: "The homeowner stopped it." }],
    // A hub that works on it sees the stop when it next writes.
    ...(row.claimedBy === null ? { wakeAt: now } : {}),
  };
}

const ALLOWED = "The homeowner allowed it.";
const ALLOWED_LATER = "The homeowner allowed it, at a time of their own.";

const ENDS = {
  refused: { outcome: "refused", note: "The homeowner said no." },
  withdrawn: { outcome: "refused", note: "The homeowner stopped it before anything was done." },
  another_time: { outcome: "refused", note: "The homeowner asked for another time." },
  expired: { outcome: "no_answer", note: "The homeowner did not answer in time." },
} as const;

/** The question was answered with anything but yes, or not at all: the run ends, and nothing was done. */
export function noAnswer(
  row: RunRow,
  requestId: ConsentRequestId,
  { answer, by }: Pick<Answered, "answer" | "by"> = { answer: "expired", by: "hub" },
): Change {
  const end = ENDS[answer === "allowed" ? "expired" : answer];
  return {
    events: [
      { kind: "consent.answered", requestId, answer, by },
      { kind: "step.ended", step: row.step ?? "", status: "stopped", result: answer },
      { kind: "run.finished", ...end },
    ],
    memory: { ...memoryOf(row), question: null, active: null },
  };
}

/** Stops a run from outside, in the caller's transaction: at its next safe point, and the log says which. */
export async function requestStop(
  trx: Trx,
  { runId, by, reason, now }: { runId: RunId; by: string; reason: string; now: Date },
): Promise<readonly Announcement[]> {
  const row = await lockRun(trx, runId);
  if (row === undefined || hasEnded(row) || row.stopRequestedAt !== null) return [];
  const change: Change = {
    events: [{ kind: "run.stop_requested", by, reason }],
    ...(row.claimedBy === null ? { wakeAt: now } : {}),
  };
  const { announcements } = await record(trx, row, now, change);
  return [...announcements, { type: "run.due", runId }];
}
