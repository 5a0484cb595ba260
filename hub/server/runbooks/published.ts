import { CaretakerError, type RunbookDetails, type RunbookId } from "@caretaker/protocol";
import type { Selectable } from "kysely";
import type { Database, Trx } from "../db/database.ts";
import type { Tables } from "../db/tables.ts";
import { nameInActor } from "../ledger/actor.ts";
import { factsOf } from "./facts.ts";
import { readKept } from "./kept.ts";
import type { Library, OutdatedRunbook } from "./library.ts";
import { namesOf } from "./names.ts";
import { toDetails } from "./summary.ts";
import type { World } from "./world.ts";

export type PublishedRow = Selectable<Tables["runbookPublished"]>;

export function publishedOf(db: Database | Trx, id: string) {
  return db.selectFrom("runbookPublished").selectAll().where("id", "=", id).orderBy("version", "desc");
}

/** The newest version of a runbook that the firm published, whether or not it can be started now. */
export function newestOf(db: Database | Trx, id: string): Promise<PublishedRow | undefined> {
  return publishedOf(db, id).limit(1).executeTakeFirst();
}

/** A version as it was published, read with the runbooks that it used then, whatever these are now. */
export function readPublished(row: PublishedRow, { connectors }: World) {
  const id = row.id as RunbookId;
  const { runbook, uses } = readKept(row.document, id);
  const world: World = { connectors, runbooks: uses };
  return { id, runbook, world, facts: factsOf(runbook, namesOf(runbook, world), world) };
}

/** One that nobody can start now is opened all the same: its steps, its text, its versions, and why. */
export async function notStartableDetails(
  db: Database,
  library: Library,
  id: string,
): Promise<Omit<RunbookDetails, "record"> | null> {
  const row = await newestOf(db, id);
  if (row === undefined) return null;
  const retired = await db.selectFrom("runbookRetired").selectAll().where("id", "=", id).executeTakeFirst();
  const outdated = library.outdated?.find((one) => one.id === id);
  const why =
    retired !== undefined
      ? { kind: "retired" as const, words: retiredWords(retired) }
      : { kind: "outdated" as const, words: outdatedWords(outdated) };
  const { runbook, world, facts } = readPublished(row, library.world);
  const { digest, text } = row;
  const one = { id: id as RunbookId, runbook, facts, digest, text, isStock: false };
  return { ...toDetails(one, world), notStartable: why };
}

/** What the firm published and nobody can start now, for the list: retired ones, and those to be published again. */
export async function listNotStartable(db: Database, library: Library) {
  const retired = await db
    .selectFrom("runbookRetired")
    .innerJoin("runbookPublished", "runbookPublished.id", "runbookRetired.id")
    .distinctOn("runbookPublished.id")
    .selectAll("runbookRetired")
    .select(["runbookPublished.version", "runbookPublished.title"])
    .orderBy("runbookPublished.id")
    .orderBy("runbookPublished.version", "desc")
    .execute();
  return [
    ...(library.outdated ?? []).map(toListed),
    ...retired.map((one) => ({
      id: one.id as RunbookId,
      version: one.version,
      title: one.title,
      kind: "retired" as const,
      words: retiredWords(one),
    })),
  ];
}

/** Those to be published again that could run on these makes: whoever looks for one where it was started finds out why it is not there. */
export async function listOutdatedFor(db: Database, library: Library, makes: ReadonlySet<string>) {
  const listed: ReturnType<typeof toListed>[] = [];
  for (const one of library.outdated ?? []) {
    const row = await newestOf(db, one.id);
    if (row === undefined) continue;
    const { facts } = readPublished(row, library.world);
    if (facts.connectors.some((id) => makes.has(id))) listed.push(toListed(one));
  }
  return listed;
}

function toListed(one: OutdatedRunbook) {
  const { id, version, title } = one;
  return { id, version, title, kind: "outdated" as const, words: outdatedWords(one) };
}

/** Why nobody can start it, where that is so; thrown by whoever is asked to. */
export async function refuseNotStartable(db: Database | Trx, library: Library, id: string): Promise<void> {
  const why = await whyNotStartable(db, library, id);
  if (why !== null) throw new CaretakerError("not_found", `${id} cannot be started. ${why}`, { meta: { runbook: id } });
}

/** Retired, or to be published again; null where neither is so. */
export async function whyNotStartable(db: Database | Trx, library: Library, id: string): Promise<string | null> {
  const retired = await db.selectFrom("runbookRetired").selectAll().where("id", "=", id).executeTakeFirst();
  if (retired !== undefined) return retiredWords(retired);
  const outdated = library.outdated?.find((one) => one.id === id);
  return outdated === undefined ? null : outdatedWords(outdated);
}

function retiredWords({ retiredBy, reason }: Selectable<Tables["runbookRetired"]>): string {
  return `Retired by ${nameInActor(retiredBy)}: ${reason}`;
}

const BECAUSE = {
  changed: (id: string) => `${id} changed`,
  gone: (id: string) => `${id} is no longer there`,
  outdated: (id: string) => `${id} has to be published again first`,
};

function outdatedWords(one: OutdatedRunbook | undefined): string {
  const because = (one?.because ?? []).map(({ id, what }) => BECAUSE[what](id));
  const why = because.length === 0 ? "this hub reads it differently now" : because.join(", and ");
  return `Needs publishing again, because ${why}.`;
}
