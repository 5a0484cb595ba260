import { sql } from "kysely";
import { type Database, transaction } from "../db/database.ts";

/** As long as a link shows anything. After that the words that hold it are of no use, and wiped. */
const KEEP_WORDS = 30 * 24 * 60 * 60_000;

/** Wipes the words of messages that never left, once their links are dead. Returns how many. */
export async function wipeOldWords(db: Database, now: Date): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable("message")
    .set({ sealedBody: null })
    .where("status", "=", "outbox")
    .where("sealedBody", "is not", null)
    .where("createdAt", "<", new Date(now.getTime() - KEEP_WORDS).toISOString())
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

/**
 * Fits the outbox to how mail leaves this hub now: a mail server that is there sends what still waits for an answer,
 * one that is gone leaves it in the outbox. Messages of simulated sites never leave.
 */
export function fitOutbox(db: Database, { canSend, now }: { canSend: boolean; now: Date }): Promise<void> {
  return transaction(db, async (trx) => {
    if (!canSend) {
      await trx
        .updateTable("message")
        .set({ status: "outbox", nextTryAt: null })
        .where("status", "=", "waiting")
        .where("isReminder", "=", false)
        .execute();
      return;
    }
    await trx
      .updateTable("message")
      .set({ status: "waiting", nextTryAt: sql<Date>`greatest(coalesce(leaves_at, ${now}), ${now})` })
      .where("status", "=", "outbox")
      .where("sealedBody", "is not", null)
      .where("siteId", "in", (where) => where.selectFrom("site").select("site.id").where("isSimulated", "=", false))
      .where("requestId", "in", (where) =>
        where
          .selectFrom("consentRequest")
          .select("consentRequest.id")
          .where("consentRequest.status", "=", "asked")
          .where("answerBy", ">", now.toISOString()),
      )
      .execute();
  });
}
