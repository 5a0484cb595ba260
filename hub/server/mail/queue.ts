import type { ConsentRequestId, SiteId } from "@caretaker/protocol";
import type { Trx } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import { mendText } from "../ledger/canonical.ts";

/** A message to one person. `siteId` is null for messages of the firm's own, such as invitations. */
export interface NewMessage {
  readonly siteId: SiteId | null;
  /** The question that it asks, if it asks one. */
  readonly requestId: ConsentRequestId | null;
  readonly to: { readonly name: string; readonly address: string };
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Not before then: messages do not leave in the quiet hours of a home. Default `now`. */
  readonly leavesAt?: Date;
  readonly now: Date;
  /** Reminds of a question that was asked before: leaves then, unless it was answered, or it is night in the home. */
  readonly remindAt?: Date;
}

/** Seals words, bound to the row that they lie in: moved to another row, they cannot be opened. */
export interface WordSealer {
  seal(words: string, boundTo: string): Promise<object>;
  open(sealed: object, boundTo: string): Promise<string>;
}

/** What lies sealed in the outbox until it is sent. */
export interface MessageBody {
  readonly text: string;
  readonly html: string;
}

export interface QueueDeps {
  readonly sealer: WordSealer;
  /** Whether a mail server is set up. */
  readonly canSend: boolean;
}

/**
 * Puts a message into the outbox, in the caller's transaction. It waits to be sent where it can be; without a mail
 * server, and always for a simulated site, whose people do not exist, it stays in the outbox.
 */
export async function queueMessage({ sealer, canSend }: QueueDeps, trx: Trx, message: NewMessage): Promise<void> {
  const isReminder = message.remindAt !== undefined;
  const leaves = canSend && !(await isSimulated(trx, message.siteId));
  // What nobody was sent nobody is reminded of.
  if (isReminder && !leaves) return;
  const id = newId<string>();
  const body: MessageBody = { text: message.text, html: message.html };
  const sealed = await sealer.seal(JSON.stringify(body), boundTo(id));
  await trx
    .insertInto("message")
    .values({
      id,
      siteId: message.siteId,
      requestId: message.requestId,
      toAddress: message.to.address,
      toName: mendText(message.to.name),
      subject: mendText(message.subject),
      sealedBody: JSON.stringify(sealed),
      isReminder,
      status: leaves ? "waiting" : "outbox",
      createdAt: message.now,
      nextTryAt: leaves ? (message.remindAt ?? message.leavesAt ?? message.now) : null,
      leavesAt: message.leavesAt ?? null,
    })
    .execute();
}

export function boundTo(messageId: string): string {
  return `message:${messageId}`;
}

async function isSimulated(trx: Trx, siteId: SiteId | null): Promise<boolean> {
  if (siteId === null) return false;
  const site = await trx.selectFrom("site").select("isSimulated").where("id", "=", siteId).executeTakeFirst();
  return site?.isSimulated ?? false;
}
