import type { Language, SiteId } from "@caretaker/protocol";
import type { Trx } from "../db/database.ts";
import { nameInActor } from "../ledger/actor.ts";
import { headCode } from "../ledger/append.ts";
import { escaped } from "../mail/escaped.ts";
import type { ApprovalRow, ApprovalsDeps } from "./types.ts";
import { ALONE_WORDS, type AloneWords } from "./words.ts";

type Queue = Pick<ApprovalsDeps, "queueMessage">;

/** Tells the homeowners concerned what a firm of one is about to do. */
export async function tellHomeowners(deps: Queue, trx: Trx, approval: ApprovalRow, now: Date): Promise<void> {
  const person = nameInActor(approval.requestedBy);
  await writeToHomes(deps, trx, approval.siteIds, now, ({ words, language, firm, home, timeZone }) => [
    // What is allowed as an emergency may be noticed, and nobody is asked.
    words[approval.kind === "consent.emergency" ? "emergency" : "text"]({
      firm,
      person,
      home,
      at: momentIn(approval.notBefore ?? approval.requestedAt, language, timeZone),
    }),
    `${words.what} ${approval.title} ${approval.reason}`,
  ]);
}

/** Tells a home that something was done there by a runbook which a firm of one published: nobody else had looked at it. */
export async function tellOfAloneRunbook(
  deps: Queue,
  trx: Trx,
  { siteId, publishedBy, title }: { readonly siteId: SiteId; readonly publishedBy: string; readonly title: string },
  now: Date,
): Promise<void> {
  const person = nameInActor(publishedBy);
  await writeToHomes(deps, trx, [siteId], now, ({ words, firm, home }) => [
    words.used({ firm, person, home }),
    `${words.what} ${title}`,
  ]);
}

interface Home {
  readonly words: AloneWords;
  readonly language: Language;
  readonly firm: string;
  readonly home: string;
  readonly timeZone: string;
}

/** Each of the household who may answer, by the address that was verified as theirs, with the code of the home's ledger. */
async function writeToHomes(
  { queueMessage }: Queue,
  trx: Trx,
  siteIds: readonly string[],
  now: Date,
  says: (home: Home) => readonly string[],
): Promise<void> {
  if (siteIds.length === 0) return;
  const firm = await trx.selectFrom("firm").select(["name", "phone"]).executeTakeFirstOrThrow();
  const contacts = await trx
    .selectFrom("contact")
    .innerJoin("site", "site.id", "contact.siteId")
    .select(["contact.siteId", "contact.name", "contact.email", "contact.language"])
    .select(["site.name as home", "site.timeZone"])
    .where("contact.siteId", "in", siteIds)
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
      ...says({ words, language, firm: firm.name, home, timeZone }),
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
