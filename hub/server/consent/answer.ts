import type { AgreedWindow, ConsentAnswer, LedgerEvent } from "@caretaker/protocol";
import { CaretakerError } from "@caretaker/protocol";
import type { Announcement } from "../announcements.ts";
import type { Database, Trx } from "../db/database.ts";
import { appendLedger } from "../ledger/append.ts";
import { canonicalJson, shortCode } from "../ledger/canonical.ts";
import { waitsForHome } from "./at-home/yes-at-home.ts";
import { after, START_WITHIN, statusAt } from "./clocks.ts";
import { obstacleOf } from "./contacts.ts";
import { lockRequest, type OpenRequest, type RequestRow, withOpenRequest } from "./open-request.ts";
import { proposalDigest } from "./proposal.ts";
import { requesterEmails } from "./requester.ts";
import type { AnswerForRun, ConsentDeps } from "./types.ts";
import { mistakeInWindow, refuseWindow } from "./window.ts";

const ANSWERS = {
  allow: { status: "allowed", event: "consent.allowed" },
  another_time: { status: "another_time", event: "consent.another_time" },
  no: { status: "refused", event: "consent.refused" },
} as const satisfies Record<ConsentAnswer, { status: AnswerForRun; event: LedgerEvent }>;

/** How an answer came, and how well the one who answered is known by that. */
export interface Way {
  readonly channel: string;
  readonly grade: string;
  /** What else is known of it: by whom it was written down, and after which call. */
  readonly evidence?: Readonly<Record<string, unknown>>;
}

/** A single-use link to a verified address. */
const BY_LINK: Way = { channel: "email", grade: "B" };

export interface GivenAnswer {
  readonly token: string;
  readonly answer: ConsentAnswer;
  readonly proposalCode: string;
  readonly window?: AgreedWindow | undefined;
}

/** Takes the one answer that a question may have. `proposalCode` is what the page showed: an answer is to that and no other. */
export async function answer(deps: ConsentDeps, { token, ...given }: GivenAnswer): Promise<void> {
  await withOpenRequest(deps, token, (open) => takeAnswer(deps, open, { ...given, way: BY_LINK }));
}

/** The same for every way in which an answer comes. The request and its run are locked. */
export async function takeAnswer(
  deps: ConsentDeps,
  open: OpenRequest,
  { answer, proposalCode, window, way }: Omit<GivenAnswer, "token"> & { readonly way: Way },
): Promise<readonly Announcement[]> {
  const { trx, request, now } = open;
  refuseLateOrSecond(open);
  if (shortCode(request.digest) !== proposalCode) {
    throw new CaretakerError("changed_meanwhile", "This is not what is asked now: open the link again and read it.");
  }
  const contact = await loadContact(trx, request);
  if (answer === "allow" || window !== undefined) await refuseUnable(deps, open, contact);
  if (window !== undefined) return agreeWindow(deps, open, { answer, window, contact, way });
  const { status, event } = ANSWERS[answer];
  const startBy = status === "allowed" ? after(now, START_WITHIN) : null;
  await trx
    .updateTable("consentRequest")
    .set({ status, answeredAt: now, answeredBy: contact.name, grade: way.grade, startBy })
    .where("id", "=", request.id)
    .execute();
  return conclude(deps, open, { event, answer: status, by: actorOf(contact), way, extra: { startBy } });
}

/**
 * Another time, and which: a yes to the same proposal with that window in it, so it has a digest of its own. In that time
 * it is begun without asking again, and in no other.
 */
