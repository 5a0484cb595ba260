import { type Actor, CaretakerError, type ContactErasure, type ContactId, type SiteId } from "@caretaker/protocol";
import { sql } from "kysely";
import type { ContactRow } from "../consent/contacts.ts";
import { type Database, type Trx, transaction } from "../db/database.ts";
import { actorText } from "../ledger/actor.ts";
import { appendLedger } from "../ledger/append.ts";
import { erasePayloads } from "../ledger/erase.ts";
import { GONE, replaceWords, wordsOf } from "./personal-words.ts";

export interface EraseContact {
  readonly siteId: SiteId;
  readonly contactId: ContactId;
  /** Why, without anything that is to be erased. */
  readonly reason: string;
  readonly actor: Actor;
  readonly now: Date;
  /** Only counts: nothing is changed. */
  readonly isPreview?: boolean;
}

/** Ends a transaction without an error for anybody: what was counted in it is true, and nothing of it happened. */
class Undone extends Error {
  readonly counted: ContactErasure;

  constructor(counted: ContactErasure) {
    super("only counted");
    this.counted = counted;
  }
}

/**
 * Takes a person of a home out of everything that the hub keeps: rows lose their words, ledger entries their payloads.
 * That entries, consents and runs were there stays, and the chain verifies. What waits for this person is ended before.
 */
export async function eraseContact(db: Database, erase: EraseContact): Promise<ContactErasure> {
  try {
    return await transaction(db, async (trx) => {
      const counted = await eraseIn(trx, erase);
      if (erase.isPreview) throw new Undone(counted);
      return counted;
    });
  } catch (error) {
    if (error instanceof Undone) return error.counted;
    throw error;
  }
}

async function eraseIn(trx: Trx, { siteId, contactId, reason, actor, now }: EraseContact): Promise<ContactErasure> {
  await trx.selectFrom("site").select("id").where("id", "=", siteId).forUpdate().execute();
  const contact = await findContact(trx, siteId, contactId);
  if (contact.name === GONE) throw new CaretakerError("already_done", "This person was erased before.");
  const words = wordsOf(contact);
  if (words.some((word) => reason.toLowerCase().includes(word.toLowerCase()))) {
    const message = "names the person: the reason stays, so say it without a name, an address or a number";
    throw new CaretakerError("invalid_input", `The reason ${message}.`, { fields: [{ path: "reason", message }] });
  }
  await refuseWhileAsked(trx, contactId);
  const requests = await trx
    .selectFrom("consentRequest")
    .select(["id", "runId"])
    .where("contactId", "=", contactId)
    .execute();
  const numbers = await entriesAbout(trx, siteId, contactId, words);
  await erasePayloads(trx, { chain: siteId, numbers, actor: actorText(actor), reason, now });
  const counted: ContactErasure = {
    ledgerEntries: numbers.length,
    consents: requests.length,
    messages: await eraseMessages(
      trx,
      siteId,
      contact,
      requests.map(({ id }) => id),
    ),
    runEvents: await replaceWords(trx, siteId, words),
  };
  await trx.deleteFrom("contactPhone").where("contactId", "=", contactId).execute();
  if (requests.length > 0) {
    await trx
      .updateTable("homeMessage")
      .set({ phone: null, userId: null, secretHash: null, status: "gone", nextTryAt: null, refusedUsers: [] })
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
    actor: actorText(actor),
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

async function refuseWhileAsked(trx: Trx, contactId: ContactId): Promise<void> {
  const open = await trx
    .selectFrom("consentRequest")
    .innerJoin("run", "run.id", "consentRequest.runId")
    .select("run.number")
    .where("consentRequest.contactId", "=", contactId)
    .where("consentRequest.status", "in", ["asked", "allowed"])
    .where("run.finishedAt", "is", null)
    .executeTakeFirst();
  if (open === undefined) return;
  throw new CaretakerError(
    "conflict",
    `RUN-${open.number} waits for this person, or works with their yes. Cancel it first; then they can be erased.`,
  );
}

/** Entries that name the person: by id, or by any of their words. What tells of an erasure names nobody. */
async function entriesAbout(trx: Trx, siteId: SiteId, contactId: string, words: readonly string[]): Promise<number[]> {
  const rows = await trx
    .selectFrom("ledgerPayload")
    .innerJoin("ledgerEntry", (join) =>
      join
        .onRef("ledgerEntry.chain", "=", "ledgerPayload.chain")
        .onRef("ledgerEntry.number", "=", "ledgerPayload.number"),
    )
    .select(["ledgerPayload.number", "ledgerPayload.payload"])
    .where("ledgerPayload.chain", "=", siteId)
    .where("ledgerPayload.payload", "is not", null)
    .where("ledgerEntry.event", "not in", ["ledger.erased", "contact.erased"])
    .execute();
  const sought = [contactId, ...words].map((word) => JSON.stringify(word).slice(1, -1).toLowerCase());
  return rows
    .filter(({ payload }) => sought.some((word) => payload?.toLowerCase().includes(word)))
    .map(({ number }) => number);
}

async function eraseMessages(
  trx: Trx,
  siteId: SiteId,
  { email }: ContactRow,
  requestIds: readonly string[],
): Promise<number> {
  const erased = await trx
    .updateTable("message")
    .set({ toAddress: GONE, toName: GONE, subject: GONE, sealedBody: null, nextTryAt: null, error: null })
    .set({ status: sql`case when status in ('waiting', 'outbox') then 'failed' else status end` })
    .where("siteId", "=", siteId)
    .where((where) =>
      where.or([
        where(sql<string>`lower(to_address)`, "=", (email ?? "").toLowerCase()),
        ...(requestIds.length === 0 ? [] : [where("requestId", "in", [...requestIds])]),
      ]),
    )
    .returning("id")
    .execute();
  return erased.length;
}
