import type { Cancel } from "@caretaker/protocol";
import type { Trx } from "../db/database.ts";
import { fitOutbox, wipeOldWords } from "./keeping.ts";
import { outboxHandlers } from "./outbox.ts";
import { type NewMessage, queueMessage } from "./queue.ts";
import { createSender, type SenderDeps } from "./sender.ts";
import type { Transport } from "./transport.ts";

export type { NewMessage, WordSealer } from "./queue.ts";
export { createSmtpTransport } from "./transport.ts";

export interface MailDeps extends Omit<SenderDeps, "transport"> {
  /** Null where no mail server is set up: messages stay in the outbox. */
  readonly transport: Transport | null;
}

export interface Mail {
  readonly mode: "smtp" | "outbox";
  /** Puts a message into the outbox, in the caller's transaction. */
  queue(trx: Trx, message: NewMessage): Promise<void>;
  readonly handlers: ReturnType<typeof outboxHandlers>;
  start(): Promise<void>;
  close(): Promise<void>;
}

const KEEP_HOUSE_EVERY = 60 * 60_000;

export function createMail(deps: MailDeps): Mail {
  const { transport, db, now, clock, log, sealer } = deps;
  const canSend = transport !== null;
  const sender = transport === null ? null : createSender({ ...deps, transport });
  let cancel: Cancel = () => {};

  const keepHouse = async (): Promise<void> => {
    try {
      await wipeOldWords(db, await now(db));
    } catch (error) {
      log.warn({ error }, "The words of old messages could not be wiped; it is tried again in an hour.");
    }
    cancel = clock.after(KEEP_HOUSE_EVERY, keepHouse);
  };

  return {
    mode: canSend ? "smtp" : "outbox",
    queue: (trx, message) => queueMessage({ sealer, canSend }, trx, message),
    handlers: outboxHandlers({ db, sealer }),
    async start() {
      await fitOutbox(db, { canSend, now: await now(db) });
      await keepHouse();
      sender?.start();
    },
    async close() {
      cancel();
      await sender?.close();
    },
  };
}
