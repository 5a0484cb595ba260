import type { AgreedWindow, ConsentRequestId, RunEventData, RunId } from "@caretaker/protocol";
import type { Announcement } from "../announcements.ts";
import type { AnswerForRun, RunsDoor } from "../consent/types.ts";
import type { Trx } from "../db/database.ts";
import { asksStill, takeReply } from "./question.ts";
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
  asksHome: (db, question) => asksStill(db, question),
  async homeAnswered(trx, answer) {
    return (await takeReply(trx, answer)).announcements;
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
    return goOnWith(row, answered, window === undefined ? ALLOWED : ALLOWED_LATER, now);
  }
  if (isAwaited) return answeredNo(row, requestId, now, answered);
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

/**
 * The question was answered with anything but yes, or not at all. A fix that asked ends its run, and nothing was done; a
 * `consent` step goes on with that as its result, but for a stop, which is one.
 */
export function answeredNo(
  row: RunRow,
  requestId: ConsentRequestId,
  now: Date,
  { answer, by }: Pick<Answered, "answer" | "by"> = { answer: "expired", by: "hub" },
): Change {
  const no = answer === "allowed" ? "expired" : answer;
  if (memoryOf(row).active?.phase === "asked" && no !== "withdrawn") {
    return goOnWith(row, { requestId, answer: no, by }, ENDS[no].note, now);
  }
  return {
    events: [
      { kind: "consent.answered", requestId, answer: no, by },
      { kind: "step.ended", step: row.step ?? "", status: "stopped", result: no },
      { kind: "run.finished", ...ENDS[no] },
    ],
    memory: { ...memoryOf(row), question: null, active: null },
  };
}

function goOnWith(row: RunRow, answered: Answered, why: string, now: Date): Change {
  const { answer } = answered;
  const { active, ...memory } = endPause(memoryOf(row), now);
  return {
    events: [
      { kind: "consent.answered", ...answered },
      { kind: "run.resumed", after: "waiting_for_consent", why },
    ],
    memory: { ...memory, question: null, active: active?.phase === "asked" ? { ...active, answer } : active },
    wakeAt: now,
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