async function agreeWindow(
  deps: ConsentDeps,
  open: OpenRequest,
  { answer, window, contact, way }: { answer: ConsentAnswer; window: AgreedWindow; contact: Contact; way: Way },
): Promise<readonly Announcement[]> {
  const { trx, request, now } = open;
  if (answer !== "another_time") refuseWindow("A time goes with the answer another_time, and with no other.");
  const wrong = mistakeInWindow(window, now);
  if (wrong !== null) refuseWindow(wrong);
  const proposal = { ...request.proposal, window };
  const agreed = { ...request, proposal, digest: proposalDigest(proposal) };
  await trx
    .updateTable("consentRequest")
    .set({ status: "allowed", answeredAt: now, answeredBy: contact.name, grade: way.grade, startBy: window.to })
    .set({ proposal: canonicalJson(proposal), digest: agreed.digest })
    .where("id", "=", request.id)
    .execute();
  const end = { event: "consent.window_agreed", answer: "allowed", by: actorOf(contact), way, window } as const;
  return conclude(deps, { ...open, request: agreed }, { ...end, extra: { window, digestAsked: request.digest } });
}

/** Notes that a person opened the page. The first time counts. */
export async function opened(deps: ConsentDeps, token: string): Promise<void> {
  await withOpenRequest(deps, token, async (open) => {
    const { trx, request, now } = open;
    if (request.openedAt !== null) return [];
    await trx.updateTable("consentRequest").set({ openedAt: now }).where("id", "=", request.id).execute();
    const contact = await loadContact(trx, request);
    await appendLedger(trx, {
      chain: request.siteId,
      event: "consent.opened",
      actor: actorOf(contact),
      payload: { requestId: request.id, runId: request.runId },
      now,
    });
    return deps.runs.consentOpened(trx, { runId: request.runId, requestId: request.id, now });
  });
}

/**
 * Takes back what was allowed, or says no to what still waits. As often as it is pressed: a no needs no further reason
 * and no clock. What has ended stays as it ended.
 */
export async function stop(deps: ConsentDeps, token: string): Promise<void> {
  await withOpenRequest(deps, token, (open) => withdraw(deps, open, BY_LINK));
}

/** The same for every way in which it is said. The request and its run are locked. */
export async function withdraw(deps: ConsentDeps, open: OpenRequest, way: Way): Promise<readonly Announcement[]> {
  const { trx, request, runHasEnded, now } = open;
  const isOpen = request.status === "allowed" || statusAt(request, now) === "asked";
  if (!isOpen || runHasEnded) return [];
  await trx
    .updateTable("consentRequest")
    .set({ status: "withdrawn", withdrawnAt: now })
    .where("id", "=", request.id)
    .execute();
  const by = actorOf(await loadContact(trx, request));
  return conclude(deps, open, { event: "consent.withdrawn", answer: "withdrawn", by, way, extra: {} });
}

/** What was allowed is allowed again by another way, which its run waits for: its time to begin starts anew. */
export async function confirmAllowed(deps: ConsentDeps, open: OpenRequest, way: Way): Promise<readonly Announcement[]> {
  const { trx, request, now } = open;
  const { window } = request.proposal;
  const startBy = window == null ? after(now, START_WITHIN) : new Date(window.to);
  await trx
    .updateTable("consentRequest")
    .set({ grade: way.grade, ...(request.firstActAt === null ? { startBy } : {}) })
    .where("id", "=", request.id)
    .execute();
  const by = actorOf(await loadContact(trx, request));
  return conclude(deps, open, {
    event: "consent.allowed",
    answer: "allowed",
    by,
    way,
    extra: { startBy, isSecond: true },
  });
}

/** Ends a question that nobody answered in time. The run is told when it did not ask for this itself. */
export async function expire(
  deps: ConsentDeps,
  trx: Trx,
  { requestId, now, tellRun }: { requestId: string; now: Date; tellRun: boolean },
): Promise<readonly Announcement[] | null> {
  const found = await trx
    .selectFrom("consentRequest")
    .select(["id", "runId"])
    .where("id", "=", requestId)
    .executeTakeFirstOrThrow();
  const open = await lockRequest({ now: async () => now }, trx, found);
  const { request } = open;
  const status = statusAt(request, now);
  // Allowed, and not by a way that the home's agent takes: the run that waits for that one ends with it.
  const isUnused = !tellRun && (status === "expired" || status === "over") && (await waitsForHome(open));
  if (!isUnused && (request.status !== "asked" || status !== "expired")) return null;
  await trx.updateTable("consentRequest").set({ status: "expired" }).where("id", "=", requestId).execute();
  await appendEnd(open, { event: "consent.expired", by: "hub", extra: { answerBy: request.answerBy } });
  if (!tellRun || open.runHasEnded) return [];
  return tell(deps, open, { answer: "expired", by: "hub" });
}

