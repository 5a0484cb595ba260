import type { RunId, SiteId } from "@caretaker/protocol";
import type { Trx } from "../db/database.ts";
import { type ContactRow, chooseContact } from "./contacts.ts";
import { requesterEmails } from "./requester.ts";
import type { CannotAsk, ConsentDeps, WouldAsk } from "./types.ts";

/** The one contact of the home who is asked for something, or why nobody can be. Never whoever started the run. */
export async function whomToAsk(
  deps: Pick<ConsentDeps, "emailOfPerson">,
  trx: Trx,
  { run, scope, isPrivate, now }: WouldAsk,
): Promise<ContactRow | CannotAsk> {
  const { startedBy, startedById } = await starterOf(trx, run);
  const contacts = await trx.selectFrom("contact").selectAll().where("siteId", "=", run.siteId).execute();
  return chooseContact(contacts, {
    scope,
    isPrivate,
    requesterEmails: await requesterEmails(deps, trx, startedBy, startedById),
    now,
  });
}

/** As a technician reads it. */
export function nameAndAddress({ name, email }: Pick<ContactRow, "name" | "email">): string {
  return `${name} <${email ?? ""}>`;
}

function starterOf(
  trx: Trx,
  { id, siteId }: { id: RunId; siteId: SiteId },
): Promise<{ startedBy: string; startedById: string | null }> {
  return trx
    .selectFrom("run")
    .select(["startedBy", "startedById"])
    .where("id", "=", id)
    .where("siteId", "=", siteId)
    .executeTakeFirstOrThrow();
}
