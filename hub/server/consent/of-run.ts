import type { RunConsent } from "@caretaker/protocol";
import { ConsentRequestId } from "@caretaker/protocol";
import type { Database } from "../db/database.ts";
import { statusAt } from "./clocks.ts";

/** What a run asked, for the technician: who, when, and what was answered. Never the link, never the words of the message. */
export async function ofRun(db: Database, { runId, now }: { runId: string; now: Date }): Promise<RunConsent[]> {
  const rows = await db
    .selectFrom("consentRequest")
    .leftJoin("message", "message.requestId", "consentRequest.id")
    .innerJoin("contact", "contact.id", "consentRequest.contactId")
    .selectAll("consentRequest")
    .select(["message.toName", "message.toAddress", "message.status as messageStatus", "message.error"])
    .select("contact.name as contactName")
    .where("consentRequest.runId", "=", runId)
    .orderBy("consentRequest.askedAt")
    .orderBy("consentRequest.id")
    .execute();
  return rows.map((row) => {
    const status = statusAt(row, now);
    return {
      requestId: ConsentRequestId.parse(row.id),
      status: status === "over" ? "used" : status,
      scope: row.scope,
      sentTo: row.toAddress === null ? row.contactName : `${row.toName} <${row.toAddress}>`,
      sentAt: row.sentAt,
      openedAt: row.openedAt,
      answeredAt: row.answeredAt,
      answerBy: row.answerBy,
      notSentBecause: notSentBecause(row),
    };
  });
}

function notSentBecause({
  messageStatus,
  error,
}: {
  messageStatus: string | null;
  error: string | null;
}): string | null {
  if (messageStatus === "outbox") return "No mail leaves this hub: the message lies in the outbox.";
  if (messageStatus === "failed") return error ?? "The message could not be sent.";
  return messageStatus === "waiting" && error !== null ? `${error} It is tried again.` : null;
}
