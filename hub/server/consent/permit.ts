import type { ConsentRequestId, GrantEnd, ProposedAct, StandingScope } from "@caretaker/protocol";
import { StandingScope as StandingScopes, scopeRank } from "@caretaker/protocol";
import type { Selectable } from "kysely";
import { builtOnce } from "../db/built-once.ts";
import type { Trx } from "../db/database.ts";
import type { Tables } from "../db/tables.ts";
import { together } from "../db/together.ts";
import { after, holdsNow, statusAt } from "./clocks.ts";
import { endGrant, grantEndOf } from "./grant-end.ts";
import { fitInto, proposalDigest, undoFits } from "./proposal.ts";
import { drifted, notYet, type Refused, refuse } from "./refuse.ts";
import { driftOfRun, factsOf, type RunFacts } from "./run-facts.ts";
import type { ActQuestion, Permission, Verdict } from "./types.ts";

type RequestRow = Selectable<Tables["consentRequest"]>;

/**
 * The one place that says whether an act may be sent. Everything it reads is locked until the caller's transaction
 * ends, in the order run, site, requests: whoever answers, stops or withdraws takes the same locks, so of two that meet
 * one is first, and the other sees what it did.
 */
export async function permit(trx: Trx, question: ActQuestion): Promise<Verdict> {
  const isTakingBack = question.purpose === "undo" || question.purpose === "settle";
  const { runId, siteId } = question;
  const [facts, requests, denials, given] = await together(
    factsOf(trx, question),
    lockRequests(trx, { runId }),
    selectDenials(trx, { siteId, runId }),
    selectStanding(trx, { siteId }),
  );
  // Only a run of another home has nothing here to take back.
  if ("code" in facts && !(isTakingBack && facts.code !== "consent_missing")) return facts;
  if (isTakingBack || "code" in facts) return permitTakingBack(trx, question, requests);

  const denied = denialOf(requests, question.act) ?? denialElsewhere(denials, question, requests);
  if (denied !== null) return denied;
  const standing = standingFor(given, question);
  if (standing === null) return permitOnce(trx, question, facts, requests);
  if (facts.quietUntil !== null) return notYet(facts.quietUntil, QUIET);
  return { permitted: true, by: { kind: "standing", scope: standing } };
}

const lockRequests = builtOnce((db, { runId }: { runId: string }) =>
  db
    .selectFrom("consentRequest")
    .selectAll()
    .where("runId", "=", runId)
    .orderBy("askedAt", "desc")
    .orderBy("id")
    .forUpdate(),
);

const QUIET = "These are the quiet hours of this home.";

/**
 * A no beats every yes: a stop ends the whole run, and a refusal or "another time" all that was asked for with it, also
 * what stands for good. Only a newer yes to the same act takes it back. `requests` come newest first.
 */
function denialOf(requests: readonly RequestRow[], act: ProposedAct): Refused | null {
  if (requests.some(({ status }) => status === "withdrawn")) {
    return refuse("consent_refused", "The homeowner has stopped this run: nothing new is begun.");
  }
  const answered = requests.filter(({ proposal }) => proposal.acts.some((asked) => isSameAct(asked, act)));
  const newest = answered.find(({ answeredAt }) => answeredAt !== null)?.status;
  if (newest === "refused") return refuse("consent_refused", "The homeowner said no to this.");
  return newest === "another_time"
    ? refuse("consent_refused", "The homeowner asked for another time: agree one with them first.")
    : null;
}

/**
 * A no to the same act in another run of this home, or a stop of it, is a no here as well: whoever of the household said
 * it, and whatever was allowed before. What was allowed here after it stands.
 */
function denialElsewhere(
  denials: readonly Pick<RequestRow, "proposal" | "answeredAt" | "withdrawnAt">[],
  { act }: ActQuestion,
  requests: readonly RequestRow[],
): Refused | null {
  const moments = denials
    .filter(({ proposal }) => proposal.acts.some((asked) => isSameAct(asked, act)))
    .map(({ withdrawnAt, answeredAt }) => Date.parse(withdrawnAt ?? answeredAt ?? ""));
  const latest = Math.max(...moments);
  const isAllowedSince = requests.some(
    ({ status, answeredAt, proposal }) =>
      status === "allowed" && Date.parse(answeredAt ?? "") > latest && proposal.acts.some((one) => isSameAct(one, act)),
  );
  return moments.length === 0 || isAllowedSince
    ? null
    : refuse("consent_refused", "Somebody of this home has said no to the same thing since this was begun.");
}

