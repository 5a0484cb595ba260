import { CaretakerError, type SiteId } from "@caretaker/protocol";
import { after, RESTS_FOR } from "../consent/clocks.ts";
import type { ContactRow } from "../consent/contacts.ts";
import { tellContact } from "../consent/tell-contact.ts";
import { wordsIn } from "../consent/words/index.ts";
import { type Trx, transaction } from "../db/database.ts";
import type { Call, Handlers } from "../http/handler.ts";
import { actorText } from "../ledger/actor.ts";
import { appendLedger } from "../ledger/append.ts";
import { ledgerEntry, lockContact, toContact } from "./contacts.ts";
import type { SitesDeps } from "./deps.ts";

export function contactChangeHandlers(deps: SitesDeps): Pick<Handlers, "contact.update" | "contact.remove"> {
  const told = (siteId: SiteId): void => {
    deps.announcements.announce({ type: "site.changed", siteId });
    deps.announcements.announce({ type: "message.due" });
  };
  return {
    "contact.update": async (wanted, call) => {
      const changed = await transaction(deps.db, (trx) => update(deps, trx, wanted, call));
      told(wanted.siteId);
      return toContact(changed);
    },
    "contact.remove": async (wanted, call) => {
      await transaction(deps.db, (trx) => remove(deps, trx, wanted, call));
      told(wanted.siteId);
      return {};
    },
  };
}

type Update = Parameters<Handlers["contact.update"]>[0];

/** What decides who answers, and so may not be changed unseen. A manager who becomes one of the household may allow more. */
function weightyIn(old: ContactRow, { email, phone, role }: Update): ("email" | "phone" | "role")[] {
  const isNew = {
    email: email !== undefined && email !== old.email,
    phone: phone !== undefined && phone !== old.phone,
    role: old.role === "manager" && role !== undefined && role !== "manager",
  };
  return (["email", "phone", "role"] as const).filter((what) => isNew[what]);
}

async function update(deps: SitesDeps, trx: Trx, wanted: Update, call: Call): Promise<ContactRow> {
  const { siteId, contactId, verifiedBecause, name, role, language, email, phone } = wanted;
  const old = await lockContact(trx, siteId, contactId);
  const weighty = weightyIn(old, wanted);
  const isNewAddress = weighty.includes("email");
  if (verifiedBecause !== undefined && (!isNewAddress || email === null)) refuseVerification();
  const given = Object.entries({ name, role, language, email, phone }).filter(
    ([field, value]) => value !== undefined && value !== old[field as keyof ContactRow],
  );
  if (given.length === 0) return old;
  // Who could never answer yet is only put right: the rest comes with the first verification.
  const couldAnswer = old.verifiedAt !== null || old.restsUntil !== null || verifiedBecause !== undefined;
  const restsUntil = weighty.length > 0 && couldAnswer ? after(call.now, RESTS_FOR) : null;
  const verification = { verifiedAt: verifiedBecause === undefined ? null : call.now, verifiedBecause };
  const changed = await trx
    .updateTable("contact")
    .set({
      ...Object.fromEntries(given),
      ...(restsUntil === null ? {} : { restsUntil }),
      ...(isNewAddress ? { ...verification, verifiedBecause: verifiedBecause ?? null } : {}),
    })
    .where("id", "=", contactId)
    .returningAll()
    .executeTakeFirstOrThrow();
  const was = Object.fromEntries(given.map(([field]) => [field, old[field as keyof ContactRow]]));
  await note(trx, "contact.changed", old, { changes: Object.fromEntries(given), was, restsUntil }, call);
  if (isNewAddress && changed.verifiedAt !== null) await ledgerEntry(trx, "contact.verified", changed, call);
  if (old.verifiedAt !== null && weighty.length > 0) {
    const { subject, what, text } = wordsIn(old.language).contactChanged;
    const words = text(weighty.map((each) => what[each]).join(", "), await homeName(trx, siteId));
    await tellContact(deps.queueMessage, trx, old, (firm) => [subject(firm), words], call.now);
  }
  return changed;
}

function refuseVerification(): never {
  const message = "goes with a new email address, and with nothing else";
  throw new CaretakerError("invalid_input", `How an address was verified ${message}.`, {
    fields: [{ path: "verifiedBecause", message }],
  });
}

type Removal = Parameters<Handlers["contact.remove"]>[0];

async function remove(deps: SitesDeps, trx: Trx, wanted: Removal, call: Call): Promise<void> {
  const { siteId, contactId, reason, leavesNobody } = wanted;
  const contact = await lockContact(trx, siteId, contactId);
  const home = await homeName(trx, siteId);
  if (!leavesNobody && (await isLast(trx, contact))) {
    throw new CaretakerError(
      "conflict",
      `${contact.name} is the last who may allow what can be allowed at ${home}. Add and verify somebody else first, or say that you know it (leavesNobody): then it can be allowed by nobody.`,
      { fields: [{ path: "leavesNobody", message: "is not said" }] },
    );
  }
  await trx.updateTable("contact").set({ removedAt: call.now }).where("id", "=", contactId).execute();
  await trx.deleteFrom("contactPhone").where("contactId", "=", contactId).execute();
  await note(trx, "contact.removed", contact, { name: contact.name, reason, leavesNobody }, call);
  if (contact.verifiedAt === null) return;
  const { subject, text } = wordsIn(contact.language).contactRemoved;
  await tellContact(deps.queueMessage, trx, contact, (firm) => [subject(firm), text(home)], call.now);
}

/** Whether nobody else could allow what this contact can: a manager does not stand in for the household. */
async function isLast(trx: Trx, contact: ContactRow): Promise<boolean> {
  if (contact.verifiedAt === null) return false;
  const others = await trx
    .selectFrom("contact")
    .select("role")
    .where("siteId", "=", contact.siteId)
    .where("id", "!=", contact.id)
    .where("removedAt", "is", null)
    .where("verifiedAt", "is not", null)
    .execute();
  return !others.some(({ role }) => contact.role === "manager" || role !== "manager");
}

async function homeName(trx: Trx, siteId: SiteId): Promise<string> {
  const site = await trx.selectFrom("site").select("name").where("id", "=", siteId).executeTakeFirst();
  return site?.name ?? "";
}

async function note(
  trx: Trx,
  event: "contact.changed" | "contact.removed",
  { id, siteId }: ContactRow,
  payload: object,
  call: Call,
): Promise<void> {
  await appendLedger(trx, {
    chain: siteId as SiteId,
    event,
    actor: actorText(call.actor),
    payload: { contactId: id, ...payload },
    now: call.now,
  });
}
