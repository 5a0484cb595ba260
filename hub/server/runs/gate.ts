import {
  type AttemptId,
  type CapabilityInput,
  type CaretakerError,
  type ErrorCode,
  type GatewayId,
  HOMES_AN_HOUR,
  isCaretakerError,
  type RunEventData,
  sleep,
} from "@caretaker/protocol";
import type { Insertable } from "kysely";
import { WANTS_YES_AT_HOME } from "../consent/at-home/yes-at-home.ts";
import type { Permission, Verdict } from "../consent/types.ts";
import { builtOnce } from "../db/built-once.ts";
import { isDuplicate, type Trx, transaction } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import type { Tables } from "../db/tables.ts";
import { together } from "../db/together.ts";
import { appendLedger } from "../ledger/append.ts";
import { answerWithoutHidden, wordsWithoutHidden } from "../state/hidden-answers.ts";
import type { PlannedAct } from "./acts.ts";
import { holdSite, lookAgainst, refusalOf, refused } from "./against.ts";
import { holdFreezesOff } from "./freeze.ts";
import { waitForFewerHomes } from "./homes-at-once.ts";
import type { RunMemory } from "./memory.ts";
import { placeOf } from "./place.ts";
import type { RunRow } from "./record.ts";
import { LostClaim, type Ride } from "./ride.ts";

export interface ActRequest {
  readonly act: PlannedAct;
  readonly purpose: "do" | "undo" | "settle";
  readonly number: number;
  /** The engine's notes once it is intended. */
  readonly memory: (attemptId: AttemptId) => RunMemory;
  /** The engine's notes once its outcome is known. */
  readonly after: (outcome: Sent["kind"]) => RunMemory;
}

export type Acted =
  /** Allowed, and not before that moment. */
  | { readonly kind: "not_yet"; readonly from: Date; readonly message: string }
  | { readonly kind: "refused"; readonly code: ErrorCode; readonly message: string; readonly isDrift: boolean }
  /** The agent in the home wants a yes of its own: nothing was sent. `by` is what was enough for the hub. */
  | { readonly kind: "wants_yes_at_home"; readonly code: ErrorCode; readonly message: string; readonly by: Permission }
  | { readonly kind: "done" | "failed" | "uncertain"; readonly attemptId: AttemptId };

type Intent =
  | {
      readonly kind: "intended";
      readonly attemptId: AttemptId;
      readonly row: RunRow;
      /** By the clock that never jumps: a freeze can be committed from then on. */
      readonly writtenAt: number;
      readonly by: Permission;
      readonly announce: () => void;
    }
  | Extract<Acted, { kind: "refused" | "not_yet" }>;

/**
 * The one function that every act on a home passes. One transaction asks whether it may be done (claim, stop, freeze,
 * protection, consent) and writes ledger, attempt and event; only when that is committed the act is sent, once; then
 * what became of it is committed. What cannot be written down is not done.
 */
export async function act(ride: Ride, request: ActRequest): Promise<Acted> {
  await ride.crash("act.before_intent");
  const begun = ride.deps.clock.monotonic();
  const intent = await intend(ride, request);
  if (intent.kind !== "intended") return intent;
  ride.claimRenewed(begun);
  ride.row = intent.row;
  intent.announce();
  await ride.crash("act.after_intent");
  const sent = await send(ride, request, intent);
  await ride.crash("act.after_send");
  await conclude(ride, request, intent.attemptId, sent);
  await ride.crash("act.after_outcome");
  if (sent.kind === "refused") return { kind: "wants_yes_at_home", code: sent.code, message: sent.why, by: intent.by };
  return { kind: sent.kind, attemptId: intent.attemptId };
}

