import { type Actor, CaretakerError, type ConsentRequestId, type PhoneQuestion, type RunId } from "@caretaker/protocol";
import { type Database, transaction } from "../db/database.ts";
import { actorText, nameInActor } from "../ledger/actor.ts";
import { headCode } from "../ledger/append.ts";
import { shortCode } from "../ledger/canonical.ts";
import { escaped } from "../mail/escaped.ts";
import { loadContact, takeAnswer } from "./answer.ts";
import type { AskedText } from "./asked-text.ts";
import { statusAt } from "./clocks.ts";
import { lockRequest } from "./open-request.ts";
import { hashToken, newToken } from "./token.ts";
import type { ConsentDeps } from "./types.ts";
import { wordsIn } from "./words/index.ts";

export interface PhoneAnswer {
  readonly runId: RunId;
  readonly requestId: ConsentRequestId;
  readonly answer: "allow" | "another_time" | "no";
  readonly proposalCode: string;
  /** As it was dialled, or as they called from. */
  readonly number: string;
  /** How the technician knew whom he spoke to. */
  readonly knownBy: string;
  readonly actor: Actor;
}

/**
 * Writes down what a homeowner said on the phone, as grade C. A yes counts only with a message that leaves at once, in
 * which they read what they allowed and can stop it: it is queued in the same transaction. Never for what is private.
 */
export async function answerByPhone(deps: ConsentDeps, given: PhoneAnswer): Promise<void> {
  const announcements = await transaction(deps.db, async (trx) => {
    const found = await findRequest(trx, given);
    const open = await lockRequest(deps, trx, found);
    const { request, now } = open;
    if (given.answer === "allow" && request.isPrivate) {
      throw new CaretakerError(
        "not_allowed",
        "This reaches something private, and that is never allowed on the phone: it is answered with the link in the message.",
      );
    }
    const contact = await loadContact(trx, request);
    const { number, knownBy, actor } = given;
    const evidence = { number, knownBy, recordedBy: actorText(actor) };
    const way = { channel: "phone", grade: "C", evidence };
    const said = await takeAnswer(deps, open, { answer: given.answer, proposalCode: given.proposalCode, way });
    if (given.answer !== "allow") return said;
    // An answer by mail needs a mailbox, and so does this one.
    if (contact.email === null) {
      throw new CaretakerError("not_allowed", `${contact.name} has no address to which the message could go.`);
    }
    const token = newToken();
    await trx
      .updateTable("consentRequest")
      .set({ stopTokenHash: hashToken(token) })
      .where("id", "=", request.id)
      .execute();
    const asked = request.askedText as unknown as AskedText;
    const words = wordsIn(request.language).saidOnPhone;
    const lines = [
      words.hello(contact.name),
      words.text(nameInActor(actorText(actor)), asked.firm, asked.home),
      ...asked.what.map((sentence) => `- ${sentence}`),
      words.stop,
      new URL(`/c/${token}`, deps.publicUrl).href,
      wordsIn(request.language).message.code(await headCode(trx, request.siteId)),
      asked.firm,
    ];
    await deps.queueMessage(trx, {
      siteId: request.siteId,
      requestId: null,
      to: { name: contact.name, address: contact.email },
      subject: words.subject(asked.firm),
      text: lines.join("\n\n"),
      html: lines.map((line) => `<p>${escaped(line)}</p>`).join("\n"),
      now,
    });
    return said;
  });
  for (const announcement of announcements) deps.announcements.announce(announcement);
}

/** What is read aloud: the question word for word, and how to reach whom. */
export async function phoneQuestion(
  deps: Pick<ConsentDeps, "db" | "now">,
  which: { readonly runId: RunId; readonly requestId: ConsentRequestId },
): Promise<PhoneQuestion> {
  const found = await findRequest(deps.db, which);
  const request = await deps.db
    .selectFrom("consentRequest")
    .selectAll()
    .where("id", "=", found.id)
    .executeTakeFirstOrThrow();
  const contact = await loadContact(deps.db, { contactId: request.contactId });
  const asked = request.askedText as unknown as AskedText;
  const { what, notice, minutes, seen, undo, ifNo, why, homeownerName } = asked;
  return {
    homeownerName,
    language: request.language,
    phone: contact.phone,
    why,
    what: [...what],
    notice: [...notice],
    minutes,
    seen: [...seen],
    undo: [...undo],
    ifNo,
    proposalCode: shortCode(request.digest),
    isPrivate: request.isPrivate,
    isOpen: statusAt(request, await deps.now(deps.db)) === "asked",
  };
}

async function findRequest(
  db: Database,
  { runId, requestId }: { readonly runId: string; readonly requestId: string },
): Promise<{ id: string; runId: string }> {
  const found = await db
    .selectFrom("consentRequest")
    .select(["id", "runId"])
    .where("id", "=", requestId)
    .where("runId", "=", runId)
    .executeTakeFirst();
  if (found !== undefined) return found;
  throw new CaretakerError("not_found", "This run has no such question.");
}
