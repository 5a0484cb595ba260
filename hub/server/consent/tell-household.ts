import type { Language, SiteId } from "@caretaker/protocol";
import type { Trx } from "../db/database.ts";
import { headCode } from "../ledger/append.ts";
import { escaped } from "../mail/escaped.ts";
import type { ConsentDeps } from "./types.ts";
import { wordsIn } from "./words/index.ts";

export interface HouseholdFacts {
  readonly contactId: string;
  readonly language: Language;
  readonly firm: string;
  readonly home: string;
}

/**
 * Writes to everybody who lives there, at the address that was verified as theirs, at once and also at night, with the
 * code of the home's ledger. Returns how many that were.
 */
export async function tellHousehold(
  { queueMessage }: Pick<ConsentDeps, "queueMessage">,
  trx: Trx,
  siteId: SiteId,
  now: Date,
  says: (facts: HouseholdFacts) => { readonly subject: string; readonly lines: readonly string[] },
): Promise<number> {
  const firm = await trx.selectFrom("firm").select(["name", "phone"]).executeTakeFirstOrThrow();
  const contacts = await trx
    .selectFrom("contact")
    .innerJoin("site", "site.id", "contact.siteId")
    .select(["contact.id", "contact.name", "contact.email", "contact.language", "site.name as home"])
    .where("contact.siteId", "=", siteId)
    .where("contact.role", "in", ["owner", "adult"])
    .where("contact.removedAt", "is", null)
    .where("contact.verifiedAt", "is not", null)
    .where("contact.email", "is not", null)
    .orderBy("contact.id")
    .execute();
  const code = await headCode(trx, siteId);
  for (const { id, name, email, language, home } of contacts) {
    const { message } = wordsIn(language);
    const { subject, lines } = says({ contactId: id, language, firm: firm.name, home });
    const all = [
      message.hello(name),
      ...lines,
      ...(firm.phone === null ? [] : [message.questions(firm.phone)]),
      message.code(code),
      firm.name,
    ];
    await queueMessage(trx, {
      siteId,
      requestId: null,
      to: { name, address: email ?? "" },
      subject: subject.replace(/\s+/g, " "),
      text: all.join("\n\n"),
      html: all.map((line) => `<p>${escaped(line)}</p>`).join("\n"),
      now,
    });
  }
  return contacts.length;
}
