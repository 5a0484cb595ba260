import { type ConsentView, inLanguage, type SiteId } from "@caretaker/protocol";
import { type Database, transaction } from "../db/database.ts";
import { shortCode } from "../ledger/canonical.ts";
import { expire } from "./answer.ts";
import type { AskedText } from "./asked-text.ts";
import { waitsForHome } from "./at-home/yes-at-home.ts";
import { statusAt } from "./clocks.ts";
import { obstacleOf } from "./contacts.ts";
import { endTell } from "./end-tell.ts";
import { grantEndOf } from "./grant-end.ts";
import { opensWith, unknownLink } from "./open-request.ts";
import { progressOf, TOLD } from "./progress.ts";
import { gatewayIn } from "./proposal.ts";
import { requesterEmails } from "./requester.ts";
import { thingOf } from "./things.ts";
import type { ConsentDeps } from "./types.ts";
import { windowChoice } from "./window.ts";
import { wordsIn } from "./words/index.ts";

/**
 * What the homeowner's page shows: what was asked, word for word, and what became of it. Reading grants nothing. A
 * question whose time ran out is ended here too, for the case that the engine has not come to it yet.
 */
export async function view(deps: ConsentDeps, token: string): Promise<ConsentView> {
  const now = await deps.now(deps.db);
  const request = await loadRequest(deps.db, token);
  if (request === undefined || now.getTime() >= Date.parse(request.linkUntil)) throw unknownLink();
  const status = statusAt(request, now);
  if (request.status === "asked" && status === "expired") await endInTime(deps, request.id, now);

  const hasEnded = request.runStatus === "finished" || request.runStatus === "cancelled";
  const asked = request.askedText as unknown as AskedText;
  const mayAsk = !hasEnded && (status === "asked" || (await waitsAtHome(deps, request, status)));
  const mayAllow = mayAsk && (await mayAnswer(deps, request, now));
  const canAnswer = mayAllow && status === "asked";
  const { window = null, price = null } = request.proposal;
  // What ended with its run is told by what came of the run.
  const end = hasEnded ? request.endedWhy : await grantEndOf(deps.db, request, now);
  const isOver = end !== null || (hasEnded && (status === "asked" || status === "allowed"));
  return {
    status: isOver ? "over" : status,
    language: request.language,
    firm: { name: asked.firm, phone: asked.phone },
    home: asked.home,
    homeownerName: asked.homeownerName,
    technician: asked.technician,
    why: asked.why,
    what: [...asked.what],
    notice: [...asked.notice],
    minutes: asked.minutes,
    seen: [...asked.seen],
    undo: [...asked.undo],
    ifNo: asked.ifNo,
    price: price === null ? null : inLanguage(price, request.language),
    timeZone: request.timeZone,
    quietHours: { from: request.quietFrom, to: request.quietTo },
    window,
    windowChoice: canAnswer ? windowChoice(now) : null,
    askedAt: request.askedAt,
    answerBy: request.answerBy,
    startBy: request.startBy,
    answeredAt: request.answeredAt,
    callAskedAt: request.callAskedAt,
    ledgerCode: request.ledgerCode,
    proposalCode: shortCode(request.digest),
    canAnswer,
    takesPasskey: mayAllow && (await takesPasskey(deps, request)),
    canStop: !hasEnded && request.status === "allowed" && end === null,
    ended: end === null ? null : wordsIn(request.language).grantEnds[end],
    emergency: request.grade === "D" ? await emergencyOf(deps.db, request, asked) : null,
    progress: await loadProgress(deps.db, request, end !== null),
  };
}

type Request = NonNullable<Awaited<ReturnType<typeof loadRequest>>>;

function loadRequest(db: Database, token: string) {
  return db
    .selectFrom("consentRequest")
    .innerJoin("site", "site.id", "consentRequest.siteId")
    .innerJoin("run", "run.id", "consentRequest.runId")
    .selectAll("consentRequest")
    .select(["site.timeZone", "site.quietFrom", "site.quietTo"])
    .select(["run.status as runStatus", "run.outcome as runOutcome", "run.step as runStep", "run.digest as runDigest"])
    .select(["run.startedBy", "run.startedById"])
    .where(opensWith(token) as never)
    .executeTakeFirst();
}

