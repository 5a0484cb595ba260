import {
  CaretakerError,
  type ContactId,
  type HomeJournal,
  type JournalEntry,
  type LedgerEvent,
  type SiteId,
} from "@caretaker/protocol";
import { type Database, type Trx, transaction } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import { headCode } from "../ledger/append.ts";
import { escaped } from "../mail/escaped.ts";
import { loadContact } from "./answer.ts";
import { after } from "./clocks.ts";
import type { ContactRow } from "./contacts.ts";
import { opensWith, unknownLink } from "./open-request.ts";
import { hashToken, newToken } from "./token.ts";
import type { ConsentDeps } from "./types.ts";
import { type HomeownerWords, wordsIn } from "./words/index.ts";

/** Unopened it holds so long; opened, until a day after. */
const UNOPENED_HOLDS = 7 * 86_400_000;
const OPENED_HOLDS = 86_400_000;
/** A journal asked for again and again fills a mailbox. */
const NOT_AGAIN_WITHIN = 10 * 60_000;
const PAGE = 50;

/** What of a ledger a homeowner is shown; the rest is the firm's own housekeeping. */
const SHOWN = [
  "consent.asked",
  "consent.allowed",
  "consent.refused",
  "consent.another_time",
  "consent.window_agreed",
  "consent.emergency",
  "consent.expired",
  "consent.ended",
  "consent.withdrawn",
  "consent.call_asked",
  "act.done",
  "act.failed",
  "act.uncertain",
  "run.finished",
  "run.cancelled",
  "contact.added",
  "contact.changed",
  "contact.removed",
  "contact.erased",
  "emergency.agreed",
  "emergency.ended",
  "scopes.changed",
  "scopes.ended",
  "gateway.added",
  "gateway.removed",
  "gateway.access_withdrawn",
  "ledger.exported",
  "ledger.erased",
  "site.created",
] as const satisfies readonly LedgerEvent[];
export type ShownEvent = (typeof SHOWN)[number];

/** From the page of a question: to whoever was asked it. */
export async function journalForAsked(deps: ConsentDeps, token: string): Promise<void> {
  await transaction(deps.db, async (trx) => {
    const request = await trx
      .selectFrom("consentRequest")
      .select(["contactId", "linkUntil"])
      .where(opensWith(token))
      .executeTakeFirst();
    const now = await deps.now(trx);
    if (request === undefined || now.getTime() >= Date.parse(request.linkUntil)) throw unknownLink();
    await send(deps, trx, await loadContact(trx, request), now);
  });
}

/** By a technician, who never sees the link. */
export async function sendJournal(
  deps: ConsentDeps,
  { siteId, contactId }: { readonly siteId: SiteId; readonly contactId: ContactId },
): Promise<void> {
  await transaction(deps.db, async (trx) => {
    const contact = await trx
      .selectFrom("contact")
      .selectAll()
      .where("id", "=", contactId)
      .where("siteId", "=", siteId)
      .executeTakeFirst();
    if (contact === undefined) throw new CaretakerError("not_found", "There is no such contact at this site.");
    await send(deps, trx, contact, await deps.now(trx));
  });
}

async function send(deps: ConsentDeps, trx: Trx, contact: ContactRow, now: Date): Promise<void> {
  const why = whyNot(contact, now);
  if (why !== null) throw new CaretakerError("not_allowed", why);
  const last = await trx
    .selectFrom("journalLink")
    .select("createdAt")
    .where("contactId", "=", contact.id)
    .orderBy("createdAt", "desc")
    .executeTakeFirst();
  if (last !== undefined && now.getTime() - Date.parse(last.createdAt) < NOT_AGAIN_WITHIN) {
    throw new CaretakerError("too_many_requests", "A link was sent a moment ago. Please look into the mailbox.");
  }
  const token = newToken();
  const siteId = contact.siteId as SiteId;
  await trx
    .insertInto("journalLink")
    .values({ id: newId<string>(), tokenHash: hashToken(token), contactId: contact.id, siteId, createdAt: now })
    .execute();
  const { firm, home } = await namesOf(trx, siteId);
  const { journal, message } = wordsIn(contact.language);
  const lines = [
    message.hello(contact.name),
    journal.intro(firm, home),
    `${deps.publicUrl.replace(/\/$/, "")}/j/${token}`,
    journal.holds,
    message.linkIsYours,
    message.code(await headCode(trx, siteId)),
    firm,
  ];
  await deps.queueMessage(trx, {
    siteId,
    requestId: null,
    to: { name: contact.name, address: contact.email ?? "" },
    subject: journal.subject(firm),
    text: lines.join("\n\n"),
    html: lines.map((line) => `<p>${escaped(line)}</p>`).join("\n"),
    now,
  });
}

/** Who lives there reads it, at an address that was verified and does not rest. */
function whyNot({ name, role, email, verifiedAt, restsUntil, removedAt }: ContactRow, now: Date): string | null {
  if (removedAt !== null) return `${name} is no contact of this home any more.`;
  if (role === "manager") return `${name} manages the home and does not live there: its journal is for those who do.`;
  if (email === null || verifiedAt === null) return `${name} has no verified address to which the link could go.`;
  if (restsUntil !== null && Date.parse(restsUntil) > now.getTime())
    return `The address of ${name} was changed and rests until ${restsUntil}.`;
  return null;
}

