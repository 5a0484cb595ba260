import type { SiteId } from "@caretaker/protocol";
import type { Trx } from "../db/database.ts";
import { escaped } from "../mail/escaped.ts";
import type { ContactRow } from "./contacts.ts";
import type { ConsentDeps } from "./types.ts";

/** Writes to a contact, at the address that is in `contact`, what was changed about how they are asked. */
export async function tellContact(
  queueMessage: ConsentDeps["queueMessage"],
  trx: Trx,
  { email, name, siteId }: Pick<ContactRow, "email" | "name" | "siteId">,
  words: (firm: string) => readonly [subject: string, text: string],
  now: Date,
): Promise<void> {
  if (email === null) return;
  const firm = await trx.selectFrom("firm").select("name").executeTakeFirstOrThrow();
  const [subject, text] = words(firm.name);
  const html = `<p>${escaped(text)}</p>`;
  const to = { name, address: email };
  await queueMessage(trx, { siteId: siteId as SiteId, requestId: null, to, subject, text, html, now });
}