async function intend(ride: Ride, request: ActRequest): Promise<Intent> {
  const { deps } = ride;
  try {
    return await transaction(deps.db, async (trx): Promise<Intent> => {
      // Answered in this order: what is looked at is looked at behind the locks.
      const [row, , , against, now] = await together(
        ride.lock(trx),
        holdFreezesOff(trx),
        holdSite(trx, { siteId: ride.siteId }),
        lookAgainst(trx, ride.row, request),
        ride.nowIn(trx),
      );
      const refusal = refusalOf(row, request, against);
      if (refusal !== null) return refusal;
      const { proposed } = request.act;
      if (request.purpose === "do") {
        const atMost = deps.homesAtOnce ?? HOMES_AN_HOUR;
        const later = await waitForFewerHomes(trx, row, request.act, { atMost, now });
        if (later !== null) return { kind: "not_yet", ...later };
      }
      const verdict = await deps.consent.permit(trx, {
        siteId: ride.siteId,
        runId: ride.runId,
        act: proposed,
        purpose: request.purpose,
        now,
      });
      if (!verdict.permitted && verdict.code === "not_yet") {
        return { kind: "not_yet", from: verdict.from, message: verdict.message };
      }
      if (!verdict.permitted) {
        return refused(verdict.code, verdict.message, verdict.drift !== undefined && verdict.isNew !== true);
      }
      const attemptId = newId<AttemptId>();
      const [, written] = await together(
        insertAttempt(trx, ride, request, attemptId, verdict, now),
        ride.write(trx, row, now, {
          events: [intendedEvent(request, attemptId, verdict.by)],
          memory: request.memory(attemptId),
        }),
        appendLedger(trx, {
          chain: ride.siteId,
          event: "act.intended",
          actor: row.startedBy,
          payload: ledgerPayload(ride, request, attemptId, { consent: verdict.by }),
          now,
        }),
      );
      const announce = (): void => {
        for (const announcement of written.announcements) deps.announcements.announce(announcement);
      };
      return {
        kind: "intended",
        attemptId,
        row: written.row,
        writtenAt: deps.clock.monotonic(),
        by: verdict.by,
        announce,
      };
    });
  } catch (error) {
    // Intended before, by whoever had the claim: it is never sent a second time.
    if (isDuplicate(error)) throw new LostClaim(`${request.act.step} was intended before.`, { cause: error });
    throw error;
  }
}

type Sent =
  | { readonly kind: "done"; readonly answer: unknown; readonly milliseconds: number }
  | { readonly kind: "failed" | "uncertain"; readonly why: string }
  | { readonly kind: "refused"; readonly code: ErrorCode; readonly why: string };

/** A freeze that comes after the intent promises that nothing is sent later than a second after it. */
const SENDS_WITHIN_MILLISECONDS = 900;

