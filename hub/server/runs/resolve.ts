import { type Actor, CaretakerError, type RunId, type RunSummary, type SiteId } from "@caretaker/protocol";
import { transaction } from "../db/database.ts";
import { actorText } from "../ledger/actor.ts";
import { appendLedger } from "../ledger/append.ts";
import type { RunsDeps } from "./deps.ts";
import { readPlace } from "./place.ts";
import { lockRun, memoryOf, record } from "./record.ts";
import { hasEnded } from "./status.ts";
import { summaryOf } from "./summary.ts";

export interface Resolve {
  readonly runId: RunId;
  readonly step: string;
  readonly verdict: "done" | "not_done";
  readonly reason: string;
  readonly actor: Actor;
}

const LEADS_TO = {
  done: "It counts as done. Nothing was sent again.",
  not_done: "It counts as not done. Nothing was sent again; start a new run if it is still needed.",
} as const;

/** A person looked what came of a step that nobody could tell of. The run stays as it ended, and nothing is ever resent. */
export async function resolveStep(
  deps: Pick<RunsDeps, "db" | "now" | "announcements">,
  { runId, step, verdict, reason, actor }: Resolve,
): Promise<RunSummary> {
  const by = actorText(actor);
  const { run, announcements } = await transaction(deps.db, async (trx) => {
    const row = await lockRun(trx, runId);
    if (row === undefined) throw new CaretakerError("not_found", "There is no such run.");
    if (!row.uncertainSteps.includes(step)) {
      throw new CaretakerError("already_done", `What came of ${step} in RUN-${row.number} is not in doubt.`);
    }
    if (!hasEnded(row) && memoryOf(row).at === readPlace(step).step) {
      throw new CaretakerError(
        "conflict",
        `RUN-${row.number} still looks for itself what came of ${step}. Wait for that.`,
      );
    }
    const now = await deps.now(trx);
    const written = await record(trx, row, now, {
      events: [{ kind: "step.resolved", step, verdict, by, reason, leadsTo: LEADS_TO[verdict] }],
    });
    await appendLedger(trx, {
      chain: row.siteId as SiteId,
      event: "act.resolved",
      actor: by,
      payload: { runId, run: row.number, step, verdict, reason },
      now,
    });
    return { run: await summaryOf(trx, written.row), announcements: written.announcements };
  });
  for (const announcement of announcements) deps.announcements.announce(announcement);
  return run;
}
