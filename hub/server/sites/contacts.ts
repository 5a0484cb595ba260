import { CaretakerError, type Contact, type ContactId, type SiteId } from "@caretaker/protocol";
import type { ContactRow } from "../consent/contacts.ts";
import { type Trx, transaction } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import type { Call, Handlers } from "../http/handler.ts";
import { actorText } from "../ledger/actor.ts";
import { appendLedger } from "../ledger/append.ts";
import { welcome } from "./contact-rest.ts";
import type { SitesDeps } from "./deps.ts";

export interface NewContact {
  readonly name: string;
  readonly role: Contact["role"];
  readonly language: Contact["language"];
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  readonly verifiedBecause?: string | undefined;
}

export function contactHandlers(deps: SitesDeps): Pick<Handlers, "contact.add" | "contact.verify"> {
  const { db, announcements } = deps;
  const told = (siteId: SiteId): void => {
    announcements.announce({ type: "site.changed", siteId });
    announcements.announce({ type: "message.due" });
  };
  return {
    "contact.add": async ({ siteId, ...contact }, call) => {
      const row = await transaction(db, async (trx) => {
        const isNew = contact.verifiedBecause !== undefined && contact.email !== undefined;
        const restsUntil = isNew ? await welcome(deps, trx, { siteId, id: null, name: contact.name }, call) : null;
        return addContact(trx, siteId, contact, restsUntil, call);
      });
      told(siteId);
      return row;
    },

    "contact.verify": async ({ siteId, contactId, because }, call) => {
      const row = await transaction(db, async (trx) => {
        const contact = await lockContact(trx, siteId, contactId);
        if (contact.email === null)
          throw new CaretakerError("invalid_input", "This contact has no email address to verify: add one first.", {
            fields: [{ path: "contactId", message: "has no email address" }],
          });
        // Whoever could answer already may be verified anew, and goes on as before.
        const rest =
          contact.verifiedAt === null
            ? await welcome(deps, trx, { siteId, id: contactId, name: contact.name }, call)
            : null;
        const verified = await trx
          .updateTable("contact")
          .set({ verifiedAt: call.now, verifiedBecause: because, restsUntil: later(contact.restsUntil, rest) })
          .where("id", "=", contactId)
          .returningAll()
          .executeTakeFirstOrThrow();
        await ledgerEntry(trx, "contact.verified", verified, call);
        return toContact(verified);
      });
      told(siteId);
      return row;
    },
  };
}

/** A rest that was begun is never cut short. */
function later(one: string | null, other: Date | null): Date | null {
  if (one === null || (other !== null && other.getTime() > Date.parse(one))) return other;
  return new Date(one);
}

/** The contact as it is now; nobody else changes who may answer for this home until the caller's transaction ends. */
export async function lockContact(trx: Trx, siteId: SiteId, contactId: ContactId): Promise<ContactRow> {
  await trx.selectFrom("site").select("id").where("id", "=", siteId).forUpdate().execute();
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

/** Adds a contact in the caller's transaction; it counts as verified when somebody says how he knows. */
export async function addContact(
  trx: Trx,
  siteId: SiteId,
  contact: NewContact,
  restsUntil: Date | null,
  call: Call,
): Promise<Contact> {
  if (contact.verifiedBecause !== undefined && contact.email === undefined) {
    throw new CaretakerError(
      "invalid_input",
      `${contact.name} has no email address, so there is nothing to verify: give one, or leave out how it was verified.`,
      {
        fields: [{ path: "verifiedBecause", message: "needs an email address" }],
      },
    );
  }
  const row = await trx
    .insertInto("contact")
    .values({
      id: newId<ContactId>(),
      siteId,
      name: contact.name,
      role: contact.role,
      language: contact.language,
      email: contact.email ?? null,
      phone: contact.phone ?? null,
      verifiedAt: contact.verifiedBecause === undefined ? null : call.now,
      verifiedBecause: contact.verifiedBecause ?? null,
      restsUntil,
      createdAt: call.now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await ledgerEntry(trx, "contact.added", row, call);
  if (row.verifiedAt !== null) await ledgerEntry(trx, "contact.verified", row, call);
  return toContact(row);
}

export async function ledgerEntry(
  trx: Trx,
  event: "contact.added" | "contact.verified",
  row: ContactRow,
  call: Call,
): Promise<void> {
  const payload = {
    contactId: row.id,
    name: row.name,
    role: row.role,
    email: row.email,
    phone: row.phone,
    ...(event === "contact.verified" ? { because: row.verifiedBecause, restsUntil: row.restsUntil } : {}),
  };
  await appendLedger(trx, {
    chain: row.siteId as SiteId,
    event,
    actor: actorText(call.actor),
    payload,
    now: call.now,
  });
}

export function toContact(row: ContactRow): Contact {
  return {
    id: row.id as ContactId,
    siteId: row.siteId as SiteId,
    name: row.name,
    role: row.role,
    language: row.language,
    email: row.email,
    phone: row.phone,
    verifiedAt: row.verifiedAt,
    restsUntil: row.restsUntil,
  };
}