/** Sends once. Whatever happens here is told as what is known of it; nothing is thrown and nothing is tried again. */
async function send(
  ride: Ride,
  { act, purpose }: ActRequest,
  { attemptId, writtenAt, by }: Extract<Intent, { kind: "intended" }>,
): Promise<Sent> {
  const { capability, input, gatewayId, timeoutSeconds } = act;
  const isLate = purpose !== "settle" && ride.deps.clock.monotonic() - writtenAt > SENDS_WITHIN_MILLISECONDS;
  if (isLate || !ride.isClaimSafe) {
    return { kind: "failed", why: "The hub was held up and did not send it any more." };
  }
  const begun = ride.deps.clock.monotonic();
  try {
    const requestId = by.kind === "one_time" ? by.requestId : null;
    const request = { capability, input: input as CapabilityInput<typeof capability>, attemptId, purpose, requestId };
    const answer = await ride.deps.gateways.act(gatewayId, request, timeoutSeconds === null ? {} : { timeoutSeconds });
    return { kind: "done", answer, milliseconds: Math.max(0, Math.round(ride.deps.clock.monotonic() - begun)) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (purpose === "do" && wantsYesAtHome(error)) return { kind: "refused", code: error.code, why };
    const isCertain = isCaretakerError(error) && (error.code === "step_failed" || error.meta.isSent === false);
    return { kind: isCertain ? "failed" : "uncertain", why };
  }
}

/** What was cut or changed is taken back by what was allowed for it: of that the home is not asked again. */
function wantsYesAtHome(error: unknown): error is CaretakerError {
  return (
    isCaretakerError(error) &&
    error.meta.by === "agent" &&
    error.meta.isSent === false &&
    (error.code === "consent_missing" || error.code === "consent_expired")
  );
}

const WRITE_TRIES = 5;
const WRITE_AGAIN_AFTER_MILLISECONDS = 1000;

/** What became of an act is worth some patience with a database that is away for a moment. */
async function conclude(ride: Ride, request: ActRequest, attemptId: AttemptId, sent: Sent): Promise<void> {
  for (let number = 1; ; number += 1) {
    try {
      await writeOutcome(ride, request, attemptId, sent);
      return;
    } catch (error) {
      if (!isCaretakerError(error, "database_unavailable") || number === WRITE_TRIES || !ride.isClaimSafe) throw error;
      await sleep(ride.deps.clock, WRITE_AGAIN_AFTER_MILLISECONDS);
    }
  }
}

async function writeOutcome(ride: Ride, request: ActRequest, attemptId: AttemptId, said: Sent): Promise<void> {
  const isSettled = request.purpose === "settle" && said.kind === "done";
  await ride.commit(async (trx, row, now) => {
    const sent = await sentWithoutHidden(trx, ride, request, said);
    await together(
      concludeAttempt(trx, {
        attemptId,
        status: isSettled ? "settled" : sent.kind,
        endedAt: now,
        answer: JSON.stringify(sent.kind === "done" ? { answer: sent.answer } : { error: sent.why }),
      }),
      appendLedger(trx, {
        chain: ride.siteId,
        event: isSettled ? "act.settled" : `act.${sent.kind}`,
        actor: row.startedBy,
        payload: ledgerPayload(ride, request, attemptId, sent.kind === "done" ? {} : { why: sent.why }),
        now,
      }),
    );
    return { events: [concludedEvent(request, attemptId, sent)], memory: request.after(sent.kind) };
  });
}

const concludeAttempt = builtOnce(
  (db, given: { attemptId: AttemptId; status: Sent["kind"] | "settled"; endedAt: Date; answer: string }) =>
    db
      .updateTable("attempt")
      .set({ status: given.status, endedAt: given.endedAt, answer: given.answer })
      .where("id", "=", given.attemptId),
);

async function sentWithoutHidden(trx: Trx, { siteId }: Ride, { act }: ActRequest, said: Sent): Promise<Sent> {
  if (said.kind !== "done") return { ...said, why: await wordsWithoutHidden(trx, siteId, said.why) };
  const asked = { siteId, gatewayId: act.gatewayId, input: act.input, isOfHidden: false };
  return { ...said, answer: await answerWithoutHidden(trx, act.capability, said.answer, asked) };
}

function concludedEvent({ purpose, act }: ActRequest, attemptId: AttemptId, sent: Sent): RunEventData {
  const place = placeOf({ step: { name: act.step }, item: act.item });
  if (sent.kind === "done") {
    return purpose === "settle"
      ? { kind: "fix.settled", ...place, attemptId, capability: act.capability }
      : { kind: "fix.sent", ...place, attemptId, milliseconds: sent.milliseconds, answer: sent.answer };
  }
  if (sent.kind === "refused") return { kind: "fix.refused", ...place, code: WANTS_YES_AT_HOME, message: sent.why };
  return sent.kind === "failed"
    ? { kind: "fix.failed", ...place, attemptId, error: sent.why }
    : { kind: "fix.uncertain", ...place, attemptId, why: sent.why };
}

function intendedEvent({ act, number }: ActRequest, attemptId: AttemptId, by: Permission): RunEventData {
  return {
    kind: "fix.intended",
    ...placeOf({ step: { name: act.step }, item: act.item }),
    attemptId,
    attempt: number,
    capability: act.capability,
    target: act.proposed.target,
    gatewayId: act.gatewayId as GatewayId,
    consent: by.kind === "standing" ? `standing: ${by.scope}` : `asked: ${by.requestId}`,
  };
}

function insertAttempt(
  trx: Trx,
  ride: Ride,
  { act, purpose, number }: ActRequest,
  attemptId: AttemptId,
  { by }: Extract<Verdict, { permitted: true }>,
  now: Date,
): Promise<unknown> {
  return addAttempt(trx, {
    id: attemptId,
    runId: ride.runId,
    step: act.step,
    item: act.item?.number ?? 0,
    number,
    purpose,
    gatewayId: act.gatewayId,
    capability: act.capability,
    input: JSON.stringify(act.input),
    target: act.proposed.target,
    fencing: ride.fencing,
    consent: JSON.stringify(by),
    intendedAt: now,
  });
}

const addAttempt = builtOnce((db, given: Omit<Insertable<Tables["attempt"]>, "status">) => {
  const { id, runId, step, item, number, purpose, gatewayId, capability, input, target, fencing } = given;
  const { consent, intendedAt } = given;
  const what = { step, item, number, purpose, gatewayId, capability, input, target };
  return db.insertInto("attempt").values({ id, runId, ...what, fencing, consent, status: "intended", intendedAt });
});

function ledgerPayload(
  ride: Ride,
  { act, purpose, number }: ActRequest,
  attemptId: AttemptId,
  more: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return {
    runId: ride.runId,
    run: ride.row.number,
    runbook: ride.row.runbook,
    digest: ride.row.digest,
    ...placeOf({ step: { name: act.step }, item: act.item }),
    attemptId,
    number,
    purpose,
    capability: act.capability,
    target: act.proposed.target,
    targetName: act.proposed.targetName,
    input: act.input,
    scope: act.proposed.scope,
    ...more,
  };
}
