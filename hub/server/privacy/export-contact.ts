import { type Actor, CaretakerError, type ContactId, type PersonalData, type SiteId } from "@caretaker/protocol";
import { type Database, transaction } from "../db/database.ts";
import { actorText } from "../ledger/actor.ts";
import { appendLedger } from "../ledger/append.ts";
import { wordsOf } from "./personal-words.ts";

/** All that the hub keeps of one person of a home, for that person. That it was taken out is written down. */
export async function exportContact(
  db: Database,
  { siteId, contactId, actor, now }: { siteId: SiteId; contactId: ContactId; actor: Actor; now: Date },
): Promise<PersonalData> {
  return transaction(db, async (trx) => {
    const contact = await trx
      .selectFrom("contact")
      .selectAll()
      .where("id", "=", contactId)
      .where("siteId", "=", siteId)
      .executeTakeFirst();
    if (contact === undefined) throw new CaretakerError("not_found", "There is no such contact at this site.");
    const questions = await trx
      .selectFrom("consentRequest")
      .innerJoin("run", "run.id", "consentRequest.runId")
      .select(["run.number as run", "scope", "consentRequest.status", "askedText", "askedAt", "sentAt", "openedAt"])
      .select(["answeredAt", "answeredBy", "grade", "withdrawnAt"])
      .where("contactId", "=", contactId)
      .orderBy("askedAt")
      .execute();
    const messages = await trx
      .selectFrom("message")
      .select(["subject", "toAddress", "status", "createdAt", "sentAt"])
      .where("siteId", "=", siteId)
      .where("toAddress", "=", contact.email ?? "")
      .orderBy("createdAt")
      .execute();
    const phone = await trx
      .selectFrom("contactPhone")
      .selectAll()
      .where("contactId", "=", contactId)
      .executeTakeFirst();
    const entries = await trx
      .selectFrom("ledgerEntry")
      .innerJoin("ledgerPayload", (join) =>
        join
          .onRef("ledgerPayload.chain", "=", "ledgerEntry.chain")
          .onRef("ledgerPayload.number", "=", "ledgerEntry.number"),
      )
      .select(["ledgerEntry.number", "at", "event", "payload"])
      .where("ledgerEntry.chain", "=", siteId)
      .where("payload", "is not", null)
      .orderBy("ledgerEntry.number")
      .execute();
    const sought = [contactId, ...wordsOf(contact)].map((word) => JSON.stringify(word).slice(1, -1).toLowerCase());
    await appendLedger(trx, {
      chain: siteId,
      event: "contact.exported",
      actor: actorText(actor),
      payload: { contactId },
      now,
    });
    const { name, role, language, email, verifiedAt, verifiedBecause, createdAt, removedAt } = contact;
    return {
      madeAt: now.toISOString(),
      contact: { name, role, language, email, phone: contact.phone, verifiedAt, verifiedBecause, createdAt, removedAt },
      askedOnPhone: phone === undefined ? null : { phone: phone.phone, userName: phone.userName, setAt: phone.setAt },
      questions: questions.map((question) => ({ ...question })),
      messages,
      ledger: entries
        .filter(({ payload }) => sought.some((word) => payload?.toLowerCase().includes(word)))
        .map(({ number, at, event, payload }) => ({ number, at, event, payload: JSON.parse(payload ?? "null") })),
    };
  });
}