/** Opens the journal, page by page. By POST alone: a program that only fetches links opens nothing. */
export async function openJournal(
  deps: ConsentDeps,
  { token, before }: { readonly token: string; readonly before?: number | undefined },
): Promise<HomeJournal> {
  return transaction(deps.db, async (trx) => {
    const link = await trx
      .selectFrom("journalLink")
      .selectAll()
      .where("tokenHash", "=", hashToken(token))
      .forUpdate()
      .executeTakeFirst();
    const now = await deps.now(trx);
    if (link === undefined) throw unknownLink();
    const until =
      link.firstOpenedAt === null
        ? after(new Date(link.createdAt), UNOPENED_HOLDS)
        : after(new Date(link.firstOpenedAt), OPENED_HOLDS);
    const contact = await loadContact(trx, link);
    // Whoever may not ask for it any more does not read on with a link from before.
    if (now.getTime() >= until.getTime() || whyNot(contact, now) !== null) throw unknownLink();
    if (link.firstOpenedAt === null)
      await trx.updateTable("journalLink").set({ firstOpenedAt: now }).where("id", "=", link.id).execute();
    return read(trx, contact, now, before);
  });
}

async function read(trx: Trx, contact: ContactRow, now: Date, before: number | undefined): Promise<HomeJournal> {
  const siteId = contact.siteId as SiteId;
  const { firm, phone, home, timeZone } = await namesOf(trx, siteId);
  const words = wordsIn(contact.language);
  const rows = await trx
    .selectFrom("ledgerEntry")
    .innerJoin("ledgerPayload", (join) =>
      join
        .onRef("ledgerPayload.chain", "=", "ledgerEntry.chain")
        .onRef("ledgerPayload.number", "=", "ledgerEntry.number"),
    )
    .select(["ledgerEntry.number", "at", "event", "payload"])
    .where("ledgerEntry.chain", "=", siteId)
    .where("event", "in", [...SHOWN])
    .$if(before !== undefined, (query) => query.where("ledgerEntry.number", "<", before as number))
    .orderBy("ledgerEntry.number", "desc")
    .limit(PAGE + 1)
    .execute();
  const shown = rows.slice(0, PAGE);
  const standing = await trx
    .selectFrom("standingConsent")
    .select(["scope", "givenAt", "givenBy", "until"])
    .where("siteId", "=", siteId)
    .where((where) => where.or([where("until", "is", null), where("until", ">", now.toISOString())]))
    .orderBy("givenAt")
    .execute();
  return {
    language: contact.language,
    firm: { name: firm, phone },
    home,
    timeZone,
    code: await headCode(trx, siteId),
    standing: standing.map(({ scope, givenAt, givenBy, until }) => ({
      words: words.journal.standing[scope],
      givenAt,
      givenBy,
      until,
    })),
    entries: shown.map((row) => entryOf(words, row)),
    nextBefore: rows.length > PAGE ? (shown.at(-1)?.number ?? null) : null,
  };
}

interface Row {
  readonly number: number;
  readonly at: string;
  readonly event: LedgerEvent;
  readonly payload: string | null;
}

/** An entry in the homeowner's words; what was said in it where that is plain, or that its words were erased. */
function entryOf(words: HomeownerWords, { number, at, event, payload }: Row): JournalEntry {
  const sentence = words.journal.events[event as ShownEvent];
  if (payload === null) return { number, at, words: sentence, details: [words.journal.erased] };
  const said = JSON.parse(payload) as Readonly<Record<string, unknown>>;
  return { number, at, words: sentence, details: detailsOf(words, event, said) };
}

function detailsOf(words: HomeownerWords, event: LedgerEvent, said: Readonly<Record<string, unknown>>): string[] {
  if (event === "consent.asked") {
    const { why, what } = (said.asked ?? {}) as { why?: string; what?: readonly string[] };
    return [...(typeof why === "string" ? [`“${why}”`] : []), ...(Array.isArray(what) ? what.map(String) : [])];
  }
  if (event === "consent.emergency") return typeof said.reason === "string" ? [`“${said.reason}”`] : [];
  if (event === "consent.ended") {
    const ended = words.grantEnds[said.end as keyof typeof words.grantEnds];
    return ended === undefined ? [] : [ended];
  }
  if (event === "run.finished") {
    const outcome = words.outcomes[said.outcome as keyof typeof words.outcomes];
    return outcome === undefined ? [] : [outcome];
  }
  if (event !== "consent.allowed") return [];
  if (said.channel === "phone") return [words.journal.byPhone];
  return said.channel === "passkey" ? [words.journal.byPasskey] : [];
}

async function namesOf(
  db: Database,
  siteId: SiteId,
): Promise<{ firm: string; phone: string | null; home: string; timeZone: string }> {
  return db
    .selectFrom("site")
    .innerJoin("firm", (join) => join.onTrue())
    .select(["firm.name as firm", "firm.phone", "site.name as home", "site.timeZone"])
    .where("site.id", "=", siteId)
    .executeTakeFirstOrThrow();
}
