import type { Cancel, Clock, SiteId } from "@caretaker/protocol";
import type { Selectable } from "kysely";
import type { Announcements } from "../announcements.ts";
import { isNight } from "../consent/night.ts";
import { type Database, type Trx, transaction } from "../db/database.ts";
import type { Tables } from "../db/tables.ts";
import { appendLedger } from "../ledger/append.ts";
import { boundTo, type MessageBody, type WordSealer } from "./queue.ts";
import { MailError, type Transport } from "./transport.ts";

export interface SenderDeps {
  readonly db: Database;
  /** The database's clock, unless a test says otherwise. */
  readonly now: (db: Database) => Promise<Date>;
  readonly clock: Clock;
  readonly announcements: Announcements;
  readonly sealer: WordSealer;
  readonly transport: Transport;
  /** Where messages come from: `care@example.com`, or `Care <care@example.com>`. The name that is shown is the firm's. */
  readonly from: string;
  readonly log: { warn(fields: object, message: string): void };
}

export interface Sender {
  start(): void;
  /** Sends all that is due and resolves when nothing is. */
  sendDue(): Promise<void>;
  close(): Promise<void>;
}

const LOOK_EVERY = 2_000;
/** Longer than all time-outs of a send together: then whoever claimed the message has died. */
const CLAIM = 120_000;
/** Seconds until the next try, one after another; after the last the message has failed. */
export const TRY_AGAIN_AFTER_SECONDS = [10, 30, 60, 120, 300, 600, 1200, 1800, 3600] as const;

type MessageRow = Selectable<Tables["message"]>;

/**
 * Sends what lies in the outbox, **at least once**: a message is claimed, handed to the mail server, and then marked. A
 * hub that dies between the two sends it again, with the same Message-ID. A link that comes twice still answers once.
 */
export function createSender(deps: SenderDeps): Sender {
  let running: Promise<void> | null = null;
  let isDueAgain = false;
  let isClosed = false;
  let cancel: Cancel = () => {};
  let stopListening: () => void = () => {};

  const sendDue = (): Promise<void> => {
    isDueAgain = true;
    running ??= (async () => {
      while (isDueAgain && !isClosed) {
        isDueAgain = false;
        await sendAll(deps, () => isClosed);
      }
    })().finally(() => {
      running = null;
    });
    return running;
  };
  const sendInBackground = (): Promise<void> =>
    sendDue().catch((error: unknown) =>
      deps.log.warn({ error }, "The outbox could not be looked at; it is tried again."),
    );
  const look = async (): Promise<void> => {
    await sendInBackground();
    if (!isClosed) cancel = deps.clock.after(LOOK_EVERY, look);
  };

  return {
    start() {
      stopListening = deps.announcements.on("message.due", () => void sendInBackground());
      void look();
    },
    sendDue,
    async close() {
      isClosed = true;
      cancel();
      stopListening();
      await running?.catch(() => {});
      deps.transport.close();
    },
  };
}

async function sendAll(deps: SenderDeps, isClosed: () => boolean): Promise<void> {
  while (!isClosed()) {
    const message = await claimOne(deps);
    if (message === undefined) return;
    await sendOne(deps, message);
  }
}

/** Takes one due message for a while, so that no other hub sends it too. */
function claimOne({ db, now }: SenderDeps): Promise<MessageRow | undefined> {
  return transaction(db, async (trx) => {
    const moment = await now(trx);
    const due = await trx
      .selectFrom("message")
      .selectAll()
      .where("status", "=", "waiting")
      .where("nextTryAt", "<=", moment.toISOString())
      .orderBy("nextTryAt")
      .limit(1)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst();
    if (due === undefined) return undefined;
    const nextTryAt = new Date(moment.getTime() + CLAIM);
    const attempts = due.attempts + 1;
    await trx.updateTable("message").set({ nextTryAt, attempts }).where("id", "=", due.id).execute();
    return { ...due, attempts, nextTryAt: nextTryAt.toISOString() };
  });
}

