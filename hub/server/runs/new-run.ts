import type { RunEvent, RunEventData, RunId } from "@caretaker/protocol";
import { oneBuiltOnce } from "../db/built-once.ts";
import type { Trx } from "../db/database.ts";
import { EMPTY_MEMORY } from "./memory.ts";
import { type Recorded, type RunRow, tell, type Written } from "./record.ts";
import { apply, BEFORE_THE_FIRST } from "./status.ts";

export interface NewRun
  extends Pick<RunRow, "id" | "siteId" | "gatewayId" | "runbook" | "runbookVersion" | "digest" | "title" | "reason">,
    Pick<RunRow, "homeownerAsked" | "isRehearsal" | "startedBy" | "startedById" | "answerableId"> {
  readonly inputs: Readonly<Record<string, unknown>>;
  /** The version that it begins with, which is kept from now on. */
  readonly document: Readonly<Record<string, unknown>>;
  readonly source: string;
}

/** Writes a run that is due now, the version that it keeps, and the first event of its log, in one statement. */
export async function addRun(
  trx: Trx,
  { inputs, document, ...run }: NewRun,
  now: Date,
  data: RunEventData,
): Promise<Recorded & Written> {
  const event: RunEvent = { runId: run.id as RunId, number: 1, at: now.toISOString(), data };
  const { status, lastEvent } = apply(BEFORE_THE_FIRST, event);
  const added = await insert(trx, {
    ...run,
    inputs: JSON.stringify(inputs),
    document: JSON.stringify(document),
    memory: JSON.stringify(EMPTY_MEMORY),
    status,
    lastEvent,
    data: JSON.stringify(data),
    now,
  });
  if (added === undefined) throw new Error(`The site ${run.siteId} of a new run is not there.`);
  const { siteName, ...row } = added;
  return tell({ row, siteName }, [event]);
}

type Inserted = Omit<NewRun, "inputs" | "document"> &
  Pick<RunRow, "status" | "lastEvent"> & {
    readonly inputs: string;
    readonly document: string;
    readonly memory: string;
    readonly data: string;
    readonly now: Date;
  };

const insert = oneBuiltOnce((db, given: Inserted) => {
  const { id, siteId, gatewayId, runbook, runbookVersion, digest, title, reason, inputs, memory, now } = given;
  const { homeownerAsked, isRehearsal, startedBy, startedById, answerableId, status, lastEvent } = given;
  const { document, source, data } = given;
  return db
    .with("kept", (one) =>
      one
        .insertInto("runbookVersion")
        .values({ digest, id: runbook, version: runbookVersion, document, source, keptAt: now })
        .onConflict((conflict) => conflict.doNothing()),
    )
    .with("added", (one) =>
      one
        .insertInto("run")
        .values({
          ...{ id, siteId, gatewayId, runbook, runbookVersion, digest, title, inputs, reason, homeownerAsked },
          ...{ isRehearsal, startedBy, startedById, answerableId, status, lastEvent, memory },
          wakeAt: now,
          createdAt: now,
        })
        .returningAll(),
    )
    .with("logged", (one) =>
      one.insertInto("runEvent").values((added) => ({
        runId: added.selectFrom("added").select("id"),
        number: lastEvent,
        at: now,
        data,
      })),
    )
    .selectFrom("added")
    .innerJoin("site", "site.id", "added.siteId")
    .selectAll("added")
    .select("site.name as siteName");
});
