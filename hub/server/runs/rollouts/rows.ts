import type {
  ApprovalId,
  GatewayId,
  PersonId,
  Rollout,
  RolloutHome,
  RolloutId,
  RolloutSummary,
  RunbookId,
  RunId,
  SiteId,
} from "@caretaker/protocol";
import { CaretakerError, RolloutWish } from "@caretaker/protocol";
import { type Selectable, sql } from "kysely";
import type { Database, Trx } from "../../db/database.ts";
import type { Tables } from "../../db/tables.ts";
import { nameInActor } from "../../ledger/actor.ts";
import type { Library } from "../../runbooks/library.ts";
import { needsSecondPerson, resultOf } from "./waves.ts";

export type RolloutRow = Selectable<Tables["rollout"]>;

/** Locks a rollout until the transaction ends. Always before the runs of its homes. */
export async function lockRollout(trx: Trx, id: string): Promise<RolloutRow> {
  const row = await trx.selectFrom("rollout").selectAll().where("id", "=", id).forUpdate().executeTakeFirst();
  if (row === undefined) throw new CaretakerError("not_found", "There is no such rollout.");
  return row;
}

export type HomeRow = Awaited<ReturnType<typeof homesOf>>[number];

/** The homes in the order of their turns, each with what became of its run. */
export function homesOf(db: Database, rolloutIds: readonly string[]) {
  return db
    .selectFrom("rolloutHome")
    .innerJoin("site", "site.id", "rolloutHome.siteId")
    .leftJoin("run", "run.id", "rolloutHome.runId")
    .selectAll("rolloutHome")
    .select(["site.name as siteName", "run.number as runNumber", "run.status as runStatus", "run.outcome"])
    .select("run.note as runNote")
    .where("rolloutHome.rolloutId", "in", rolloutIds.length === 0 ? [NOBODY] : [...rolloutIds])
    .orderBy("rolloutHome.place")
    .execute();
}

const NOBODY = "00000000-0000-0000-0000-000000000000";

export async function readRollout(
  { db, library }: { readonly db: Database; readonly library: Library },
  id: string,
): Promise<Rollout> {
  const row = await db.selectFrom("rollout").selectAll().where("id", "=", id).executeTakeFirst();
  if (row === undefined) throw new CaretakerError("not_found", "There is no such rollout.");
  const homes = await homesOf(db, [id]);
  const approval = await db
    .selectFrom("approval")
    .select("id")
    .where("kind", "=", "rollout.wave")
    .where("subject", "=", id)
    .where("status", "=", "waiting")
    .executeTakeFirst();
  const would = row.isRehearsal ? await wishesOf(db, homes) : new Map<string, RolloutWish[]>();
  return {
    ...toSummary(row, homes),
    digest: row.digest,
    homes: homes.map((home) => toHome(home, would.get(home.runId ?? "") ?? [])),
    approvalId: (approval?.id ?? null) as ApprovalId | null,
    nextNeedsSecondPerson: needsSecondPerson(library, row, homes, row.wave + 1),
  };
}

/** What the rehearsals of these homes said, by run, in their order. */
async function wishesOf(db: Database, homes: readonly HomeRow[]): Promise<Map<string, RolloutWish[]>> {
  const runIds = homes.flatMap(({ runId }) => (runId === null ? [] : [runId]));
  if (runIds.length === 0) return new Map();
  const events = await db
    .selectFrom("runEvent")
    .select(["runId", "data"])
    .where("runId", "in", runIds)
    .where(sql<boolean>`data ->> 'kind' = 'fix.rehearsed'`)
    .orderBy("runId")
    .orderBy("number")
    .execute();
  const wishes = new Map<string, RolloutWish[]>();
  for (const { runId, data } of events) {
    if (data.kind === "fix.rehearsed") wishes.set(runId, [...(wishes.get(runId) ?? []), RolloutWish.parse(data)]);
  }
  return wishes;
}

const MOST = 100;

export async function listRollouts(db: Database): Promise<RolloutSummary[]> {
  const rows = await db.selectFrom("rollout").selectAll().orderBy("number", "desc").limit(MOST).execute();
  const homes = Map.groupBy(
    await homesOf(
      db,
      rows.map(({ id }) => id),
    ),
    ({ rolloutId }) => rolloutId,
  );
  return rows.map((row) => toSummary(row, homes.get(row.id) ?? []));
}

export function toSummary(row: RolloutRow, homes: readonly HomeRow[]): RolloutSummary {
  const results = homes.map(resultOf);
  const count = (wanted: string): number => results.filter((result) => result === wanted).length;
  const last = Math.max(...homes.map(({ wave }) => wave), 1);
  return {
    id: row.id as RolloutId,
    number: row.number,
    runbook: row.runbook as RunbookId,
    runbookTitle: row.title,
    runbookVersion: row.runbookVersion,
    reason: row.reason,
    status: row.status,
    why: row.why,
    startedBy: nameInActor(row.startedBy),
    startedById: row.startedById as PersonId,
    createdAt: row.createdAt,
    finishedAt: row.finishedAt,
    wave: row.wave,
    waves: Array.from({ length: last }, (_, index) => homes.filter(({ wave }) => wave === index + 1).length),
    haltAfter: row.haltAfter,
    goesOn: row.goesOn,
    isRehearsal: row.isRehearsal,
    counts: {
      planned: count("planned"),
      open: count("open"),
      well: count("well"),
      ill: count("ill"),
      notDone: count("not_done"),
    },
  };
}

function toHome(home: HomeRow, would: RolloutWish[]): RolloutHome {
  const { runId, runNumber, runStatus } = home;
  return {
    siteId: home.siteId as SiteId,
    siteName: home.siteName,
    gatewayId: home.gatewayId as GatewayId | null,
    inputs: home.inputs,
    wave: home.wave,
    status: home.status,
    why: home.why,
    run:
      runId === null || runNumber === null || runStatus === null
        ? null
        : { id: runId as RunId, number: runNumber, status: runStatus, outcome: home.outcome, note: home.runNote },
    would,
  };
}
