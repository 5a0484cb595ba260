import type { ConsentRequestId, ProposedAct, StandingScope } from "@caretaker/protocol";
import { StandingScope as StandingScopes, scopeRank } from "@caretaker/protocol";
import type { Selectable } from "kysely";
import type { Trx } from "../db/database.ts";
import type { Tables } from "../db/tables.ts";
import { after, statusAt } from "./clocks.ts";
import { fitInto, proposalDigest, undoFits } from "./proposal.ts";
import type { ActQuestion, Permission, Verdict } from "./types.ts";

type RequestRow = Selectable<Tables["consentRequest"]>;
type Refused = Extract<Verdict, { permitted: false }>;

/**
 * The one place that says whether an act may be sent. Everything it reads is locked until the caller's transaction
 * ends, in the order run, site, requests: whoever answers, stops or withdraws takes the same locks, so of two that meet
 * one is first, and the other sees what it did.
 */
export async function permit(trx: Trx, question: ActQuestion): Promise<Verdict> {
  const isTakingBack = question.purpose === "undo" || question.purpose === "settle";
  const ended = await endedOf(trx, question);
  // Only a run of another home has nothing here to take back.
  if (ended !== null && !(isTakingBack && ended.code !== "consent_missing")) return ended;
  const requests = await trx
    .selectFrom("consentRequest")
    .selectAll()
    .where("runId", "=", question.runId)
    .orderBy("askedAt", "desc")
    .orderBy("id")
    .forUpdate()
    .execute();
  if (isTakingBack) return permitTakingBack(trx, question, requests);

  const denied = denialOf(requests, question.act);
  if (denied !== null) return denied;
  const standing = await standingFor(trx, question);
  if (standing !== null) return { permitted: true, by: { kind: "standing", scope: standing } };
  return permitOnce(trx, question, requests);
}

/** A run that ended, a site that left us and a person who was shut out permit nothing more. */
async function endedOf(trx: Trx, { runId, siteId }: ActQuestion): Promise<Refused | null> {
  const run = await trx
    .selectFrom("run")
    .leftJoin("person", "person.id", "run.startedById")
    .select(["run.siteId", "run.status", "person.disabledAt"])
    .where("run.id", "=", runId)
    .forUpdate("run")
    .executeTakeFirst();
  const site = await trx.selectFrom("site").select("removedAt").where("id", "=", siteId).forShare().executeTakeFirst();
  if (run === undefined || site === undefined || run.siteId !== siteId) {
    return refuse("consent_missing", "This run is not of this home.");
  }
  if (run.status === "finished" || run.status === "cancelled") {
    return refuse("consent_expired", "The run has ended, and what was allowed for it ended with it.");
  }
  if (site.removedAt !== null) {
    return refuse("consent_refused", "This home is no longer in our care: nothing may be done there.");
  }
  return run.disabledAt === null
    ? null
    : refuse("consent_expired", "Whoever started this run may no longer sign in: have a colleague start it anew.");
}

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

function isSameAct(one: ProposedAct, other: ProposedAct): boolean {
  return one.capability === other.capability && one.target === other.target;
}

/** The narrowest standing scope that permits the act, or null. Disruptive and private acts are asked for each time. */
async function standingFor(trx: Trx, { siteId, act }: ActQuestion): Promise<StandingScope | null> {
  const { data: needed } = StandingScopes.safeParse(act.scope);
  if (needed === undefined || act.private) return null;
  const rows = await trx.selectFrom("standingConsent").select("scope").where("siteId", "=", siteId).execute();
  const enough = rows.map(({ scope }) => scope).filter((scope) => scopeRank(scope) >= scopeRank(needed));
  return enough.sort((a, b) => scopeRank(a) - scopeRank(b))[0] ?? null;
}

async function permitOnce(trx: Trx, question: ActQuestion, requests: readonly RequestRow[]): Promise<Verdict> {
  const { act, now } = question;
  let refusal = refuse("consent_missing", "Nobody has allowed this yet: the homeowner has to be asked.");
  for (const request of requests) {
    const fit = fitInto(request.proposal, act);
    const status = statusAt(request, now);
    if (status !== "allowed") {
      if (fit.fits && (status === "expired" || status === "over")) refusal = tooLate(request);
      continue;
    }
    if (!fit.fits) {
      refusal = drifted(fit.drift);
      continue;
    }
    if (proposalDigest(request.proposal) !== request.digest) {
      refusal = drifted("what is kept of it is not what they read");
      continue;
    }
    const made = await triesMade(trx, question);
    if (made >= fit.proposed.tries) {
      return drifted(`try ${made + 1} where ${fit.proposed.tries} were allowed`);
    }
    if (request.firstActAt === null) await openWindow(trx, request, now);
    return { permitted: true, by: oneTime(request) };
  }
  return refusal;
}

function drifted(drift: string): Refused {
  return {
    ...refuse("consent_missing", `This is not what the homeowner allowed: ${drift}. It has to be asked again.`),
    drift,
  };
}

function tooLate({ status, firstActAt }: RequestRow): Refused {
  if (status === "asked") return refuse("consent_expired", "The homeowner did not answer in time.");
  return firstActAt === null
    ? refuse("consent_expired", "What the homeowner allowed was not begun in time: ask again.")
    : refuse("consent_expired", "The time that the homeowner allowed for the work is over: ask again.");
}

/** How often this step already acted on this target. Each attempt counts, also one whose end nobody knows. */
async function triesMade(trx: Trx, { runId, act }: ActQuestion): Promise<number> {
  const { count } = await trx
    .selectFrom("attempt")
    .select((select) => select.fn.countAll<string>().as("count"))
    .where("runId", "=", runId)
    .where("step", "=", act.step)
    .where("target", "=", act.target)
    .where("purpose", "=", "do")
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** The work window begins with the first act. */
async function openWindow(trx: Trx, request: RequestRow, now: Date): Promise<void> {
  await trx
    .updateTable("consentRequest")
    .set({ firstActAt: now, endsAt: after(now, request.windowSeconds * 1000) })
    .where("id", "=", request.id)
    .execute();
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
    .where("purpose", "=", "do")
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

function refuse(code: Refused["code"], message: string): Refused {
  return { permitted: false, code, message };
}
