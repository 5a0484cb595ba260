import {
  type Answer,
  CaretakerError,
  type HomeQuestionView,
  inLanguage,
  type QuestionAnswers,
  type RunId,
  type SiteId,
  type Text,
} from "@caretaker/protocol";
import { type Database, type Trx, transaction } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import { nameInActor } from "../ledger/actor.ts";
import { escaped } from "../mail/escaped.ts";
import { actorOf, loadContact } from "./answer.ts";
import { after, LINK_SHOWS_FOR } from "./clocks.ts";
import { morningAfter } from "./night.ts";
import { unknownLink } from "./open-request.ts";
import { hashToken, newToken } from "./token.ts";
import type { CannotAsk, ConsentDeps } from "./types.ts";
import { nameAndAddress, whomToAsk } from "./whom.ts";
import { wordsIn } from "./words/index.ts";

/** What a run would like to know of whoever lives there. */
export interface HomeQuestion {
  readonly run: { readonly id: RunId; readonly siteId: SiteId };
  readonly step: string;
  readonly say: Text;
  readonly answers: QuestionAnswers;
  readonly withinSeconds: number;
  readonly now: Date;
}

/**
 * Asks one of the home by a link of its own, never at night unless they asked for help. The time to answer begins when the
 * message leaves.
 */
export async function askHome(
  deps: ConsentDeps,
  trx: Trx,
  { run, step, say, answers, withinSeconds, now }: HomeQuestion,
): Promise<{ readonly answerBy: Date; readonly sentTo: string } | CannotAsk> {
  // A question reads nothing and does nothing: whoever may answer anything at all may answer it.
  const contact = await whomToAsk(deps, trx, { run, scope: "reach", isPrivate: false, now });
  if ("cannot" in contact) return contact;
  const facts = await trx
    .selectFrom("run")
    .innerJoin("site", "site.id", "run.siteId")
    .select(["run.startedBy", "run.homeownerAsked", "site.name as home", "timeZone", "quietFrom", "quietTo"])
    .where("run.id", "=", run.id)
    .executeTakeFirstOrThrow();
  const firm = await trx.selectFrom("firm").select("name").executeTakeFirstOrThrow();
  const leavesAt = facts.homeownerAsked ? now : morningAfter(now, facts);
  const answerBy = after(leavesAt, withinSeconds * 1000);
  const token = newToken();
  const { language } = contact;
  const sentence = inLanguage(say, language);
  await trx
    .insertInto("homeQuestion")
    .values({
      id: newId<string>(now.getTime()),
      runId: run.id,
      siteId: run.siteId,
      contactId: contact.id,
      step,
      say: sentence,
      answers: JSON.stringify(answers),
      language,
      tokenHash: hashToken(token),
      askedAt: now,
      answerBy,
      linkUntil: after(now, LINK_SHOWS_FOR),
    })
    .execute();
  const words = wordsIn(language);
  const lines = [
    words.message.hello(contact.name),
    words.homeQuestion.intro(nameInActor(facts.startedBy), firm.name, facts.home),
    `“${sentence}”`,
    words.homeQuestion.answerHere,
    `${deps.publicUrl.replace(/\/$/, "")}/q/${token}`,
    words.homeQuestion.allowsNothing,
    words.message.linkIsYours,
    firm.name,
  ];
  await deps.queueMessage(trx, {
    siteId: run.siteId,
    requestId: null,
    to: { name: contact.name, address: contact.email ?? "" },
    subject: words.homeQuestion.subject(firm.name),
    text: lines.join("\n\n"),
    html: lines.map((line) => `<p>${escaped(line)}</p>`).join("\n"),
    leavesAt,
    now,
  });
  return { answerBy, sentTo: nameAndAddress(contact) };
}

/** What the homeowner's page shows of a question. Reading it answers nothing. */
export async function viewQuestion(deps: ConsentDeps, token: string): Promise<HomeQuestionView> {
  const question = await load(deps.db, token);
  const now = await deps.now(deps.db);
  if (question === undefined || now.getTime() >= Date.parse(question.linkUntil)) throw unknownLink();
  const contact = await loadContact(deps.db, question);
  const isOpen =
    question.answeredAt === null &&
    contact.removedAt === null &&
    now.getTime() < Date.parse(question.answerBy) &&
    (await deps.runs.asksHome(deps.db, question));
  return {
    status: question.answeredAt !== null ? "answered" : isOpen ? "open" : "over",
    language: question.language,
    firm: { name: question.firm, phone: question.phone },
    home: question.home,
    technician: nameInActor(question.startedBy),
    say: question.say,
    answers: question.answers as QuestionAnswers,
    answerBy: question.answerBy,
    timeZone: question.timeZone,
  };
}

/** Takes the first answer. Somebody who is no contact any more answers nothing. */
export async function answerFromHome(
  deps: ConsentDeps,
  { token, answer }: { readonly token: string; readonly answer: Answer },
): Promise<void> {
  const announcements = await transaction(deps.db, async (trx) => {
    const found = await load(trx, token);
    const now = await deps.now(trx);
    if (found === undefined || now.getTime() >= Date.parse(found.linkUntil)) throw unknownLink();
    const contact = await loadContact(trx, found);
    if (contact.removedAt !== null) {
      throw new CaretakerError("not_allowed", "The address that this was sent to may not answer now. Please call us.");
    }
    const by = actorOf(contact);
    const said = await deps.runs.homeAnswered(trx, { runId: found.runId as RunId, step: found.step, answer, by, now });
    await trx.updateTable("homeQuestion").set({ answeredAt: now }).where("id", "=", found.id).execute();
    return said;
  });
  for (const announcement of announcements) deps.announcements.announce(announcement);
}

/** Said by the page, never by a GET. The first time counts. */
export async function questionOpened(deps: ConsentDeps, token: string): Promise<void> {
  const now = await deps.now(deps.db);
  await deps.db
    .updateTable("homeQuestion")
    .set({ openedAt: now })
    .where("tokenHash", "=", hashToken(token))
    .where("openedAt", "is", null)
    .execute();
}

function load(db: Database, token: string) {
  return db
    .selectFrom("homeQuestion")
    .innerJoin("site", "site.id", "homeQuestion.siteId")
    .innerJoin("run", "run.id", "homeQuestion.runId")
    .innerJoin("firm", (join) => join.onTrue())
    .selectAll("homeQuestion")
    .select(["site.name as home", "site.timeZone", "run.startedBy", "firm.name as firm", "firm.phone"])
    .where("homeQuestion.tokenHash", "=", hashToken(token))
    .executeTakeFirst();
}
