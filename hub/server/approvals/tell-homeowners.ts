import type { Language, SiteId } from "@caretaker/protocol";
import type { Trx } from "../db/database.ts";
import { nameInActor } from "../ledger/actor.ts";
import { headCode } from "../ledger/append.ts";
import type { ApprovalRow, ApprovalsDeps } from "./types.ts";
import { ALONE_WORDS } from "./words.ts";

/** Tells the homeowners concerned what a firm of one is about to do; each by the address that was verified as theirs. */
export async function tellHomeowners(
  { queueMessage }: Pick<ApprovalsDeps, "queueMessage">,
  trx: Trx,
  approval: ApprovalRow,
  now: Date,
): Promise<void> {
  if (approval.siteIds.length === 0) return;
  const firm = await trx.selectFrom("firm").select(["name", "phone"]).executeTakeFirstOrThrow();
  const contacts = await trx
    .selectFrom("contact")
    .innerJoin("site", "site.id", "contact.siteId")
    .select(["contact.siteId", "contact.name", "contact.email", "contact.language"])
    .select(["site.name as home", "site.timeZone"])
    .where("contact.siteId", "in", approval.siteIds)
    .where("contact.role", "in", ["owner", "adult"])
    .where("contact.removedAt", "is", null)
    .where("contact.verifiedAt", "is not", null)
    .where("contact.email", "is not", null)
    .orderBy("contact.siteId")
    .orderBy("contact.id")
    .execute();
  for (const { siteId, name, email, language, home, timeZone } of contacts) {
    const words = ALONE_WORDS[language];
    const code = await headCode(trx, siteId as SiteId);
    const lines = [
      words.hello(name),
      words.text({
        firm: firm.name,
        person: nameInActor(approval.requestedBy),
        home,
        at: momentIn(approval.notBefore ?? approval.requestedAt, language, timeZone),
      }),
      `${words.what} ${approval.title} ${approval.reason}`,
      words.questions(firm.phone),
      words.code(code),
      firm.name,
    ];
    await queueMessage(trx, {
      siteId: siteId as SiteId,
      requestId: null,
      to: { name, address: email ?? "" },
      subject: words.subject(firm.name).replace(/\s+/g, " "),
      text: lines.join("\n\n"),
      html: lines.map((line) => `<p>${escaped(line)}</p>`).join("\n"),
      now,
    });
  }
}

function momentIn(at: string, language: Language, timeZone: string): string {
  const locale = language === "en" ? "en-GB" : language;
  return new Intl.DateTimeFormat(locale, { timeZone, dateStyle: "long", timeStyle: "short" }).format(new Date(at));
}

function escaped(words: string): string {
  return words.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
