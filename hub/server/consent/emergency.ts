import { type Actor, type Approval, CaretakerError, type ConsentRequestId, type RunId } from "@caretaker/protocol";
import { toApproval } from "../approvals/handlers.ts";
import { requestApproval } from "../approvals/request.ts";
import type { CarryOut } from "../approvals/types.ts";
import { type Trx, transaction } from "../db/database.ts";
import { actorText, nameInActor } from "../ledger/actor.ts";
import { appendLedger } from "../ledger/append.ts";
import type { AskedText } from "./asked-text.ts";
import { after, statusAt } from "./clocks.ts";
import { beyond, termsOf } from "./emergency-terms.ts";
import { lockRequest, type OpenRequest } from "./open-request.ts";
import { tellHousehold } from "./tell-household.ts";
import { hashToken, newToken } from "./token.ts";
import type { ConsentDeps } from "./types.ts";
import { wordsIn } from "./words/index.ts";

/** What nobody begins within an hour was no emergency. */
const START_WITHIN = 60 * 60_000;

interface Wished {
  readonly runId: RunId;
  readonly requestId: ConsentRequestId;
  readonly reason: string;
  readonly actor: Actor;
}

/**
 * Asks a second person to allow in an emergency what nobody of the home has answered yet. Whether it may be is looked at
 * now, so that nobody is asked in vain, and again when it is given.
 */
export async function wishEmergency(
  deps: Pick<ConsentDeps, "db" | "now" | "queueMessage">,
  { runId, requestId, reason, actor }: Wished,
): Promise<Approval> {
  return transaction(deps.db, async (trx) => {
    const open = await lockOf(deps, trx, { runId, requestId });
    await refuseUnlessAgreed(trx, open);
    const { request, now } = open;
    const asked = request.askedText as unknown as AskedText;
    const wish = {
      kind: "consent.emergency" as const,
      subject: requestId,
      title: `Allow as an emergency in ${asked.home}, without an answer of the homeowner: ${asked.what.join(" ")}`,
      details: { runId, requestId, digest: request.digest },
      siteIds: [request.siteId],
      reason,
    };
    return toApproval(await requestApproval(deps, trx, wish, { actor, now }), now);
  });
}

/** Two people have agreed: what was asked is allowed, as grade D, and whoever lives there is told in the same transaction. */
export function allowEmergency(deps: Pick<ConsentDeps, "now" | "runs" | "queueMessage" | "publicUrl">): CarryOut {
  return async (trx, approval, { actor }) => {
    const { runId, requestId, digest } = approval.details as unknown as Wished & { readonly digest: string };
    const open = await lockOf(deps, trx, { runId, requestId });
    const { atNight } = await refuseUnlessAgreed(trx, open);
    const { request, now } = open;
    if (request.digest !== digest) {
      throw new CaretakerError("changed_meanwhile", "This is not what was asked for as an emergency any more.");
    }
    // In a firm of one it is the same person.
    const people = [...new Set([nameInActor(approval.requestedBy), nameInActor(actorText(actor))])];
    const startBy = after(now, START_WITHIN);
    const token = newToken();
    await trx
      .updateTable("consentRequest")
      .set({ status: "allowed", answeredAt: now, answeredBy: people.join(", "), grade: "D", startBy, atNight })
      .set({ stopTokenHash: hashToken(token) })
      .where("id", "=", requestId)
      .execute();
    await appendLedger(trx, {
      chain: request.siteId,
      event: "consent.emergency",
      actor: actorText(actor),
      payload: {
        requestId,
        runId,
        step: request.step,
        scope: request.scope,
        digest,
        grade: "D",
        reason: approval.reason,
        requestedBy: approval.requestedBy,
        approvedBy: actorText(actor),
        approvalId: approval.id,
        isAlone: approval.isAlone,
        askedAt: request.askedAt,
        sentAt: request.sentAt,
        openedAt: request.openedAt,
        startBy: startBy.toISOString(),
        windowSeconds: request.windowSeconds,
        atNight,
      },
      now,
    });
    const link = new URL(`/c/${token}`, deps.publicUrl).href;
    const told = await tellAtOnce(deps, trx, open, { people, reason: approval.reason, link });
    if (told === 0) {
      throw new CaretakerError("not_allowed", "Nobody who lives there can be told, so it cannot be allowed this way.");
    }
    const by = actorText(actor);
    const said = await deps.runs.consentAnswered(trx, { runId, requestId, answer: "allowed", by, now });
    return [...said, { type: "run.due", runId }, { type: "message.due" }];
  };
}

function tellAtOnce(
  deps: Pick<ConsentDeps, "queueMessage">,
  trx: Trx,
  { request, now }: OpenRequest,
  { people, reason, link }: { readonly people: readonly string[]; readonly reason: string; readonly link: string },
): Promise<number> {
  const asked = request.askedText as unknown as AskedText;
  return tellHousehold(deps, trx, request.siteId, now, ({ language, firm, home }) => {
    const words = wordsIn(language).emergency;
    return {
      subject: words.usedSubject(firm),
      lines: [
        words.used(people.join(", "), firm, home),
        words.because(reason),
        ...asked.what.map((sentence) => `- ${sentence}`),
        words.stop,
        link,
      ],
    };
  });
}

/** Run, site and request are locked, in the order of the gate. */
async function lockOf(
  deps: Pick<ConsentDeps, "now">,
  trx: Trx,
  { runId, requestId }: { readonly runId: string; readonly requestId: string },
): Promise<OpenRequest> {
  const found = await trx
    .selectFrom("consentRequest")
    .select(["id", "runId"])
    .where("id", "=", requestId)
    .where("runId", "=", runId)
    .executeTakeFirst();
  if (found === undefined) throw new CaretakerError("not_found", "This run has no such question.");
  return lockRequest(deps, trx, found);
}

async function refuseUnlessAgreed(
  trx: Trx,
  { request, runHasEnded, now }: OpenRequest,
): Promise<{ readonly atNight: boolean }> {
  if (runHasEnded || statusAt(request, now) !== "asked") {
    throw new CaretakerError("already_done", "This question is answered or over: an emergency comes before an answer.");
  }
  if (request.isPrivate) throw refused("This reaches something private, and that is never allowed as an emergency.");
  const terms = await termsOf(trx, request.siteId, now);
  if (terms === null) throw refused("Nothing was agreed with this home for emergencies, or that has ended.");
  if (now.getTime() < Date.parse(terms.restsUntil)) {
    throw refused(`What was agreed for emergencies is new, and rests until ${terms.restsUntil}.`);
  }
  const missing = beyond(request.proposal, terms.capabilities);
  if (missing.length > 0) throw refused(`What was agreed for emergencies does not include ${missing.join(", ")}.`);
  return { atNight: terms.atNight };
}

function refused(message: string): CaretakerError {
  return new CaretakerError("not_allowed", message);
}
