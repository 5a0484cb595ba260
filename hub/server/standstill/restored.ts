import { RunId, SiteId } from "@caretaker/protocol";
import { z } from "zod";
import type { Consent } from "../consent/types.ts";
import { type Database, now, type Trx, transaction } from "../db/database.ts";
import { appendLedger } from "../ledger/append.ts";
import type { Log } from "../log.ts";
import { lockRun, record } from "../runs/record.ts";
import { beginStandstill } from "./standstill.ts";

const KEY = "restored";
const Owed = z.object({ backupOf: z.string() });

/** Leaves word for the next hub that starts: what this database knows ends at that moment. */
export async function noteRestore(trx: Trx, backupOf: string): Promise<void> {
  await trx
    .insertInto("hubMemory")
    .values({ key: KEY, value: JSON.stringify({ backupOf }), changedAt: await now(trx) })
    .execute();
  // They left after the backup was made, or nobody knows: a homeowner is not told twice, nor of what is not so any more.
  await trx
    .updateTable("message")
    .set({
      status: "failed",
      sealedBody: null,
      nextTryAt: null,
      error: "The hub was restored from a backup that was made before this left.",
    })
    .where("status", "=", "waiting")
    .execute();
  await trx.updateTable("homeMessage").set({ status: "gone", nextTryAt: null }).where("status", "<>", "gone").execute();
}

/**
 * After a restore, before any run goes on: what was allowed once is void, and a run that had not ended may have gone on
 * after the backup was made, in a home that nobody remembers. It ends as unclear; nothing of it is sent again.
 */
export async function dealWithRestore(deps: {
  readonly db: Database;
  readonly consent: Pick<Consent, "voidGrants">;
  readonly log: Pick<Log, "warn">;
}): Promise<void> {
  const dealt = await transaction(deps.db, async (trx) => {
    const row = await trx.selectFrom("hubMemory").select("value").where("key", "=", KEY).forUpdate().executeTakeFirst();
    if (row === undefined) return null;
    const { backupOf } = Owed.parse(row.value);
    const at = await now(trx);
    const why = `The hub was restored from a backup of ${backupOf}: what happened after that is not on record.`;
    // Grants before runs: only those of runs that have not ended are void.
    const grants = await deps.consent.voidGrants(trx, { end: "restored", why, now: at });
    const runs = await endRuns(trx, why, at);
    const questions = await closeQuestions(trx, why, at);
    await appendLedger(trx, {
      chain: "firm",
      event: "hub.restored",
      actor: "hub",
      payload: { backupOf, runs, grants, questions },
      now: at,
    });
    await beginStandstill(trx, { why: "restored", since: at.toISOString(), backupOf });
    await trx.deleteFrom("hubMemory").where("key", "=", KEY).execute();
    return { backupOf, runs, grants, questions };
  });
  if (dealt === null) return;
  deps.log.warn(
    dealt,
    "This database was restored from a backup. Runs that had not ended are closed as unclear, what homeowners had allowed once is void, and nothing starts by itself until a person says so.",
  );
}

async function endRuns(trx: Trx, why: string, at: Date): Promise<number> {
  const open = await trx.selectFrom("run").select("id").where("finishedAt", "is", null).orderBy("id").execute();
  for (const { id } of open) {
    const row = await lockRun(trx, id);
    if (row === undefined) continue;
    const cut = await trx
      .updateTable("attempt")
      .set({ status: "uncertain", endedAt: at })
      .where("runId", "=", id)
      .where("status", "=", "intended")
      .returning(["id", "step", "capability", "target"])
      .execute();
    for (const { id: attemptId, step, capability, target } of cut) {
      await appendLedger(trx, {
        chain: SiteId.parse(row.siteId),
        event: "act.uncertain",
        actor: "hub",
        payload: { runId: RunId.parse(id), run: row.number, step, attemptId, capability, target, why },
        now: at,
      });
    }
    const events = [
      ...cut.map(({ id: attemptId, step }) => ({ kind: "fix.uncertain" as const, step, attemptId, why })),
      { kind: "run.finished" as const, outcome: "unclear" as const, note: why },
    ];
    // Nobody watches yet: the hub is only starting.
    await record(trx, row, at, { events });
  }
  return open.length;
}

/** Nobody can answer any more: the run that asked has ended. */
async function closeQuestions(trx: Trx, why: string, at: Date): Promise<number> {
  const asked = await trx
    .updateTable("consentRequest")
    .set({ status: "expired" })
    .where("status", "=", "asked")
    .returning(["id", "runId", "siteId"])
    .execute();
  for (const { id, runId, siteId } of asked) {
    await appendLedger(trx, {
      chain: SiteId.parse(siteId),
      event: "consent.expired",
      actor: "hub",
      payload: { requestId: id, runId: RunId.parse(runId), why },
      now: at,
    });
  }
  return asked.length;
}
