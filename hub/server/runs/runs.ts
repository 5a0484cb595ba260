import { type Actor, CaretakerError, type RunId, type RunSummary } from "@caretaker/protocol";
import type { Announcement } from "../announcements.ts";
import type { RunsDoor } from "../consent/types.ts";
import { type Trx, transaction } from "../db/database.ts";
import type { Handlers } from "../http/handler.ts";
import { actorText } from "../ledger/actor.ts";
import { answers, requestStop } from "./answers.ts";
import type { RunsDeps } from "./deps.ts";
import { getRun, listRuns, runEvents } from "./details.ts";
import { Engine } from "./engine.ts";
import { takeEvidence } from "./evidence.ts";
import { answerQuestion } from "./question.ts";
import { lockRun } from "./record.ts";
import { resolveStep } from "./resolve.ts";
import { type StartRun, startRun } from "./start.ts";
import { hasEnded } from "./status.ts";
import { summaryOf } from "./summary.ts";

/** What consent tells runs; stands alone, since consent is made before the runs that ask it. */
export const runsDoor: RunsDoor = answers;

export interface Runs {
  readonly engine: Engine;
  start(request: StartRun): Promise<RunSummary>;
  /** Stops a run at its next safe point; the log says which that was. */
  cancel(request: { readonly runId: RunId; readonly reason: string; readonly actor: Actor }): Promise<RunSummary>;
  /** The same in a transaction of the caller, for whoever takes a right away: returns what to announce afterwards. */
  stopRequested(
    trx: Trx,
    request: { readonly runId: RunId; readonly by: string; readonly reason: string; readonly now: Date },
  ): Promise<readonly Announcement[]>;
  close(): Promise<void>;
}

export function createRuns(deps: RunsDeps): Runs {
  const engine = new Engine(deps);
  return {
    engine,
    start: (request) => startRun(deps, request),
    cancel: (request) => cancelRun(deps, request),
    stopRequested: requestStop,
    close: () => engine.close(),
  };
}

async function cancelRun(
  deps: RunsDeps,
  { runId, reason, actor }: { readonly runId: RunId; readonly reason: string; readonly actor: Actor },
): Promise<RunSummary> {
  const { run, announcements } = await transaction(deps.db, async (trx) => {
    const row = await lockRun(trx, runId);
    if (row === undefined) throw new CaretakerError("not_found", "There is no such run.");
    if (hasEnded(row)) {
      throw new CaretakerError("already_done", `RUN-${row.number} has ended already, so there is nothing to cancel.`);
    }
    const now = await deps.now(trx);
    const said = await requestStop(trx, { runId, by: actorText(actor), reason, now });
    return { run: await summaryOf(trx, row), announcements: said };
  });
  for (const announcement of announcements) deps.announcements.announce(announcement);
  return run;
}

export function runsHandlers(
  deps: RunsDeps,
  runs: Pick<Runs, "start" | "cancel">,
): Pick<
  Handlers,
  "run.start" | "run.get" | "run.list" | "run.events" | "run.evidence" | "run.cancel" | "run.answer" | "run.resolve"
> {
  return {
    "run.start": (request, { actor }) => runs.start({ ...request, actor }),
    "run.get": ({ runId }) => getRun(deps, runId),
    "run.list": (query) => listRuns(deps, query),
    "run.events": (query) => runEvents(deps, query),
    "run.evidence": ({ runId }, { actor }) => takeEvidence(deps, { runId, actor }),
    "run.answer": (request, { actor }) => answerQuestion(deps, { ...request, actor }),
    "run.resolve": (request, { actor }) => resolveStep(deps, { ...request, actor }),
    "run.cancel": ({ runId, reason }, { actor }) => runs.cancel({ runId, reason, actor }),
  };
}
