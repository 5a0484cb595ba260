import type { LedgerEvent, RunEvent, RunEventData, RunId, SiteId } from "@caretaker/protocol";
import { type Selectable, sql } from "kysely";
import type { Announcement } from "../announcements.ts";
import { builtOnce, oneBuiltOnce } from "../db/built-once.ts";
import type { Database, Trx } from "../db/database.ts";
import type { Tables } from "../db/tables.ts";
import { together } from "../db/together.ts";
import { appendLedger } from "../ledger/append.ts";
import { EMPTY_MEMORY, type RunMemory } from "./memory.ts";
import { apply, hasEnded, type RunState } from "./status.ts";
import { toSummary } from "./summary.ts";

export type RunRow = Selectable<Tables["run"]>;

/** Locks a run's row until the transaction ends. Always first: the order is run, site, requests, locks, ledger. */
export function lockRun(trx: Trx, runId: string): Promise<RunRow | undefined> {
  return selectForUpdate(trx, { runId });
}

const selectForUpdate = oneBuiltOnce((db, { runId }: { runId: string }) =>
  db.selectFrom("run").selectAll().where("id", "=", runId).forUpdate(),
);

/**
 * The same for whoever has read the row before and has the claim to it: most of a row never changes, and forty columns cost
 * more to read than a lock to take. Undefined when anybody else has written to it since then, or has taken the claim.
 */
export async function lockIfUnchanged(trx: Trx, row: RunRow): Promise<RunRow | undefined> {
  const { id, fencing, claimedBy, lastEvent } = row;
  const moments = await selectUnchanged(trx, { id, fencing, claimedBy, lastEvent });
  return moments === undefined ? undefined : { ...row, ...moments };
}

const selectUnchanged = oneBuiltOnce((db, was: Pick<RunRow, "id" | "fencing" | "claimedBy" | "lastEvent">) =>
  db
    .selectFrom("run")
    .select(["wakeAt", "claimedUntil"])
    .where("id", "=", was.id)
    .where("fencing", "=", was.fencing)
    .where("claimedBy", "=", was.claimedBy)
    .where("lastEvent", "=", was.lastEvent)
    .forUpdate(),
);

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

export interface Recorded {
  readonly row: RunRow;
  readonly announcements: readonly Announcement[];
}

/**
 * Writes what happened: events, and the row as they make it, in the caller's transaction, in which the row is locked.
 * The end of a run gives back its locks and goes into the site's ledger, which is locked last.
 */
export async function record(trx: Trx, row: RunRow, now: Date, change: Change): Promise<Recorded & Written> {
  const next = follow(row, now, change.events);
  const [written] = await together(
    write(trx, row, next, change),
    hasEnded(next.state) ? giveLocksBack(trx, { runId: row.id }) : null,
    ...next.events.map(({ data }) =>
      writeEnd(trx, { ...row, uncertainSteps: [...next.state.uncertainSteps] }, data, now),
    ),
  );
  if (written === undefined) throw new Error(`Run ${row.number} is not there any more.`);
  return tell(written, next.events);
}

const giveLocksBack = builtOnce((db, { runId }: { runId: string }) =>
  db.deleteFrom("siteLock").where("runId", "=", runId),
);

/**
 * The same in one statement and without a lock, for whoever has the claim to the run: nothing is written, and null comes
 * back, when anybody else has written to the run since `row` was read (whoever does writes an event, or takes the claim).
 * Not for the end of a run, which takes a transaction.
 */
export async function recordIfUnchanged(
  db: Database,
  row: RunRow,
  now: Date,
  change: Change,
): Promise<Recorded | null> {
  const next = follow(row, now, change.events);
  if (hasEnded(next.state)) throw new Error("The end of a run goes into the ledger: it needs a transaction.");
  const written = await write(db, row, next, change, { onlyIfUnchanged: true });
  return written === undefined ? null : tell(written, next.events);
}

interface Following {
  readonly state: RunState;
  readonly events: readonly RunEvent[];
}

/** The events with their numbers, and what they make of the run. */
function follow(row: RunRow, now: Date, said: readonly RunEventData[]): Following {
  const at = now.toISOString();
  let state = stateOf(row);
  const events: RunEvent[] = [];
  for (const data of said) {
    const event = { runId: row.id as RunId, number: state.lastEvent + 1, at, data };
    state = apply(state, event);
    events.push(event);
  }
  return { state, events };
}

export interface Written {
  readonly row: RunRow;
  readonly siteName: string;
}

/**
 * The row and its new events in one statement: most of what a run costs is on the way to the database and back. What was
 * written is known here, and is not read again.
 */
