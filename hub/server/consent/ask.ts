import type { ConsentRequestId, Language, Text } from "@caretaker/protocol";
import { Text as TextSchema } from "@caretaker/protocol";
import type { Trx } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import { nameInActor } from "../ledger/actor.ts";
import { appendLedger } from "../ledger/append.ts";
import { canonicalJson } from "../ledger/canonical.ts";
import { publishedAloneBy } from "./alone.ts";
import { type AskedText, composeAskedText } from "./asked-text.ts";
import { askAtHome } from "./at-home/queue.ts";
import { ANSWER_WITHIN, after, LINK_SHOWS_FOR, URGENT_ANSWER_WITHIN, windowSeconds } from "./clocks.ts";
import type { ContactRow } from "./contacts.ts";
import { foundByItself, foundInWords } from "./found-by-itself.ts";
import { composeMessage, composeReminder, type MessageWords } from "./message.ts";
import { morningAfter, remindAt } from "./night.ts";
import { proposalDigest } from "./proposal.ts";
import { thingOf } from "./things.ts";
import { hashToken, newToken } from "./token.ts";
import type { Asked, CannotAsk, ConsentDeps, Question } from "./types.ts";
import { nameAndAddress, whomToAsk } from "./whom.ts";
import { wordsIn } from "./words/index.ts";

/** Asks one homeowner. The token goes into the message and nowhere else: whoever asks has no way to it. */
export async function ask(deps: ConsentDeps, trx: Trx, question: Question): Promise<Asked | CannotAsk> {
  const { run, now } = question;
  const facts = await loadFacts(trx, question);
  const contact = await whomToAsk(deps, trx, question);
  if ("cannot" in contact) return contact;
  const email = contact.email ?? "";

  const requestId = newId<ConsentRequestId>();
  // Nobody is woken to be asked, and the time to answer begins when the message leaves. Who asked for help is awake.
  const leavesAt = question.homeownerAsked ? now : morningAfter(now, facts);
  const usual = question.homeownerAsked ? URGENT_ANSWER_WITHIN : ANSWER_WITHIN;
  const { answerWithinSeconds } = question;
  const answerBy = after(leavesAt, answerWithinSeconds === undefined ? usual : answerWithinSeconds * 1000);
  const digest = proposalDigest(question.proposal);
  const asked = await askedText(trx, question, facts, contact);
  await closeOpenQuestions(trx, run.id);
  const token = newToken();
  const code = await writeDown(trx, question, { requestId, contact, asked, answerBy, digest, token });
  const words = composeMessage({
    language: contact.language,
    asked,
    link: `${deps.publicUrl.replace(/\/$/, "")}/c/${token}`,
    answerBy: inTheHome(answerBy, contact.language, facts.timeZone),
    code,
  });
  await deps.queueMessage(trx, {
    siteId: run.siteId,
    requestId,
    to: { name: contact.name, address: email },
    ...words,
    leavesAt,
    now,
  });
  await remind(deps, trx, { question, facts, contact, requestId, leavesAt, answerBy, words });
  await askAtHome(trx, {
    requestId,
    runId: run.id,
    siteId: run.siteId,
    contactId: contact.id,
    isPrivate: question.isPrivate,
    homeownerAsked: question.homeownerAsked,
    answerBy,
    now,
  });
  return { requestId, answerBy, sentTo: nameAndAddress(contact) };
}

interface Reminder {
  readonly question: Question;
  readonly facts: Facts;
  readonly contact: ContactRow;
  readonly requestId: ConsentRequestId;
  readonly leavesAt: Date;
  readonly answerBy: Date;
  readonly words: MessageWords;
}

/** The one reminder is the same message once more. It is put into the outbox now, since nobody has the link later. */
async function remind(deps: ConsentDeps, trx: Trx, reminder: Reminder): Promise<void> {
  const { question, facts, contact, requestId, leavesAt, answerBy, words } = reminder;
  const at = remindAt({ askedAt: leavesAt, answerBy }, facts);
  if (at === null) return;
  await deps.queueMessage(trx, {
    siteId: question.run.siteId,
    requestId,
    to: { name: contact.name, address: contact.email ?? "" },
    ...composeReminder(contact.language, facts.firm, words),
    now: question.now,
    remindAt: at,
  });
}