async function sendOne(deps: SenderDeps, message: MessageRow): Promise<void> {
  if (message.isReminder && !(await mayRemind(deps, message))) {
    await deps.db.deleteFrom("message").where("id", "=", message.id).execute();
    return;
  }
  try {
    const tooLate = await whyTooLate(deps, message);
    if (tooLate !== null) throw new MailError(tooLate, { permanent: true, cause: undefined });
    const body = await openBody(deps, message);
    const firm = await deps.db.selectFrom("firm").select("name").executeTakeFirst();
    await deps.transport.send({
      id: message.id,
      from: { name: firm?.name ?? "", address: addressIn(deps.from) },
      to: { name: message.toName, address: message.toAddress },
      subject: message.subject,
      ...body,
    });
  } catch (error) {
    if (!(error instanceof MailError)) throw error;
    await markFailed(deps, message, error);
    return;
  }
  await markSent(deps, message);
}

function addressIn(from: string): string {
  return /<([^<>]+)>\s*$/.exec(from)?.[1] ?? from.trim();
}

/** A question that has ended needs no message any more. */
async function whyTooLate({ db, now }: SenderDeps, { requestId }: MessageRow): Promise<string | null> {
  if (requestId === null) return null;
  const request = await db
    .selectFrom("consentRequest")
    .select(["status", "answerBy"])
    .where("id", "=", requestId)
    .executeTakeFirst();
  const isOpen = request?.status === "asked" && (await now(db)).getTime() < Date.parse(request.answerBy);
  return isOpen ? null : "The question had ended before the message could be sent.";
}

/**
 * A reminder is sent once or not at all: not when the question has ended, not at night, however long mail was held up,
 * and not when a hub died while it may have been sending it.
 */
async function mayRemind(deps: SenderDeps, message: MessageRow): Promise<boolean> {
  if (message.attempts > 1 && message.error === null) return false;
  if ((await whyTooLate(deps, message)) !== null) return false;
  const night = await deps.db
    .selectFrom("site")
    .select(["timeZone", "quietFrom", "quietTo"])
    .where("id", "=", message.siteId)
    .executeTakeFirstOrThrow();
  return !isNight(await deps.now(deps.db), night);
}

async function openBody({ sealer }: SenderDeps, { id, sealedBody }: MessageRow): Promise<MessageBody> {
  if (sealedBody === null) throw new MailError("Its words are gone.", { permanent: true, cause: undefined });
  try {
    return JSON.parse(await sealer.open(sealedBody, boundTo(id))) as MessageBody;
  } catch (cause) {
    throw new MailError("Its words cannot be opened with the keys that this hub has.", { permanent: true, cause });
  }
}

/** Sent: the words are wiped, since they hold the link, and the ledger has it in the same transaction. */
function markSent(deps: SenderDeps, { id, siteId, requestId, toName, subject }: MessageRow): Promise<void> {
  return transaction(deps.db, async (trx) => {
    const sentAt = await deps.now(trx);
    await close(trx, id, { status: "sent", sentAt, error: null });
    if (requestId !== null) {
      await trx
        .updateTable("consentRequest")
        .set({ sentAt })
        .where("id", "=", requestId)
        .where("sentAt", "is", null)
        .execute();
    }
    await appendLedger(trx, {
      chain: (siteId as SiteId | null) ?? "firm",
      event: "message.sent",
      actor: "hub",
      payload: { messageId: id, requestId, to: toName, subject },
      now: sentAt,
    });
  });
}

async function markFailed(deps: SenderDeps, message: MessageRow, error: MailError): Promise<void> {
  const seconds = TRY_AGAIN_AFTER_SECONDS[message.attempts - 1];
  const { id, attempts } = message;
  deps.log.warn({ messageId: id, attempts, error: error.message }, "A message was not sent.");
  await transaction(deps.db, async (trx) => {
    if (error.permanent || seconds === undefined) {
      await close(trx, id, { status: "failed", sentAt: null, error: error.message });
      return;
    }
    const nextTryAt = new Date((await deps.now(trx)).getTime() + seconds * 1000);
    await trx.updateTable("message").set({ nextTryAt, error: error.message }).where("id", "=", id).execute();
  });
}

interface End {
  readonly status: "sent" | "failed";
  readonly sentAt: Date | null;
  readonly error: string | null;
}

async function close(trx: Trx, id: string, end: End): Promise<void> {
  await trx
    .updateTable("message")
    .set({ ...end, sealedBody: null, nextTryAt: null })
    .where("id", "=", id)
    .execute();
}