async function write(
  db: Database,
  row: RunRow,
  { state, events }: Following,
  { memory, wakeAt, release, claimedUntil }: Change,
  { onlyIfUnchanged = false } = {},
): Promise<Written | undefined> {
  const isOver = hasEnded(state);
  const isGivenBack = release === true || isOver;
  const words = memory === undefined ? null : JSON.stringify(memory);
  const columns = {
    ...state,
    uncertainSteps: [...state.uncertainSteps],
    hasUncertainStep: state.uncertainSteps.length > 0,
    claimedBy: isGivenBack ? null : row.claimedBy,
    claimedUntil: isGivenBack ? null : (claimedUntil?.toISOString() ?? row.claimedUntil),
  };
  const isStep = SELDOM.every((field) => state[field] === row[field]);
  const written = await WRITE[`${isStep ? "step" : "all"},${onlyIfUnchanged ? "if_unchanged" : "locked"}`](db, {
    ...columns,
    id: row.id,
    memory: words,
    setsWakeAt: isOver || wakeAt !== undefined,
    wakeAt: isOver ? null : (wakeAt ?? null),
    said: JSON.stringify(events.map(({ number, at, data }) => ({ number, at, data }))),
    wasFencing: row.fencing,
    wasLastEvent: row.lastEvent,
    wasClaimedBy: row.claimedBy,
  });
  if (written === undefined) return undefined;
  const { siteName, wakeAt: dueAt } = written;
  return {
    row: { ...row, ...columns, wakeAt: dueAt, memory: words === null ? row.memory : JSON.parse(words) },
    siteName,
  };
}

interface Writing extends Omit<RunState, "uncertainSteps"> {
  readonly id: string;
  readonly uncertainSteps: string[];
  readonly hasUncertainStep: boolean;
  /** As JSON; null leaves it as it is. */
  readonly memory: string | null;
  /** Where it is not set it stays as it is in the database, where somebody may have set it meanwhile. */
  readonly setsWakeAt: boolean;
  readonly wakeAt: Date | null;
  readonly claimedBy: string | null;
  readonly claimedUntil: string | null;
  /** The events, as JSON. */
  readonly said: string;
  readonly wasFencing: number;
  readonly wasLastEvent: number;
  readonly wasClaimedBy: string | null;
}

/** What most steps leave as it is. */
const SELDOM = [
  ...(["outcome", "note", "waitingUntil", "waitingWhy", "uncertainSteps", "finishedAt"] as const),
  ...(["stopRequestedAt", "stopRequestedBy", "stopReason", "isWithdrawn"] as const),
];

/** Twenty columns cost twice as much as the few that a step changes. */
const WRITE = {
  "step,locked": oneBuiltOnce((db, given: Writing) => writing(db, given, { isStep: true, onlyIfUnchanged: false })),
  "step,if_unchanged": oneBuiltOnce((db, given: Writing) =>
    writing(db, given, { isStep: true, onlyIfUnchanged: true }),
  ),
  "all,locked": oneBuiltOnce((db, given: Writing) => writing(db, given, { isStep: false, onlyIfUnchanged: false })),
  "all,if_unchanged": oneBuiltOnce((db, given: Writing) =>
    writing(db, given, { isStep: false, onlyIfUnchanged: true }),
  ),
};

function writing(
  db: Database,
  given: Writing,
  { isStep, onlyIfUnchanged }: { readonly isStep: boolean; readonly onlyIfUnchanged: boolean },
) {
  return db
    .with("changed", (one) =>
      one
        .updateTable("run")
        .set({
          status: given.status,
          step: given.step,
          lastEvent: given.lastEvent,
          startedAt: given.startedAt,
          memory: sql`coalesce(${given.memory}::jsonb, memory)`,
          wakeAt: sql`case when ${given.setsWakeAt}::boolean then ${given.wakeAt}::timestamptz else wake_at end`,
          claimedBy: given.claimedBy,
          claimedUntil: given.claimedUntil,
          ...(isStep ? {} : seldomOf(given)),
        })
        .where("id", "=", given.id)
        .$if(onlyIfUnchanged, (where) =>
          where
            .where("fencing", "=", given.wasFencing)
            .where("claimedBy", "=", given.wasClaimedBy)
            .where("lastEvent", "=", given.wasLastEvent),
        )
        .returning(["id", "siteId", "wakeAt"]),
    )
    .with("logged", (one) =>
      one
        .insertInto("runEvent")
        .columns(["runId", "number", "at", "data"])
        .expression((select) =>
          select
            .selectFrom("changed")
            .innerJoin(
              sql<EventColumns>`jsonb_to_recordset(${given.said}::jsonb)`.as<"said">(
                sql`said(number integer, at timestamptz, data jsonb)`,
              ),
              (join) => join.onTrue(),
            )
            .select(["changed.id", "said.number", "said.at", "said.data"]),
        ),
    )
    .selectFrom("changed")
    .innerJoin("site", "site.id", "changed.siteId")
    .select(["changed.wakeAt", "site.name as siteName"]);
}

function seldomOf(given: Writing) {
  return {
    outcome: given.outcome,
    note: given.note,
    waitingUntil: given.waitingUntil,
    waitingWhy: given.waitingWhy,
    uncertainSteps: given.uncertainSteps,
    hasUncertainStep: given.hasUncertainStep,
    stopRequestedAt: given.stopRequestedAt,
    stopRequestedBy: given.stopRequestedBy,
    stopReason: given.stopReason,
    isWithdrawn: given.isWithdrawn,
    finishedAt: given.finishedAt,
  };
}

interface EventColumns {
  readonly number: number;
  readonly at: string;
  readonly data: string;
}

/** With what whoever watches is told. */
export function tell({ row, siteName }: Written, events: readonly RunEvent[]): Recorded & Written {
  if (events.length === 0) return { row, siteName, announcements: [] };
  const stepped = {
    type: "run.stepped" as const,
    siteId: row.siteId as SiteId,
    runId: row.id as RunId,
    run: toSummary(row, siteName),
    events,
  };
  return { row, siteName, announcements: [stepped] };
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
