import { type Actor, CaretakerError, type ContactId, type PersonalData, type SiteId } from "@caretaker/protocol";
import { sql } from "kysely";
import { type Database, type Trx, transaction } from "../db/database.ts";
import { actorText } from "../ledger/actor.ts";
import { appendLedger } from "../ledger/append.ts";
import { entriesAbout } from "./entries-about.ts";
import { GONE, names, wordsEver } from "./personal-words.ts";

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
    if (contact === undefined || contact.name === GONE)
      throw new CaretakerError("not_found", "There is no such contact at this site.");
    const questions = await trx
      .selectFrom("consentRequest")
      .innerJoin("run", "run.id", "consentRequest.runId")
      .select(["run.number as run", "scope", "consentRequest.status", "askedText", "askedAt", "sentAt", "openedAt"])
      .select(["answeredAt", "answeredBy", "grade", "withdrawnAt"])
      .where("contactId", "=", contactId)
      .orderBy("askedAt")
      .execute();
    const words = await wordsEver(trx, contact);
    const messages = await trx
      .selectFrom("message")
      .select(["subject", "toAddress", "status", "createdAt", "sentAt"])
      .where("siteId", "=", siteId)
      .where(names(sql`concat_ws(' ', to_address, to_name, subject)`, words, false))
      .orderBy("createdAt")
      .execute();
    const asked = await trx
      .selectFrom("homeQuestion")
      .innerJoin("run", "run.id", "homeQuestion.runId")
      .select(["run.number as run", "say", "answers", "askedAt", "homeQuestion.openedAt", "homeQuestion.answeredAt"])
      .where("contactId", "=", contactId)
      .orderBy("askedAt")
      .execute();
    const runs = await trx
      .selectFrom("run")
      .select(["number as run", "title", "reason", "note", "createdAt"])
      .where("siteId", "=", siteId)
      .where((where) =>
        where.or([
          names(sql`to_jsonb(run)::text`, words, true),
          where.exists(
            where
              .selectFrom("runEvent")
              .select("runEvent.number")
              .whereRef("runEvent.runId", "=", "run.id")
              .where(names(sql`data::text`, words, true)),
          ),
        ]),
      )
      .orderBy("number")
      .execute();
    const allowedForGood = await trx
      .selectFrom("standingConsent")
      .select(["scope", "givenAt", "givenBy", "evidence", "evidenceNote", "until"])
      .where("siteId", "=", siteId)
      .where(names(sql`concat_ws(' ', given_by, evidence_note)`, words, false))
      .execute();
    const phone = await trx
      .selectFrom("contactPhone")
      .selectAll()
      .where("contactId", "=", contactId)
      .executeTakeFirst();
    const numbers = await entriesAbout(trx, { id: contactId, idIn: siteId, chains: [siteId], words });
    const ledger = await listNumbers(trx, siteId, numbers.get(siteId) ?? []);
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
      asked: asked.map((question) => ({ ...question })),
      messages,
      allowedForGood,
      runs,
      ledger,
    };
  });
}

async function listNumbers(trx: Trx, chain: SiteId, numbers: readonly number[]): Promise<PersonalData["ledger"]> {
  if (numbers.length === 0) return [];
  const rows = await trx
    .selectFrom("ledgerEntry")
    .innerJoin("ledgerPayload", (join) =>
      join
        .onRef("ledgerPayload.chain", "=", "ledgerEntry.chain")
        .onRef("ledgerPayload.number", "=", "ledgerEntry.number"),
    )
    .select(["ledgerEntry.number", "at", "event", "payload"])
    .where("ledgerEntry.chain", "=", chain)
    .where("ledgerEntry.number", "in", [...numbers])
    .orderBy("ledgerEntry.number")
    .execute();
  return rows.map(({ number, at, event, payload }) => ({ number, at, event, payload: JSON.parse(payload ?? "null") }));
}
