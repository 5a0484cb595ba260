import type { RunConsent } from "@caretaker/protocol";
import { ConsentRequestId, MessageId } from "@caretaker/protocol";
import type { Database } from "../db/database.ts";
import { type RequestTimes, statusAt } from "./clocks.ts";
import { grantEndOf } from "./grant-end.ts";

/** What a run asked, for the technician: who, when, and what was answered. Never the link, never the words of the message. */
export async function ofRun(db: Database, { runId, now }: { runId: string; now: Date }): Promise<RunConsent[]> {
  const rows = await db
    .selectFrom("consentRequest")
    .leftJoin("message", (join) =>
      join.onRef("message.requestId", "=", "consentRequest.id").on("message.isReminder", "=", false),
    )
    .innerJoin("contact", "contact.id", "consentRequest.contactId")
    .innerJoin("run", "run.id", "consentRequest.runId")
    .innerJoin("site", "site.id", "run.siteId")
    .selectAll("consentRequest")
    .select(["message.toName", "message.toAddress", "message.status as messageStatus", "message.error"])
    .select(["contact.name as contactName", "run.status as runStatus"])
    .select(["message.id as messageId", "message.sealedBody", "site.isSimulated"])
    .where("consentRequest.runId", "=", runId)
    .orderBy("consentRequest.askedAt")
    .orderBy("consentRequest.id")
    .execute();
  const ends = await Promise.all(rows.map((row) => (hasEnded(row) ? row.endedWhy : grantEndOf(db, row, now))));
  return rows.map((row, index) => {
    const ended = ends[index] ?? null;
    return {
      requestId: ConsentRequestId.parse(row.id),
      status: ended === null ? statusOf(row, now) : row.firstActAt === null ? "expired" : "used",
      scope: row.scope,
      sentTo: row.toAddress === null ? row.contactName : `${row.toName} <${row.toAddress}>`,
      sentAt: row.sentAt,
      openedAt: row.openedAt,
      answeredAt: row.answeredAt,
      callAskedAt: row.callAskedAt,
      answerBy: row.answerBy,
      window: row.proposal.window ?? null,
      grade: row.grade,
      ended,
      notSentBecause: notSentBecause(row),
      messageId: row.isSimulated && row.sealedBody !== null ? MessageId.parse(row.messageId) : null,
    };
  });
}

/** A yes is used once its window is over or its run has ended; one of which nothing came has run out. */
function statusOf(row: RequestTimes & { readonly runStatus: string }, now: Date): RunConsent["status"] {
  const status = statusAt(row, now);
  const isOver = status === "over" || (hasEnded(row) && (status === "allowed" || status === "asked"));
  if (!isOver) return status as Exclude<typeof status, "over">;
  return row.firstActAt === null ? "expired" : "used";
}

function hasEnded({ runStatus }: { readonly runStatus: string }): boolean {
  return runStatus === "finished" || runStatus === "cancelled";
}

function notSentBecause({
  messageStatus,
  error,
  isSimulated,
}: {
  messageStatus: string | null;
  error: string | null;
  isSimulated: boolean;
}): string | null {
  if (messageStatus === "outbox" && isSimulated) {
    return "Nobody lives in a simulated home: open the message and answer for them.";
  }
  if (messageStatus === "outbox") return "The message was not sent: it lies in the outbox.";
  if (messageStatus === "failed") return error ?? "The message could not be sent.";
  return messageStatus === "waiting" && error !== null ? `${error} It is tried again.` : null;
}
