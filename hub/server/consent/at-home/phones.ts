import { CaretakerError, type ContactId, type ContactPhone, type GatewayId, type SiteId } from "@caretaker/protocol";
import { type Trx, transaction } from "../../db/database.ts";
import type { Gateways } from "../../gateways/gateways.ts";
import type { Call, Handlers } from "../../http/handler.ts";
import { actorText } from "../../ledger/actor.ts";
import { appendLedger } from "../../ledger/append.ts";
import { after, RESTS_FOR } from "../clocks.ts";
import { tellContact } from "../tell-contact.ts";
import type { ConsentDeps } from "../types.ts";
import { wordsIn } from "../words/index.ts";

export interface PhonesDeps extends Pick<ConsentDeps, "db" | "queueMessage" | "announcements"> {
  readonly gateways: Pick<Gateways, "say">;
}

export function phoneHandlers(
  deps: PhonesDeps,
): Pick<Handlers, "phone.list" | "contact.phone.list" | "contact.phone.set" | "contact.phone.remove"> {
  return {
    "phone.list": ({ gatewayId }) => deps.gateways.say(gatewayId, "phone.list", {}),
    "contact.phone.list": async ({ siteId }) => {
      const rows = await deps.db
        .selectFrom("contactPhone")
        .innerJoin("contact", "contact.id", "contactPhone.contactId")
        .selectAll("contactPhone")
        .where("contact.siteId", "=", siteId)
        .where("contact.removedAt", "is", null)
        .orderBy("setAt")
        .execute();
      return { items: rows.map(toContactPhone) };
    },
    "contact.phone.set": (request, call) => setPhone(deps, request, call),
    "contact.phone.remove": async ({ siteId, contactId }, call) => {
      await transaction(deps.db, async (trx) => {
        const contact = await contactOf(trx, siteId, contactId);
        const gone = await trx
          .deleteFrom("contactPhone")
          .where("contactId", "=", contactId)
          .returning("phone")
          .executeTakeFirst();
        if (gone === undefined) return;
        await note(trx, contact, { phone: null, was: gone.phone }, call);
        const { subject, text } = wordsIn(contact.language).phoneRemoved;
        await tellContact(deps.queueMessage, trx, contact, (firm) => [subject(firm), text(gone.phone)], call.now);
      });
      deps.announcements.announce({ type: "message.due" });
      return {};
    },
  };
}

type Setting = Parameters<Handlers["contact.phone.set"]>[0];

async function setPhone(deps: PhonesDeps, wanted: Setting, call: Call): Promise<ContactPhone> {
  const { siteId, contactId, gatewayId, phone, userId, because } = wanted;
  const gateway = await deps.db.selectFrom("gateway").select("siteId").where("id", "=", gatewayId).executeTakeFirst();
  if (gateway?.siteId !== siteId) throw new CaretakerError("not_found", "There is no such gateway at this site.");
  const userName = await checkChoice(deps, { gatewayId, phone, userId });
  const row = await transaction(deps.db, async (trx) => {
    const contact = await contactOf(trx, siteId, contactId);
    const values = { gatewayId, phone, userId, userName, because, setAt: call.now };
    const written = await trx
      .insertInto("contactPhone")
      .values({ contactId, ...values, restsUntil: after(call.now, RESTS_FOR) })
      .onConflict((conflict) =>
        conflict.column("contactId").doUpdateSet({ ...values, restsUntil: after(call.now, RESTS_FOR) }),
      )
      .returningAll()
      .executeTakeFirstOrThrow();
    await note(trx, contact, { phone, userId, userName, because, restsUntil: written.restsUntil }, call);
    const { subject, text } = wordsIn(contact.language).phoneChosen;
    await tellContact(deps.queueMessage, trx, contact, (firm) => [subject(firm), text(phone, userName)], call.now);
    return written;
  });
  deps.announcements.announce({ type: "message.due" });
  return toContactPhone(row);
}

/** The gateway itself must know phone and user; and the user must not be the one that the hub signs in as. */
async function checkChoice(
  { gateways }: PhonesDeps,
  { gatewayId, phone, userId }: { gatewayId: GatewayId; phone: string; userId: string },
): Promise<string> {
  const { phones, users } = await gateways.say(gatewayId, "phone.list", {});
  const user = users.find((one) => one.userId === userId);
  if (!phones.some((one) => one.phone === phone))
    throw wrong("phone", `This home has no phone ${phone}: choose another.`);
  if (user === undefined) throw wrong("userId", "This home has no such user: choose another.");
  if (user.isHub) {
    throw wrong(
      "userId",
      `The hub itself signs in to this home as ${user.name}, so whoever has its credentials could answer. Give Caretaker a user of its own there, and new credentials here.`,
    );
  }
  return user.name;
}

function wrong(path: string, message: string): CaretakerError {
  return new CaretakerError("invalid_input", message, { fields: [{ path, message }] });
}

type Contact = Awaited<ReturnType<typeof contactOf>>;

async function contactOf(trx: Trx, siteId: SiteId, contactId: ContactId) {
  const contact = await trx
    .selectFrom("contact")
    .selectAll()
    .where("id", "=", contactId)
    .where("siteId", "=", siteId)
    .where("removedAt", "is", null)
    .forUpdate()
    .executeTakeFirst();
  if (contact === undefined) throw new CaretakerError("not_found", "There is no such contact at this site.");
  return contact;
}

async function note(trx: Trx, { id, siteId }: Contact, changed: object, call: Call): Promise<void> {
  await appendLedger(trx, {
    chain: siteId as SiteId,
    event: "contact.changed",
    actor: actorText(call.actor),
    payload: { contactId: id, atHome: changed },
    now: call.now,
  });
}

function toContactPhone(row: {
  readonly contactId: string;
  readonly gatewayId: string;
  readonly phone: string;
  readonly userId: string;
  readonly userName: string;
  readonly setAt: string;
  readonly restsUntil: string;
}): ContactPhone {
  return { ...row, contactId: row.contactId as ContactId, gatewayId: row.gatewayId as GatewayId };
}