/** Who allowed it as an emergency, and why, in the homeowner's language; the reason in the words of whoever gave it. */
async function emergencyOf(db: Database, request: Request, { firm, home }: AskedText): Promise<string> {
  const approval = await db
    .selectFrom("approval")
    .select("reason")
    .where("kind", "=", "consent.emergency")
    .where("subject", "=", request.id)
    .where("status", "=", "given")
    .executeTakeFirst();
  const words = wordsIn(request.language).emergency;
  const because = approval === undefined ? [] : [words.because(approval.reason)];
  return [words.used(request.answeredBy ?? firm, firm, home), ...because].join(" ");
}

async function endInTime(deps: ConsentDeps, requestId: string, now: Date): Promise<void> {
  const announcements = await transaction(deps.db, (trx) => expire(deps, trx, { requestId, now, tellRun: true }));
  for (const announcement of announcements ?? []) deps.announcements.announce(announcement);
}

/** Allowed, and its run waits for the home's own yes: a passkey says that too. */
async function waitsAtHome({ db }: ConsentDeps, request: Request, status: ConsentView["status"]): Promise<boolean> {
  return status === "allowed" && (await waitsForHome({ trx: db, request }));
}

async function mayAnswer(deps: ConsentDeps, request: Request, now: Date): Promise<boolean> {
  const contact = await deps.db
    .selectFrom("contact")
    .selectAll()
    .where("id", "=", request.contactId)
    .executeTakeFirstOrThrow();
  const emails = await requesterEmails(deps, deps.db, request.startedBy, request.startedById);
  const { scope, isPrivate } = request;
  return contact.removedAt === null && obstacleOf(contact, { scope, isPrivate, requesterEmails: emails, now }) === null;
}

/** Only where something of it passes the agent in the home: nothing else is locked by it. */
async function takesPasskey({ db, takesPasskeys }: ConsentDeps, { siteId, proposal }: Request): Promise<boolean> {
  if (takesPasskeys?.(siteId as SiteId) !== true) return false;
  const gatewayIds = proposal.acts.map(({ target }) => gatewayIn(target));
  const behind = await db
    .selectFrom("gateway")
    .select("id")
    .where("id", "in", gatewayIds)
    .where("agentId", "is not", null)
    .executeTakeFirst();
  return behind !== undefined;
}

async function loadProgress(db: Database, request: Request, isEnded: boolean): Promise<ConsentView["progress"]> {
  const { proposal, runId, language, status, firstActAt } = request;
  const wasAllowed = status === "allowed" || status === "withdrawn" || isEnded;
  const events = wasAllowed
    ? await db
        .selectFrom("runEvent")
        .select(["at", "data"])
        .where("runId", "=", runId)
        .where("at", ">=", request.askedAt)
        .where((where) => where(where.ref("data", "->>").key("kind"), "in", [...TOLD]))
        .orderBy("number")
        .execute()
    : [];
  return progressOf({
    language,
    requestStatus: status,
    isEnded,
    isEmergency: request.grade === "D",
    hasActed: firstActAt !== null,
    run: { status: request.runStatus, outcome: request.runOutcome },
    proposal,
    endTell: wasAllowed && request.runStatus === "finished" ? await loadEndTell(db, request) : null,
    things: wasAllowed ? await Promise.all(proposal.acts.map((act) => thingOf(db, act))) : [],
    events,
  });
}

async function loadEndTell(db: Database, { runDigest, runStep, language }: Request): Promise<string | null> {
  const version = await db
    .selectFrom("runbookVersion")
    .select("document")
    .where("digest", "=", runDigest)
    .executeTakeFirstOrThrow();
  const tell = endTell(version.document, runStep ?? "");
  return tell === null ? null : inLanguage(tell, language);
}