/** What was said in other runs since this one was begun. */
const selectDenials = builtOnce((db, { siteId, runId }: { siteId: string; runId: string }) =>
  db
    .selectFrom("consentRequest")
    .select(["proposal", "answeredAt", "withdrawnAt"])
    .where("siteId", "=", siteId)
    .where("runId", "!=", runId)
    .where("status", "in", ["refused", "withdrawn"])
    .where((where) =>
      where(where.fn.coalesce("withdrawnAt", "answeredAt"), ">", (since) =>
        since.selectFrom("run").select("createdAt").where("run.id", "=", runId),
      ),
    ),
);

function isSameAct(one: ProposedAct, other: ProposedAct): boolean {
  return one.capability === other.capability && one.target === other.target;
}

/**
 * The narrowest standing scope that permits the act, or null. Disruptive and private acts are asked for each time, and a
 * `fix` that nobody reviewed for a year as well.
 */
function standingFor(
  given: Awaited<ReturnType<typeof selectStanding>>,
  { act, now }: ActQuestion,
): StandingScope | null {
  const { data: needed } = StandingScopes.safeParse(act.scope);
  if (needed === undefined || act.private) return null;
  const holding = given.filter((one) => holdsNow(one, now)).map(({ scope }) => scope);
  const enough = holding.filter((scope) => scopeRank(scope) >= scopeRank(needed));
  return enough.sort((a, b) => scopeRank(a) - scopeRank(b))[0] ?? null;
}

const selectStanding = builtOnce((db, { siteId }: { siteId: string }) =>
  db.selectFrom("standingConsent").select(["scope", "reviewAt", "until"]).where("siteId", "=", siteId),
);

async function permitOnce(
  trx: Trx,
  question: ActQuestion,
  facts: RunFacts,
  requests: readonly RequestRow[],
): Promise<Verdict> {
  const { act, now } = question;
  let refusal = refuse("consent_missing", "Nobody has allowed this yet: the homeowner has to be asked.");
  for (const request of requests) {
    const fit = fitInto(request.proposal, act);
    const status = statusAt(request, now);
    if (status !== "allowed") {
      if (fit.fits && (status === "expired" || status === "over")) refusal = tooLate(request);
      continue;
    }
    const end = await grantEndOf(trx, request, now);
    if (end !== null) {
      refusal = ended(end);
      await endGrant(trx, request, { end, why: refusal.message, now });
      continue;
    }
    if (!fit.fits) {
      if (!(fit.isNew && refusal.drift !== undefined && !refusal.isNew))
        refusal = { ...drifted(fit.drift), isNew: fit.isNew };
      continue;
    }
    if (proposalDigest(request.proposal) !== request.digest) {
      refusal = drifted("what is kept of it is not what they read");
      continue;
    }
    const drift = driftOfRun(request.proposal, facts);
    if (drift !== null) {
      refusal = drifted(drift);
      continue;
    }
    const made = await triesMade(trx, question);
    if (made >= fit.proposed.tries) {
      return drifted(`try ${made + 1} where ${fit.proposed.tries} were allowed`);
    }
    const later = laterThan(request, facts, now);
    if (later !== null) return later;
    if (request.firstActAt === null && !question.onlyLooks) await openWindow(trx, request, now);
    return { permitted: true, by: oneTime(request) };
  }
  return refusal;
}

/** A time that the homeowner chose is waited for, also where it lies in the night; without one the night is. */
function laterThan(request: RequestRow, { quietUntil }: RunFacts, now: Date): Verdict | null {
  const window = request.proposal.window ?? null;
  if (window !== null) {
    const from = new Date(window.from);
    return now < from ? notYet(from, "The homeowner chose this time.") : null;
  }
  if (quietUntil === null || request.atNight) return null;
  const until = request.firstActAt === null ? request.startBy : request.endsAt;
  if (until !== null && quietUntil.getTime() >= Date.parse(until)) {
    return refuse("consent_expired", `${QUIET} What was allowed ends before they do: ask again.`);
  }
  return notYet(quietUntil, QUIET);
}

