import { type Cancel, CaretakerError, type Clock, type GatewayId, type SiteId } from "@caretaker/protocol";
import type { Announcements } from "../../announcements.ts";
import { type Database, transaction } from "../../db/database.ts";
import type { Gateways } from "../../gateways/gateways.ts";
import { appendLedger } from "../../ledger/append.ts";
import { shortCode } from "../../ledger/canonical.ts";
import type { AskedText } from "../asked-text.ts";
import { statusAt } from "../clocks.ts";
import { hashToken, newToken } from "../token.ts";
import { composeNotice, composePhoneQuestion, tagOf } from "./compose.ts";

export interface CourierDeps {
  readonly db: Database;
  /** The database's clock, unless a test says otherwise. */
  readonly now: (db: Database) => Promise<Date>;
  readonly clock: Clock;
  readonly announcements: Announcements;
  readonly gateways: Pick<Gateways, "say" | "canSay" | "isOnline">;
  readonly log: { warn(fields: object, message: string): void };
}

export interface Courier {
  start(): void;
  /** Says all that is due, takes away all that is over, and resolves when nothing is left to do now. */
  carry(): Promise<void>;
  close(): Promise<void>;
}

const LOOK_EVERY = 2_000;
/** Longer than a gateway is given to answer: then whoever claimed it has died. */
const CLAIM = 90_000;
const TRY_AGAIN = 30_000;
const MOST_TRIES = 6;
const AT_ONCE = 50;

/**
 * Says questions in the home, over the session of its own gateway, and takes them away once they are answered or over. It
 * may say one twice, after a crash: the second takes the place of the first, and only its buttons still count.
 */
export function createCourier(deps: CourierDeps): Courier {
  let running: Promise<void> | null = null;
  let isClosed = false;
  let cancel: Cancel = () => {};
  let stopListening: () => void = () => {};

  const carry = (): Promise<void> => {
    running ??= carryAll(deps, () => isClosed).finally(() => {
      running = null;
    });
    return running;
  };
  const carryInBackground = (): Promise<void> =>
    carry().catch((error: unknown) => deps.log.warn({ error }, "Questions could not be said in homes; tried again."));
  const look = async (): Promise<void> => {
    await carryInBackground();
    if (!isClosed) cancel = deps.clock.after(LOOK_EVERY, look);
  };

  return {
    start() {
      stopListening = deps.announcements.on("message.due", () => void carryInBackground());
      void look();
    },
    carry,
    async close() {
      isClosed = true;
      cancel();
      stopListening();
      await running?.catch(() => {});
    },
  };
}

async function carryAll(deps: CourierDeps, isClosed: () => boolean): Promise<void> {
  for (const { id, gatewayId } of await listDue(deps)) {
    if (isClosed()) return;
    // Another hub holds this home, or nobody does: it waits until somebody can say it.
    if (!deps.gateways.isOnline(gatewayId as GatewayId)) continue;
    const claimed = await claim(deps, id);
    if (claimed !== null) await carryOne(deps, claimed);
  }
}

/** What waits to be said, and what is shown although its question is not open any more. */
async function listDue({ db, now }: CourierDeps) {
  const moment = (await now(db)).toISOString();
  return db
    .selectFrom("homeMessage")
    .innerJoin("consentRequest", "consentRequest.id", "homeMessage.requestId")
    .innerJoin("run", "run.id", "consentRequest.runId")
    .select(["homeMessage.id", "homeMessage.gatewayId"])
    .where("homeMessage.status", "<>", "gone")
    .where("homeMessage.nextTryAt", "<=", moment)
    .where((where) =>
      where.or([
        where("homeMessage.status", "=", "waiting"),
        where("consentRequest.status", "<>", "asked"),
        where("consentRequest.answerBy", "<=", moment),
        where("run.status", "in", ["finished", "cancelled"]),
      ]),
    )
    .orderBy("homeMessage.nextTryAt")
    .limit(AT_ONCE)
    .execute();
}

type Claimed = NonNullable<Awaited<ReturnType<typeof claim>>>;

