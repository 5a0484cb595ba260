import { type Actor, CaretakerError, type PersonErasure, type PersonId } from "@caretaker/protocol";
import { sql } from "kysely";
import type { Database, Trx } from "../db/database.ts";
import { actorText } from "../ledger/actor.ts";
import { appendLedger } from "../ledger/append.ts";
import { erasePayloads } from "../ledger/erase.ts";
import { entriesAbout } from "./entries-about.ts";
import { doOrCount } from "./only-count.ts";
import { GONE, personEver, replaceWords } from "./personal-words.ts";

/**
 * Takes a former colleague out: who he was, how he signed in, and his name wherever it was written. What he did stays,
 * by an id that says no name any more. Only of somebody who was shut out before.
 */
export async function erasePerson(
  db: Database,
  {
    personId,
    reason,
    actor,
    now,
    isPreview = false,
  }: { personId: PersonId; reason: string; actor: Actor | "hub"; now: Date; isPreview?: boolean },
): Promise<PersonErasure> {
  return doOrCount(db, isPreview, async (trx) => {
    const by = actor === "hub" ? actor : actorText(actor);
    const person = await trx.selectFrom("person").selectAll().where("id", "=", personId).forUpdate().executeTakeFirst();
    if (person === undefined) throw new CaretakerError("not_found", "There is no such person.");
    if (person.name === GONE) throw new CaretakerError("already_done", "This person was erased before.");
    if (person.disabledAt === null) {
      throw new CaretakerError(
        "conflict",
        `${person.name} can still sign in. Shut them out first; then they can be erased.`,
      );
    }
    const words = await personEver(trx, person);
    if (words.some((word) => reason.toLowerCase().includes(word.toLowerCase()))) {
      const message = "names the person: the reason stays, so say it without a name or an address";
      throw new CaretakerError("invalid_input", `The reason ${message}.`, { fields: [{ path: "reason", message }] });
    }
    await refuseWhileAnswerable(trx, personId);
    const entries = await entriesAbout(trx, { id: personId, idIn: null, chains: null, words });
    for (const [chain, numbers] of entries) await erasePayloads(trx, { chain, numbers, actor: by, reason, now });
    const rows = await replaceWords(trx, null, words);
    for (const table of ["browser_session", "sign_in_account", "second_factor", "passkey"])
      await sql`delete from ${sql.table(table)} where user_id = ${personId}`.execute(trx);
    await trx.deleteFrom("signInLink").where("personId", "=", personId).execute();
    // Another colleague may bear a name that this one gave up; an address is one person's.
    const addresses = words.filter((word) => word.includes("@"));
    await trx.deleteFrom("invitation").where("email", "in", addresses).execute();
    await trx.deleteFrom("message").where("toAddress", "in", addresses).execute();
    await trx
      .updateTable("person")
      .set({ name: GONE, email: `${personId}@erased.invalid`, image: null, lastSeenAt: null, twoFactorEnabled: false })
      .where("id", "=", personId)
      .execute();
    const counted: PersonErasure = { ledgerEntries: [...entries.values()].flat().length, rows };
    await appendLedger(trx, {
      chain: "firm",
      event: "person.erased",
      actor: by,
      payload: { personId, reason, ...counted },
      now,
    });
    return counted;
  });
}

/** What goes on in his name is ended first: somebody must answer for it. */
async function refuseWhileAnswerable(trx: Trx, personId: PersonId): Promise<void> {
  const open = await trx
    .selectFrom("run")
    .select("number")
    .where("finishedAt", "is", null)
    .where((where) => where.or([where("startedById", "=", personId), where("answerableId", "=", personId)]))
    .orderBy("number")
    .executeTakeFirst();
  if (open === undefined) return;
  throw new CaretakerError(
    "conflict",
    `RUN-${open.number} goes on in the name of this person. Cancel it first; then they can be erased.`,
  );
}
