import {
  type Actor,
  CaretakerError,
  type DraftDetails,
  type RunbookDraft,
  type RunbookMistake,
} from "@caretaker/protocol";
import type { Selectable } from "kysely";
import { lockWaitingWish, withdrawVoid } from "../../approvals/request.ts";
import { type Database, type Trx, transaction } from "../../db/database.ts";
import type { Tables } from "../../db/tables.ts";
import { actorText, nameInActor } from "../../ledger/actor.ts";
import type { Library } from "../library.ts";
import { validateRunbook } from "../validate.ts";
import { verdictOf } from "../verdict.ts";
import { whySecondPerson } from "./second-person.ts";

export type DraftRow = Selectable<Tables["runbookDraft"]>;

/** Runbooks of the firm's own have this before their name, so that no stock runbook is ever in their place. */
const FIRM = "firm/";

export function firmId(name: string): string {
  return FIRM + name;
}

export async function listDrafts(db: Database): Promise<Omit<RunbookDraft, "text">[]> {
  const rows = await db.selectFrom("runbookDraft").selectAll().orderBy("id").execute();
  return rows.map(toDraft);
}

export async function draftDetails(db: Database, library: Library, name: string, now: Date): Promise<DraftDetails> {
  return detailsOf(db, library, await findDraft(db, name), now);
}

export async function findDraft(db: Database | Trx, name: string): Promise<DraftRow> {
  const row = await db.selectFrom("runbookDraft").selectAll().where("id", "=", firmId(name)).executeTakeFirst();
  if (row !== undefined) return row;
  throw new CaretakerError("not_found", `There is no draft ${name}. The page Runbooks shows those there are.`);
}

export async function detailsOf(db: Database | Trx, library: Library, row: DraftRow, now: Date): Promise<DraftDetails> {
  const nextVersion = (await lastVersion(db, row.id)) + 1;
  const verdict = verdictOf({ file: `${row.id}.yaml`, text: row.text }, library.world);
  const mistakes = [...verdict.mistakes, ...(verdict.ok ? misplaced(row, library, nextVersion) : [])];
  const isGood = verdict.ok && mistakes.length === 0;
  return {
    ...toDraft(row),
    verdict: { ...verdict, ok: isGood, mistakes, facts: isGood ? verdict.facts : null },
    nextVersion,
    needsSecondPerson: whyTwo(row, library),
    askedBy: await askedBy(db, row.id, now),
  };
}

/** What is only wrong with a draft of this name: its id, and that versions are counted one by one. */
function misplaced({ id, text }: DraftRow, { world }: Library, nextVersion: number): RunbookMistake[] {
  const result = validateRunbook(`${id}.yaml`, text, world);
  if (!result.ok) return [];
  const { runbook, source } = result;
  return [
    ...(runbook.id === id
      ? []
      : [
          source.mistake("wrong_id", ["id"], `a runbook of the firm's own is named as its draft is`, {
            didYouMean: id,
          }),
        ]),
    ...(runbook.version === nextVersion
      ? []
      : [
          source.mistake("wrong_value", ["version"], `the next version of it is ${nextVersion}`, {
            didYouMean: String(nextVersion),
          }),
        ]),
  ];
}

async function askedBy(db: Database | Trx, id: string, now: Date): Promise<string | null> {
  const wish = await db
    .selectFrom("approval")
    .select("requestedBy")
    .where("kind", "=", "runbook.publish")
    .where("subject", "=", id)
    .where("status", "=", "waiting")
    .where("expiresAt", ">", now.toISOString())
    .executeTakeFirst();
  return wish === undefined ? null : nameInActor(wish.requestedBy);
}

function whyTwo({ id, text }: DraftRow, { world }: Library): string | null {
  const result = validateRunbook(`${id}.yaml`, text, world);
  return result.ok ? whySecondPerson(result.facts) : null;
}

export async function lastVersion(db: Database | Trx, id: string): Promise<number> {
  const row = await db
    .selectFrom("runbookPublished")
    .select((select) => select.fn.max<number | null>("version").as("last"))
    .where("id", "=", id)
    .executeTakeFirst();
  return Number(row?.last ?? 0);
}

export interface SaveDraft {
  readonly name: string;
  readonly text: string;
  /** The one that was edited; 0 for a new draft. */
  readonly rowVersion: number;
  readonly copiedFrom?: string;
  readonly actor: Actor;
  readonly now: Date;
}

/** Saves what was written, with mistakes or without. Whoever edited an older one is told who was first; his text is his still. */
export async function saveDraft(db: Database, save: SaveDraft): Promise<DraftRow> {
  const id = firmId(save.name);
  return transaction(db, async (trx) => {
    const wish = await lockWaitingWish(trx, { kind: "runbook.publish", subject: id });
    const before = await trx.selectFrom("runbookDraft").selectAll().where("id", "=", id).forUpdate().executeTakeFirst();
    refuseOther(before, save);
    // An edit to a comment counts as well: what the second person did not read he did not approve.
    if (wish !== undefined && before?.text !== save.text) {
      await withdrawVoid(trx, wish, { actor: save.actor, because: EDITED, now: save.now });
    }
    const changed = { text: save.text, changedBy: actorText(save.actor), changedAt: save.now };
    if (before === undefined)
      return trx
        .insertInto("runbookDraft")
        .values({ id, ...changed, copiedFrom: save.copiedFrom ?? null })
        .returningAll()
        .executeTakeFirstOrThrow();
    return trx
      .updateTable("runbookDraft")
      .set({ ...changed, rowVersion: before.rowVersion + 1 })
      .where("id", "=", id)
      .returningAll()
      .executeTakeFirstOrThrow();
  });
}

const EDITED = "The draft was changed after this was asked for, so it is asked for anew.";
const THROWN_AWAY = "The draft was thrown away.";

export interface RemoveDraft {
  readonly name: string;
  readonly rowVersion: number;
  readonly actor: Actor;
  readonly now: Date;
}

export async function removeDraft(db: Database, { name, rowVersion, actor, now }: RemoveDraft): Promise<void> {
  await transaction(db, async (trx) => {
    const wish = await lockWaitingWish(trx, { kind: "runbook.publish", subject: firmId(name) });
    const before = await findDraft(trx, name);
    refuseOther(before, { name, rowVersion });
    if (wish !== undefined) await withdrawVoid(trx, wish, { actor, because: THROWN_AWAY, now });
    await trx.deleteFrom("runbookDraft").where("id", "=", before.id).where("rowVersion", "=", rowVersion).execute();
  });
}

function refuseOther(before: DraftRow | undefined, { name, rowVersion }: Pick<SaveDraft, "name" | "rowVersion">): void {
  const current = before?.rowVersion ?? 0;
  if (current === rowVersion) return;
  const words =
    before === undefined
      ? `There is no draft ${name} any more. Save what you wrote as a new one.`
      : rowVersion === 0
        ? `There is a draft ${name} already. Take another name, or open that one.`
        : `${nameInActor(before.changedBy)} has saved ${name} while you were editing. Look at it again, then make your change.`;
  throw new CaretakerError("changed_meanwhile", words, { meta: { currentVersion: current } });
}

function toDraft(row: DraftRow): RunbookDraft {
  return { ...row, id: row.id as RunbookDraft["id"], changedBy: nameInActor(row.changedBy) };
}
