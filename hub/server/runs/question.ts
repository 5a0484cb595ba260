import {
  type Actor,
  type Answer,
  CaretakerError,
  type QuestionAnswers,
  type RunId,
  type RunSummary,
} from "@caretaker/protocol";
import type { Announcement } from "../announcements.ts";
import { type Database, type Trx, transaction } from "../db/database.ts";
import { actorText, nameInActor } from "../ledger/actor.ts";
import type { RunsDeps } from "./deps.ts";
import { lockRun, memoryOf, type RunRow, record } from "./record.ts";
import { ON, REST, type Ride, type Turn } from "./ride.ts";
import { endStopped } from "./stop.ts";
import { summaryOf } from "./summary.ts";
import { endPause } from "./waiting.ts";

/**
 * A run that waits for an answer to its question: null when there is something to go on with. An answer goes on by itself,
 * in its own transaction; here the time runs out, by the database's clock, or a stop is met.
 */
export async function lookForReply(ride: Ride): Promise<Turn | null> {
  if (ride.row.stopRequestedAt !== null) return endStopped(ride);
  let turn: Turn | null = null;
  await ride.commit((_trx, row, now) => {
    turn = null;
    if (row.status !== "waiting_for_answer" || row.stopRequestedAt !== null) return null;
    const until = row.waitingUntil === null ? now : new Date(row.waitingUntil);
    if (now < until) {
      turn = REST;
      return { events: [], wakeAt: until, release: true };
    }
    turn = ON;
    return {
      events: [{ kind: "run.resumed", after: "waiting_for_answer", why: "Nobody answered in time." }],
      memory: endPause(memoryOf(row), now),
    };
  });
  return turn;
}

export interface AnswerQuestion {
  readonly runId: RunId;
  readonly step: string;
  readonly answer: Answer;
  readonly actor: Actor;
}

/**
 * Takes the first answer to the question that a run waits with, and lets it go on.
 * @throws CaretakerError `already_done` when it waits with that question no more, `invalid_input` for no answer to it.
 */
export async function answerQuestion(
  deps: Pick<RunsDeps, "db" | "now" | "announcements">,
  { runId, step, answer, actor }: AnswerQuestion,
): Promise<RunSummary> {
  const { run, announcements } = await transaction(deps.db, async (trx) =>
    takeReply(trx, { runId, step, answer, by: actorText(actor), now: await deps.now(trx) }),
  );
  for (const announcement of announcements) deps.announcements.announce(announcement);
  return run;
}

interface Reply {
  readonly runId: RunId;
  readonly step: string;
  readonly answer: Answer;
  readonly by: string;
  readonly now: Date;
}

/** As `answerQuestion`, in the caller's transaction, whoever it is that answers. */
export async function takeReply(
  trx: Trx,
  { runId, step, answer, by, now }: Reply,
): Promise<{ run: RunSummary; announcements: readonly Announcement[] }> {
  const row = await lockRun(trx, runId);
  if (row === undefined) throw new CaretakerError("not_found", "There is no such run.");
  refuseLate(row, step, now);
  const { active, ...memory } = endPause(memoryOf(row), now);
  const said = checkAnswer(active?.answers ?? "text", answer);
  const written = await record(trx, row, now, {
    events: [
      { kind: "question.answered", step, answer: said, by },
      { kind: "run.resumed", after: "waiting_for_answer", why: `${nameInActor(by)} answered: ${said}.` },
    ],
    memory: { ...memory, active: active === null ? null : { ...active, said } },
    wakeAt: now,
  });
  const run = await summaryOf(trx, written.row);
  return { run, announcements: [...written.announcements, { type: "run.due", runId }] };
}

/** Whether a run still waits with this question. */
export async function asksStill(db: Database, { runId, step }: { runId: string; step: string }): Promise<boolean> {
  const row = await db.selectFrom("run").selectAll().where("id", "=", runId).executeTakeFirst();
  return row !== undefined && waitsWith(row, step);
}

function waitsWith(row: RunRow, step: string): boolean {
  return row.status === "waiting_for_answer" && memoryOf(row).at === step && row.stopRequestedAt === null;
}

function refuseLate(row: RunRow, step: string, now: Date): void {
  const { waitingUntil } = row;
  if (waitsWith(row, step) && waitingUntil !== null && now < new Date(waitingUntil)) return;
  throw new CaretakerError(
    "already_done",
    `RUN-${row.number} does not wait for an answer to ${step} any more. Look at its page for what it does now.`,
  );
}

function checkAnswer(answers: QuestionAnswers, answer: Answer): Answer {
  const refuse = (message: string): never => {
    throw new CaretakerError("invalid_input", `The answer ${message}.`, { fields: [{ path: "answer", message }] });
  };
  if (answers === "text") return String(answer);
  if (answers === "number") {
    const number = typeof answer === "number" ? answer : Number(answer.trim().replace(",", "."));
    return Number.isFinite(number) ? number : refuse("must be a number, such as 21.5");
  }
  const word = String(answer);
  return answers.includes(word) ? word : refuse(`must be one of ${answers.join(", ")}`);
}