interface Facts {
  readonly reason: string;
  readonly startedBy: string;
  readonly home: string;
  readonly timeZone: string;
  readonly quietFrom: string;
  readonly quietTo: string;
  readonly firm: string;
  readonly phone: string | null;
  readonly tell: Text | null;
}

async function loadFacts(trx: Trx, { run }: Question): Promise<Facts> {
  const row = await trx
    .selectFrom("run")
    .innerJoin("site", "site.id", "run.siteId")
    .innerJoin("runbookVersion", "runbookVersion.digest", "run.digest")
    .select(["run.reason", "run.startedBy", "site.name as home", "site.timeZone"])
    .select(["site.quietFrom", "site.quietTo"])
    .select("runbookVersion.document")
    .where("run.id", "=", run.id)
    .where("site.id", "=", run.siteId)
    // The rows that are written below refer to the site: locked before the ledger, as everywhere, nobody waits in a ring.
    .forKeyShare("site")
    .executeTakeFirstOrThrow();
  const firm = await trx.selectFrom("firm").select(["name", "phone"]).executeTakeFirstOrThrow();
  const tell = TextSchema.safeParse("tell" in row.document ? row.document.tell : undefined);
  return { ...row, firm: firm.name, phone: firm.phone, tell: tell.data ?? null };
}

async function askedText(trx: Trx, question: Question, facts: Facts, contact: ContactRow): Promise<AskedText> {
  const acts = [];
  for (const act of question.proposal.acts) acts.push({ act, thing: await thingOf(trx, act) });
  const aloneBy = await publishedAloneBy(trx, question.run.id);
  const found = await foundByItself(trx, question.run.id, question.now);
  return composeAskedText({
    language: contact.language,
    technician: nameInActor(facts.startedBy),
    firm: facts.firm,
    phone: facts.phone,
    home: facts.home,
    homeownerName: contact.name,
    why: found === null ? facts.reason : foundInWords(found, contact.language),
    tell: facts.tell,
    stepTell: question.tell,
    acts,
    aloneBy: aloneBy === null ? null : nameInActor(aloneBy),
    isPrivate: question.isPrivate,
    limitSeconds: question.limitSeconds,
  });
}

/** A newer question of the same run replaces one that still waits: its old link shows that it is no longer open. */
async function closeOpenQuestions(trx: Trx, runId: string): Promise<void> {
  await trx
    .updateTable("consentRequest")
    .set({ status: "over" })
    .where("runId", "=", runId)
    .where("status", "=", "asked")
    .execute();
}

interface Written {
  readonly requestId: ConsentRequestId;
  readonly contact: ContactRow;
  readonly asked: AskedText;
  readonly answerBy: Date;
  readonly digest: string;
  readonly token: string;
}

/** The ledger's entry and the request's row. Returns the code of the ledger's head, of which the entry is now the end. */
async function writeDown(trx: Trx, question: Question, written: Written): Promise<string> {
  const { run, step, scope, isPrivate, proposal, now } = question;
  const { requestId, contact, asked, answerBy, digest, token } = written;
  const { code } = await appendLedger(trx, {
    chain: run.siteId,
    event: "consent.asked",
    actor: "hub",
    payload: {
      requestId,
      runId: run.id,
      step,
      scope,
      isPrivate,
      digest,
      contactId: contact.id,
      channel: "email",
      address: contact.email,
      language: contact.language,
      asked,
      answerBy,
    },
    now,
  });
  await trx
    .insertInto("consentRequest")
    .values({
      id: requestId,
      runId: run.id,
      siteId: run.siteId,
      contactId: contact.id,
      step,
      scope,
      isPrivate,
      proposal: canonicalJson(proposal),
      digest,
      askedText: canonicalJson(asked),
      language: contact.language,
      tokenHash: hashToken(token),
      status: "asked",
      askedAt: now,
      answerBy,
      windowSeconds: windowSeconds(question.limitSeconds),
      linkUntil: after(now, LINK_SHOWS_FOR),
      ledgerCode: code,
    })
    .execute();
  return code;
}

function inTheHome(moment: Date, language: Language, timeZone: string): string {
  return new Intl.DateTimeFormat(wordsIn(language).locale, { timeZone, dateStyle: "long", timeStyle: "short" }).format(
    moment,
  );
}
