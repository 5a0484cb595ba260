import { CaretakerError, MessageId, type OutboxMessage, SiteId } from "@caretaker/protocol";
import type { Database } from "../db/database.ts";
import type { Handlers } from "../http/handler.ts";
import { boundTo, type MessageBody, type WordSealer } from "./queue.ts";

interface OutboxDeps {
  readonly db: Database;
  readonly sealer: WordSealer;
}

/**
 * What became of messages to homeowners. Their words are for the homeowner alone, since they hold the link that answers;
 * only those of simulated homes, where nobody lives, can be read.
 */
export function outboxHandlers(deps: OutboxDeps): Pick<Handlers, "outbox.list" | "outbox.open"> {
  return {
    "outbox.list": async ({ siteId, limit, cursor }) => {
      const rows = await messageRows(deps.db)
        .$if(siteId !== undefined, (query) => query.where("message.siteId", "=", siteId ?? ""))
        .$if(cursor !== undefined, (query) => query.where("message.id", "<", idOf(cursor ?? "")))
        .orderBy("message.id", "desc")
        .limit(limit + 1)
        .execute();
      const shown = rows.slice(0, limit);
      const items = await Promise.all(shown.map((row) => outboxMessage(deps, row)));
      return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
    },
    "outbox.open": async ({ messageId }) => {
      const row = await messageRows(deps.db).where("message.id", "=", messageId).executeTakeFirst();
      if (row === undefined) throw new CaretakerError("not_found", "There is no such message.");
      if (!row.isSimulated) {
        throw new CaretakerError(
          "not_allowed",
          `The words of this message are for ${row.toName} alone: they hold the link that answers, and whoever asks never answers.`,
        );
      }
      return outboxMessage(deps, row);
    },
  };
}

/** Messages of sites. Those of the firm's own, such as invitations, have no place here. */
function messageRows(db: Database) {
  return (
    db
      .selectFrom("message")
      .innerJoin("site", "site.id", "message.siteId")
      .selectAll("message")
      // A reminder that may never be sent is nothing yet.
      .where((where) => where.or([where("isReminder", "=", false), where("message.status", "=", "sent")]))
      .select(["site.name as siteName", "site.isSimulated"])
  );
}

type Row = Awaited<ReturnType<ReturnType<typeof messageRows>["execute"]>>[number];

async function outboxMessage({ sealer }: OutboxDeps, row: Row): Promise<OutboxMessage> {
  const isShown = row.isSimulated && row.sealedBody !== null;
  return {
    id: MessageId.parse(row.id),
    siteId: SiteId.parse(row.siteId),
    siteName: row.siteName,
    to: `${row.toName} <${row.toAddress}>`,
    subject: row.subject,
    status: row.status,
    createdAt: row.createdAt,
    sentAt: row.sentAt,
    error: row.error,
    body: isShown ? (JSON.parse(await sealer.open(row.sealedBody ?? {}, boundTo(row.id))) as MessageBody).text : null,
  };
}

function idOf(cursor: string): string {
  const { data } = MessageId.safeParse(cursor);
  if (data === undefined) throw new CaretakerError("invalid_input", "This cursor is not one that this list gave.");
  return data;
}
