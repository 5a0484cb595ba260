import { type Actor, CaretakerError, type ContactErasure, type ContactId, type SiteId } from "@caretaker/protocol";
import { sql } from "kysely";
import type { ContactRow } from "../consent/contacts.ts";
import type { Database, Trx } from "../db/database.ts";
import { actorText } from "../ledger/actor.ts";
import { appendLedger } from "../ledger/append.ts";
import { erasePayloads } from "../ledger/erase.ts";
import { entriesAbout } from "./entries-about.ts";
import { doOrCount } from "./only-count.ts";
import { GONE, names, replaceWords, stillNamed, wordsEver } from "./personal-words.ts";

export interface EraseContact {
  readonly siteId: SiteId;
  readonly contactId: ContactId;
  /** Why, without anything that is to be erased. */
  readonly reason: string;
  readonly actor: Actor | "hub";
  readonly now: Date;
  /** Only counts: nothing is changed. */
  readonly isPreview?: boolean;
}

/**
 * Takes a person of a home out of everything that the hub keeps: rows lose their words, ledger entries their payloads.
 * That entries, consents and runs were there stays, and the chain verifies. What waits for this person is ended before.
 */
export function eraseContact(db: Database, erase: EraseContact): Promise<ContactErasure> {
  return doOrCount(db, erase.isPreview ?? false, (trx) => eraseIn(trx, erase));
}

async function eraseIn(trx: Trx, { siteId, contactId, reason, actor, now }: EraseContact): Promise<ContactErasure> {
  const by = actor === "hub" ? actor : actorText(actor);
  await trx.selectFrom("site").select("id").where("id", "=", siteId).forUpdate().execute();
  const contact = await findContact(trx, siteId, contactId);
  if (contact.name === GONE) throw new CaretakerError("already_done", "This person was erased before.");
  const words = await wordsEver(trx, contact);
  if (words.some((word) => reason.toLowerCase().includes(word.toLowerCase()))) {
    const message = "names the person: the reason stays, so say it without a name, an address or a number";
    throw new CaretakerError("invalid_input", `The reason ${message}.`, { fields: [{ path: "reason", message }] });
  }
  await refuseWhileNeeded(trx, siteId, contactId, words);
  const requests = await trx
    .selectFrom("consentRequest")
    .select(["id", "runId"])
    .where("contactId", "=", contactId)
    .execute();
  const entries = await entriesAbout(trx, { id: contactId, idIn: siteId, chains: [siteId, "firm"], words });
  for (const [chain, numbers] of entries) await erasePayloads(trx, { chain, numbers, actor: by, reason, now });
  const counted: ContactErasure = {
    ledgerEntries: [...entries.values()].flat().length,
    consents: requests.length,
    messages: await eraseMessages(
      trx,
      siteId,
      words,
      requests.map(({ id }) => id),
    ),
    runEvents: await replaceWords(trx, siteId, words),
    stillNamed: await stillNamed(trx, siteId, words),
  };
  await trx.deleteFrom("journalLink").where("contactId", "=", contactId).execute();
  await trx.deleteFrom("contactPhone").where("contactId", "=", contactId).execute();
  if (requests.length > 0) {
    await trx
      .updateTable("homeMessage")
      .set({
        phone: null,
        userId: null,
        secretHash: null,
        status: "gone",
        nextTryAt: null,
        error: null,
        refusedUsers: [],
      })
      .where(
        "requestId",
        "in",
        requests.map(({ id }) => id),
      )
      .execute();
  }
  await trx
    .updateTable("contact")
    .set({ name: GONE, email: null, phone: null, verifiedAt: null, verifiedBecause: null })
    .set({ removedAt: contact.removedAt ?? now })
    .where("id", "=", contactId)
    .execute();
  await appendLedger(trx, {
    chain: siteId,
    event: "contact.erased",
    actor: by,
    payload: { contactId, reason, ...counted },
    now,
  });
  return counted;
}

async function findContact(trx: Trx, siteId: SiteId, contactId: ContactId): Promise<ContactRow> {
  const contact = await trx
    .selectFrom("contact")
    .selectAll()
    .where("id", "=", contactId)
    .where("siteId", "=", siteId)
    .forUpdate()
    .executeTakeFirst();
  if (contact !== undefined) return contact;
  throw new CaretakerError("not_found", "There is no such contact at this site.");
}

/** A run that goes on and names the person needs it: what was allowed is bound to what the run says. */
async function refuseWhileNeeded(
  trx: Trx,
  siteId: SiteId,
  contactId: ContactId,
  words: readonly string[],
): Promise<void> {
  const open = await trx
    .selectFrom("run")
    .select("run.number")
    .where("run.siteId", "=", siteId)
    .where("run.finishedAt", "is", null)
    .where((where) =>
      where.or([
        names(sql`to_jsonb(run)::text`, words, true),
        where.exists(
          where
            .selectFrom("consentRequest")
            .select("consentRequest.id")
            .whereRef("consentRequest.runId", "=", "run.id")
            .where("consentRequest.contactId", "=", contactId)
            .where("consentRequest.status", "in", ["asked", "allowed"]),
        ),
        where.exists(
          where
            .selectFrom("homeQuestion")
            .select("homeQuestion.id")
            .whereRef("homeQuestion.runId", "=", "run.id")
            .where("homeQuestion.contactId", "=", contactId),
        ),
      ]),
    )
    .orderBy("run.number")
    .executeTakeFirst();
  if (open === undefined) return;
  throw new CaretakerError(
    "conflict",
    `RUN-${open.number} waits for this person, works with their yes, or names them. Cancel it first; then they can be erased.`,
  );
}

async function eraseMessages(
  trx: Trx,
  siteId: SiteId,
  words: readonly string[],
  requestIds: readonly string[],
): Promise<number> {
  const erased = await trx
    .updateTable("message")
    .set({ toAddress: GONE, toName: GONE, subject: GONE, sealedBody: null, nextTryAt: null, error: null })
    .set({ status: sql`case when status in ('waiting', 'outbox') then 'failed' else status end` })
    .where("siteId", "=", siteId)
    .where((where) =>
      where.or([
        names(sql`concat_ws(' ', to_address, to_name, subject, error)`, words, false),
        ...(requestIds.length === 0 ? [] : [where("requestId", "in", [...requestIds])]),
      ]),
    )
    .returning("id")
    .execute();
  return erased.length;
}
