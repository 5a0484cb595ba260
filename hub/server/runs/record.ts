import type { LedgerEvent, RunEvent, RunEventData, RunId, SiteId } from "@caretaker/protocol";
import type { Selectable } from "kysely";
import type { Announcement } from "../announcements.ts";
import type { Trx } from "../db/database.ts";
import type { Tables } from "../db/tables.ts";
import { appendLedger } from "../ledger/append.ts";
import { EMPTY_MEMORY, type RunMemory } from "./memory.ts";
import { apply, hasEnded, type RunState } from "./status.ts";
import { summaryOf } from "./summary.ts";

export type RunRow = Selectable<Tables["run"]>;

/** Locks a run's row until the transaction ends. Always first: the order is run, site, requests, locks, ledger. */
export function lockRun(trx: Trx, runId: string): Promise<RunRow | undefined> {
  return trx.selectFrom("run").selectAll().where("id", "=", runId).forUpdate().executeTakeFirst();
}

export function stateOf(row: RunRow): RunState {
  const { status, outcome, step, note, waitingUntil, waitingWhy, uncertainSteps, stopRequestedAt } = row;
  const { stopRequestedBy, stopReason, isWithdrawn, lastEvent, startedAt, finishedAt } = row;
  return {
    status,
    outcome,
    step,
    note,
    waitingUntil,
    waitingWhy,
    uncertainSteps,
    stopRequestedAt,
    stopRequestedBy,
    stopReason,
    isWithdrawn,
    lastEvent,
    startedAt,
    finishedAt,
  };
}

export function memoryOf(row: Pick<RunRow, "memory">): RunMemory {
  return { ...EMPTY_MEMORY, ...row.memory };
}

export interface Change {
  readonly events: readonly RunEventData[];
  readonly memory?: RunMemory;
  /** When there is something to do next; null when nothing is. Absent: as it was. */
  readonly wakeAt?: Date | null;
  /** Gives the claim back. */
  readonly release?: boolean;
  /** Renews the claim until then. */
  readonly claimedUntil?: Date;
}

/**
 * Writes what happened: events, and the row as they make it, in the caller's transaction, in which the row is locked.
 * The end of a run gives back its locks and goes into the site's ledger, which is locked last.
 */
export async function record(
  trx: Trx,
  row: RunRow,
  now: Date,
  { events, memory, wakeAt, release, claimedUntil }: Change,
): Promise<{ row: RunRow; announcements: readonly Announcement[] }> {
  const at = now.toISOString();
  let state = stateOf(row);
  const written: RunEvent[] = [];
  for (const data of events) {
    const event = { runId: row.id as RunId, number: state.lastEvent + 1, at, data };
    state = apply(state, event);
    written.push(event);
  }
  const isOver = hasEnded(state);
  const next = await trx
    .updateTable("run")
    .set({
      ...state,
      uncertainSteps: [...state.uncertainSteps],
      hasUncertainStep: state.uncertainSteps.length > 0,
      ...(memory === undefined ? {} : { memory: JSON.stringify(memory) }),
      ...(isOver ? { wakeAt: null } : wakeAt === undefined ? {} : { wakeAt }),
      ...(release || isOver
        ? { claimedBy: null, claimedUntil: null }
        : claimedUntil === undefined
          ? {}
          : { claimedUntil }),
    })
    .where("id", "=", row.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  if (written.length > 0) {
    await trx
      .insertInto("runEvent")
      .values(written.map(({ runId, number, data }) => ({ runId, number, at, data: JSON.stringify(data) })))
      .execute();
  }
  if (isOver) await trx.deleteFrom("siteLock").where("runId", "=", row.id).execute();
  for (const { data } of written) await writeEnd(trx, next, data, now);
  if (written.length === 0) return { row: next, announcements: [] };
  const run = await summaryOf(trx, next);
  const stepped = {
    type: "run.stepped" as const,
    siteId: row.siteId as SiteId,
    runId: row.id as RunId,
    run,
    events: written,
  };
  return { row: next, announcements: [stepped] };
}

async function writeEnd(trx: Trx, row: RunRow, data: RunEventData, now: Date): Promise<void> {
  if (data.kind !== "run.finished" && data.kind !== "run.cancelled") return;
  const event: LedgerEvent = data.kind;
  const result = data.kind === "run.finished" ? { outcome: data.outcome } : { by: data.by };
  await appendLedger(trx, {
    chain: row.siteId as SiteId,
    event,
    actor: data.kind === "run.cancelled" ? data.by : "hub",
    payload: {
      runId: row.id,
      number: row.number,
      runbook: row.runbook,
      digest: row.digest,
      ...result,
      ...(data.note === undefined ? {} : { note: data.note }),
      uncertainSteps: row.uncertainSteps,
    },
    now,
  });
}
