import {
  CaretakerError,
  inLanguage,
  type RunbookId,
  type RunDetails,
  type RunEvent,
  type RunId,
  type RunStatus,
  type RunSummary,
  type SiteId,
} from "@caretaker/protocol";
import { valueWords } from "../runbooks/expect.ts";
import { isThingKind } from "../runbooks/field-types.ts";
import { readKept } from "../runbooks/kept.ts";
import { outlineOf } from "../runbooks/summary.ts";
import type { RunsDeps } from "./deps.ts";
import { toSummary } from "./summary.ts";
import { loadThing } from "./things.ts";

export async function getRun(deps: RunsDeps, runId: RunId): Promise<RunDetails> {
  const row = await deps.db
    .selectFrom("run")
    .innerJoin("site", "site.id", "run.siteId")
    .innerJoin("runbookVersion", "runbookVersion.digest", "run.digest")
    .selectAll("run")
    .select(["site.name as siteName", "runbookVersion.document"])
    .where("run.id", "=", runId)
    .executeTakeFirst();
  if (row === undefined) throw new CaretakerError("not_found", "There is no such run.");
  const { runbook, uses } = readKept(row.document, row.runbook as RunbookId);
  const now = await deps.now(deps.db);
  const inputs: RunDetails["inputs"] = {};
  for (const [name, { type, title, default: usual }] of Object.entries(runbook.inputs)) {
    const value = row.inputs[name] ?? usual;
    const thing = isThingKind(type) && typeof value === "string" ? await loadThing(deps.db, type, value) : null;
    const shown = thing?.name ?? (isThingKind(type) && value !== null ? "no longer there" : valueWords(value));
    inputs[name] = { title: title === null ? name : inLanguage(title, "en"), value, shown };
  }
  const world = { ...deps.library.world, runbooks: uses };
  return {
    ...toSummary(row, row.siteName),
    inputs,
    digest: row.digest,
    tell: inLanguage(runbook.tell, "en"),
    outline: outlineOf(runbook, world),
    consents: await deps.consent.ofRun(deps.db, { runId, now }),
    note: row.note,
    lastEvent: row.lastEvent,
  };
}

export interface RunQuery {
  readonly siteId?: SiteId | undefined;
  readonly runbook?: RunbookId | undefined;
  readonly status?: RunStatus | undefined;
  readonly limit: number;
  /** The id of the last run before. */
  readonly cursor?: string | undefined;
}

/** Newest first: ids sort by the moment they were made. */
export async function listRuns(
  { db }: Pick<RunsDeps, "db">,
  { siteId, runbook, status, limit, cursor }: RunQuery,
): Promise<{ items: RunSummary[]; nextCursor: string | null }> {
  let query = db
    .selectFrom("run")
    .innerJoin("site", "site.id", "run.siteId")
    .selectAll("run")
    .select("site.name as siteName")
    .orderBy("run.number", "desc")
    .limit(limit + 1);
  if (siteId !== undefined) query = query.where("run.siteId", "=", siteId);
  if (runbook !== undefined) query = query.where("run.runbook", "=", runbook);
  if (status !== undefined) query = query.where("run.status", "=", status);
  if (cursor !== undefined) query = query.where("run.number", "<", readCursor(cursor));
  const rows = await query.execute();
  const items = rows.slice(0, limit).map((row) => toSummary(row, row.siteName));
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last !== undefined ? String(last.number) : null };
}

function readCursor(cursor: string): number {
  if (/^\d{1,9}$/.test(cursor)) return Number(cursor);
  throw new CaretakerError("invalid_input", "The cursor is not one that this list gave.", {
    fields: [{ path: "cursor", message: "is not one that this list gave" }],
  });
}

/** The log from a number on: what a watcher missed. */
export async function runEvents(
  { db }: Pick<RunsDeps, "db">,
  { runId, since, limit }: { runId: RunId; since: number; limit: number },
): Promise<{ items: RunEvent[]; lastEvent: number }> {
  const run = await db.selectFrom("run").select("lastEvent").where("id", "=", runId).executeTakeFirst();
  if (run === undefined) throw new CaretakerError("not_found", "There is no such run.");
  const rows = await db
    .selectFrom("runEvent")
    .selectAll()
    .where("runId", "=", runId)
    .where("number", ">", since)
    .orderBy("number")
    .limit(limit)
    .execute();
  return { items: rows.map((row) => ({ ...row, runId })), lastEvent: run.lastEvent };
}