const ENDED: Readonly<Record<GrantEnd, string>> = {
  starter_left: "Whoever started this run may no longer sign in, and what was allowed for it ended with that.",
  link_lost: "The link to this home was lost too long while the work went on: ask again.",
  contract_ended: "The agreement with this home has ended, and what was allowed under it: ask again.",
  emergency_ended: "Nothing is an emergency in this home any more, as the household said: ask again.",
  hub_went_down: "The hub went down while this was allowed, and nobody knows how much of it was used: ask again.",
  restored: "The hub was restored from a backup since this was allowed: ask again.",
};

function ended(end: GrantEnd): Refused {
  return refuse("consent_expired", ENDED[end]);
}

function tooLate({ status, firstActAt, proposal, endedWhy }: RequestRow): Refused {
  if (endedWhy !== null) return ended(endedWhy);
  if (status === "asked") return refuse("consent_expired", "The homeowner did not answer in time.");
  if (firstActAt === null && proposal.window != null) {
    return refuse("consent_expired", "The time that the homeowner chose passed before it could begin: ask again.");
  }
  return firstActAt === null
    ? refuse("consent_expired", "What the homeowner allowed was not begun in time: ask again.")
    : refuse("consent_expired", "The time that the homeowner allowed for the work is over: ask again.");
}

/** How often this step already acted on this target. Each attempt counts that left the hub, also one whose end nobody knows. */
async function triesMade(trx: Trx, { runId, act }: ActQuestion): Promise<number> {
  const { count } = await trx
    .selectFrom("attempt")
    .select((select) => select.fn.countAll<string>().as("count"))
    .where("runId", "=", runId)
    .where("step", "=", act.step)
    .where("item", "=", act.item ?? 0)
    .where("target", "=", act.target)
    .where("purpose", "=", "do")
    .where("status", "<>", "refused")
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** The work window begins with the first act, and is never longer than the time that the homeowner chose. */
async function openWindow(trx: Trx, request: RequestRow, now: Date): Promise<void> {
  await trx
    .updateTable("consentRequest")
    .set({ firstActAt: now, endsAt: endOfWork(request, now) })
    .where("id", "=", request.id)
    .execute();
}

function endOfWork({ windowSeconds, proposal }: RequestRow, now: Date): Date {
  const end = after(now, windowSeconds * 1000);
  const window = proposal.window ?? null;
  return window !== null && Date.parse(window.to) < end.getTime() ? new Date(window.to) : end;
}

/**
 * What takes an act back, or completes it so that no home stays dark, is covered by what permitted the act itself: also
 * after a stop, after the window, and when whoever began it has left. Without such an act there is nothing to take back.
 */
async function permitTakingBack(trx: Trx, question: ActQuestion, requests: readonly RequestRow[]): Promise<Verdict> {
  const { runId, act, purpose } = question;
  const attempt = await trx
    .selectFrom("attempt")
    .select("consent")
    .where("runId", "=", runId)
    .where("step", "=", act.step)
    .where("item", "=", act.item ?? 0)
    .where("purpose", "=", "do")
    .where("status", "<>", "refused")
    .orderBy("number", "desc")
    .executeTakeFirst();
  const by = attempt === undefined ? null : permissionIn(attempt.consent);
  if (by === null) return refuse("consent_missing", "Nothing was done in this step that could be taken back.");
  if (by.kind === "standing" || purpose === "settle") return { permitted: true, by };
  const request = requests.find(({ id }) => id === by.requestId);
  return request !== undefined && undoFits(request.proposal, act)
    ? { permitted: true, by }
    : drifted(`${act.capability} is not the undo that was part of it`);
}

function permissionIn(consent: Readonly<Record<string, unknown>>): Permission | null {
  if (consent.kind === "standing") return { kind: "standing", scope: consent.scope as StandingScope };
  if (consent.kind !== "one_time") return null;
  return { kind: "one_time", requestId: consent.requestId as ConsentRequestId, digest: String(consent.digest) };
}

function oneTime({ id, digest }: RequestRow): Permission {
  return { kind: "one_time", requestId: id as ConsentRequestId, digest };
}