interface End {
  readonly event: LedgerEvent;
  readonly answer: AnswerForRun;
  readonly by: string;
  /** Absent where nobody answered. */
  readonly way?: Way;
  readonly window?: AgreedWindow;
  readonly extra: Readonly<Record<string, unknown>>;
}

async function conclude(deps: ConsentDeps, open: OpenRequest, end: End): Promise<readonly Announcement[]> {
  await appendEnd(open, end);
  return tell(deps, open, end);
}

/** The evidence: what was answered to what, when it was sent and opened, and how the one who answered is known. */
async function appendEnd(
  { trx, request, now }: OpenRequest,
  { event, by, way, extra }: Omit<End, "answer">,
): Promise<void> {
  const { id, runId, digest, scope, step, contactId, sentAt, openedAt } = request;
  await appendLedger(trx, {
    chain: request.siteId,
    event,
    actor: by,
    payload: {
      requestId: id,
      runId,
      step,
      scope,
      digest,
      contactId,
      channel: way?.channel ?? null,
      grade: way?.grade ?? null,
      ...(way?.evidence ?? {}),
      askedAt: request.askedAt,
      sentAt,
      openedAt,
      windowSeconds: request.windowSeconds,
      ...extra,
    },
    now,
  });
}

async function tell(
  deps: ConsentDeps,
  { trx, request, now }: OpenRequest,
  { answer, by, window }: Pick<End, "answer" | "by" | "window">,
): Promise<readonly Announcement[]> {
  const { id: requestId, runId } = request;
  const announcements = await deps.runs.consentAnswered(trx, {
    runId,
    requestId,
    answer,
    by,
    ...(window === undefined ? {} : { window }),
    now,
  });
  return [...announcements, { type: "run.due", runId }];
}

function refuseLateOrSecond({ request, runHasEnded, now }: OpenRequest): void {
  const status = statusAt(request, now);
  if (status === "expired" || status === "over" || (status === "asked" && runHasEnded)) {
    throw new CaretakerError("gone", "The time to answer this is over. Nothing is done without a new question.");
  }
  if (status !== "asked") {
    throw new CaretakerError("already_done", "This was answered before, and an answer counts once.");
  }
}

/** What made the contact the right one to ask must still be so when they say yes. A no is taken from anyone. */
async function refuseUnable(deps: ConsentDeps, { trx, request, now }: OpenRequest, contact: Contact): Promise<void> {
  const run = await trx
    .selectFrom("run")
    .select(["startedBy", "startedById"])
    .where("id", "=", request.runId)
    .executeTakeFirstOrThrow();
  const obstacle = obstacleOf(contact, {
    scope: request.scope,
    isPrivate: request.isPrivate,
    requesterEmails: await requesterEmails(deps, trx, run.startedBy, run.startedById),
    now,
  });
  if (obstacle === null && contact.removedAt === null) return;
  throw new CaretakerError(
    "not_allowed",
    "The address that this was sent to may not allow it now. Please call us, so that we can ask you again.",
    { meta: { obstacle: contact.removedAt === null ? obstacle : "removed" } },
  );
}

type Contact = Awaited<ReturnType<typeof loadContact>>;

export function loadContact(db: Database, { contactId }: Pick<RequestRow, "contactId">) {
  return db.selectFrom("contact").selectAll().where("id", "=", contactId).executeTakeFirstOrThrow();
}

export function actorOf({ id, name }: { id: string; name: string }): string {
  return `homeowner:${id} ${name}`;
}