/** Takes one for a while, so that no other hub says it too. A question on a phone gets a new secret with each try. */
function claim({ db, now }: CourierDeps, id: string) {
  return transaction(db, async (trx) => {
    const row = await trx
      .selectFrom("homeMessage")
      .innerJoin("consentRequest", "consentRequest.id", "homeMessage.requestId")
      .innerJoin("run", "run.id", "consentRequest.runId")
      .innerJoin("contact", "contact.id", "consentRequest.contactId")
      .selectAll("homeMessage")
      .select(["consentRequest.siteId", "consentRequest.runId", "consentRequest.language", "consentRequest.digest"])
      .select(["consentRequest.askedText", "consentRequest.ledgerCode", "consentRequest.status as requestStatus"])
      .select(["consentRequest.answerBy", "consentRequest.startBy", "firstActAt", "endsAt"])
      .select(["run.status as runStatus", "contact.name as contactName"])
      .where("homeMessage.id", "=", id)
      .forUpdate("homeMessage")
      .skipLocked()
      .executeTakeFirst();
    const moment = await now(trx);
    if (row === undefined || row.status === "gone" || Date.parse(row.nextTryAt ?? "") > moment.getTime()) return null;
    const hasEnded = row.runStatus === "finished" || row.runStatus === "cancelled";
    const isOpen = statusAt({ ...row, status: row.requestStatus }, moment) === "asked" && !hasEnded;
    if (row.status === "shown" && isOpen) return null;
    const secret = newToken();
    const isNew = row.status === "waiting";
    await trx
      .updateTable("homeMessage")
      .set({ attempts: row.attempts + 1, nextTryAt: new Date(moment.getTime() + CLAIM) })
      .$if(isNew && !isOpen, (query) => query.set({ status: "gone" }))
      .$if(isNew && isOpen && row.phone !== null, (query) => query.set({ secretHash: hashToken(secret) }))
      .where("id", "=", id)
      .execute();
    return isNew && !isOpen ? null : { ...row, isOpen, secret };
  });
}

async function carryOne(deps: CourierDeps, claimed: Claimed): Promise<void> {
  try {
    if (claimed.isOpen) await show(deps, claimed);
    else await clear(deps, claimed);
  } catch (error) {
    if (!(error instanceof CaretakerError)) throw error;
    await noteFailure(deps, claimed, error);
    return;
  }
  await transaction(deps.db, async (trx) => {
    const moment = await deps.now(trx);
    await trx
      .updateTable("homeMessage")
      .set(claimed.isOpen ? { status: "shown", sentAt: moment, attempts: 0 } : { status: "gone" })
      .set({ nextTryAt: moment, error: null })
      .where("id", "=", claimed.id)
      .execute();
    if (!claimed.isOpen) return;
    const { requestId, siteId, contactName, phone } = claimed;
    await appendLedger(trx, {
      chain: siteId as SiteId,
      event: "message.sent",
      actor: "hub",
      payload: { requestId, to: contactName, channel: phone === null ? "home_notice" : "home_app", phone },
      now: moment,
    });
  });
}

async function show({ gateways }: CourierDeps, claimed: Claimed): Promise<void> {
  const { phone, requestId, language, digest, secret, ledgerCode } = claimed;
  const gatewayId = claimed.gatewayId as GatewayId;
  const asked = claimed.askedText as unknown as AskedText;
  if (phone === null) {
    await gateways.say(gatewayId, "notice.show", composeNotice(requestId, language, asked.firm));
    return;
  }
  const proposalCode = shortCode(digest);
  const facts = { language, asked, phone, requestId, proposalCode, secret, ledgerCode };
  await gateways.say(gatewayId, "phone.ask", composePhoneQuestion(facts));
}

async function clear({ gateways }: CourierDeps, { phone, requestId, ...row }: Claimed): Promise<void> {
  const gatewayId = row.gatewayId as GatewayId;
  const tag = tagOf(requestId);
  if (phone === null) await gateways.say(gatewayId, "notice.clear", { notice: tag });
  else await gateways.say(gatewayId, "phone.clear", { phone, tag });
}

async function noteFailure(deps: CourierDeps, { id, attempts }: Claimed, error: CaretakerError): Promise<void> {
  deps.log.warn(
    { homeMessageId: id, attempts: attempts + 1, code: error.code },
    "A question was not said in the home.",
  );
  const isOver = attempts + 1 >= MOST_TRIES || error.code === "not_available_here";
  const nextTryAt = new Date((await deps.now(deps.db)).getTime() + TRY_AGAIN);
  await deps.db
    .updateTable("homeMessage")
    .set({ error: error.message, nextTryAt })
    .$if(isOver, (query) => query.set({ status: "gone" }))
    .where("id", "=", id)
    .execute();
}
