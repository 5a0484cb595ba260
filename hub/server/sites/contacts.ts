import { CaretakerError, type Contact, type ContactId, type SiteId } from "@caretaker/protocol";
import type { Selectable } from "kysely";
import { type Trx, transaction } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import type { Tables } from "../db/tables.ts";
import type { Call, Handlers } from "../http/handler.ts";
import { actorText } from "../ledger/actor.ts";
import { appendLedger } from "../ledger/append.ts";
import type { SitesDeps } from "./deps.ts";

export interface NewContact {
  readonly name: string;
  readonly role: Contact["role"];
  readonly language: Contact["language"];
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  readonly verifiedBecause?: string | undefined;
}

export function contactHandlers({ db, announcements }: SitesDeps): Pick<Handlers, "contact.add" | "contact.verify"> {
  return {
    "contact.add": async ({ siteId, ...contact }, call) => {
      const row = await transaction(db, (trx) => addContact(trx, siteId, contact, call));
      announcements.announce({ type: "site.changed", siteId });
      return row;
    },

    "contact.verify": async ({ siteId, contactId, because }, call) => {
      const row = await transaction(db, async (trx) => {
        const verified = await trx
          .updateTable("contact")
          .set({ verifiedAt: call.now, verifiedBecause: because })
          .where("id", "=", contactId)
          .where("siteId", "=", siteId)
          .where("removedAt", "is", null)
          .returningAll()
          .executeTakeFirst();
        if (verified === undefined) throw new CaretakerError("not_found", "There is no such contact at this site.");
        if (verified.email === null)
          throw new CaretakerError("invalid_input", "This contact has no email address to verify: add one first.", {
            fields: [{ path: "contactId", message: "has no email address" }],
          });
        await ledgerEntry(trx, "contact.verified", verified, call);
        return toContact(verified);
      });
      announcements.announce({ type: "site.changed", siteId });
      return row;
    },
  };
}

/** Adds a contact in the caller's transaction; it counts as verified when somebody says how he knows. */
export async function addContact(trx: Trx, siteId: SiteId, contact: NewContact, call: Call): Promise<Contact> {
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
      createdAt: call.now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await ledgerEntry(trx, "contact.added", row, call);
  if (row.verifiedAt !== null) await ledgerEntry(trx, "contact.verified", row, call);
  return toContact(row);
}

async function ledgerEntry(
  trx: Trx,
  event: "contact.added" | "contact.verified",
  row: Selectable<Tables["contact"]>,
  call: Call,
): Promise<void> {
  const payload = {
    contactId: row.id,
    name: row.name,
    role: row.role,
    email: row.email,
    phone: row.phone,
    ...(event === "contact.verified" ? { because: row.verifiedBecause } : {}),
  };
  await appendLedger(trx, {
    chain: row.siteId as SiteId,
    event,
    actor: actorText(call.actor),
    payload,
    now: call.now,
  });
}

export function toContact(row: Selectable<Tables["contact"]>): Contact {
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
