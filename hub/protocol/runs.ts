import { z } from "zod";
import { AgreedWindow, GrantEnd } from "./consent.ts";
import { ConsentRequestId, GatewayId, MessageId, Moment, PersonId, RunbookId, RunId, SiteId } from "./ids.ts";
import { Answer, QuestionAnswers } from "./question.ts";
import { Scope } from "./scopes.ts";

/** Where a run is. Waiting costs no worker and survives restarts and days. */
export const RunStatus = z.enum([
  "queued",
  "running",
  "waiting_for_consent",
  "waiting_for_answer",
  "waiting_for_window",
  "waiting_for_timer",
  "waiting_for_gateway",
  "finished",
  "cancelled",
]);
export type RunStatus = z.infer<typeof RunStatus>;

/** What has ended stays as it ended. */
export function hasRunEnded(status: RunStatus): boolean {
  return status === "finished" || status === "cancelled";
}

export const RunOutcome = z.enum([
  "healthy",
  "found",
  "fixed",
  "not_fixed",
  "undone",
  "refused",
  "no_answer",
  "needs_homeowner",
  "needs_visit",
  "unclear",
]);
export type RunOutcome = z.infer<typeof RunOutcome>;

/**
 * `uncertain`: sent, or perhaps sent, and nobody knows what came of it. Shown as "Not certain: look". `rehearsed`: said
 * instead of done, or taken as good because of that.
 */
export const StepStatus = z.enum([
  "running",
  "waiting",
  "passed",
  "failed",
  "unknown",
  "fixed",
  "uncertain",
  "skipped",
  "stopped",
  "chosen",
  "answered",
  "unanswered",
  "allowed",
  "refused",
  "ended",
  "rehearsed",
]);
export type StepStatus = z.infer<typeof StepStatus>;

export const StepKind = z.enum(["check", "wait", "choose", "ask", "consent", "fix", "use", "end"]);
export type StepKind = z.infer<typeof StepKind>;

/** One measured field against what was expected of it. `met` is null when it could not be told. */
export const Measurement = z.object({
  field: z.string(),
  value: z.unknown(),
  unit: z.string().optional(),
  expected: z.string(),
  met: z.boolean().nullable(),
});
export type Measurement = z.infer<typeof Measurement>;

/** Which thing a step with `each` is at, and out of how many. */
export const RunItem = z.object({ number: z.number().int().positive(), of: z.number().int(), name: z.string() });
export type RunItem = z.infer<typeof RunItem>;

/** A step of a runbook that another uses has the name of the step which uses it before its own: `reload/alive`. */
const step = { step: z.string(), title: z.string().optional() };
/** `item` stands where the step has `each`. */
const place = { ...step, item: RunItem.optional() };

/** What a fix would do, said by a rehearsal instead of done. Texts are the technician's. */
export const Rehearsed = z.object({
  capability: z.string(),
  gatewayId: GatewayId,
  targetName: z.string(),
  /** As it would be sent, in the make's keys. */
  input: z.record(z.string(), z.unknown()),
  scope: Scope,
  private: z.boolean(),
  tries: z.number().int(),
  /** What the household would notice; null where nothing is. */
  felt: z.string().nullable(),
  /** The capability that would take it back. */
  undo: z.string().nullable(),
  irreversible: z.string().nullable(),
  /**
   * `standing`: allowed for good. `asked`: somebody would be asked first. `later`: it would wait for the end of the quiet
   * hours. `refused`: it would not be done now.
   */
  permission: z.enum(["standing", "asked", "later", "refused"]),
  /** Which scope, who would be asked, the moment until which it would wait, or what stands against it. */
  permissionWords: z.string(),
});
export type Rehearsed = z.infer<typeof Rehearsed>;

/**
 * What happens in a run, in the past tense. The log of these is the run: one pure function folds them into the row.
 * `consent` on `fix.intended` names what permitted the act.
 */
export const RunEventData = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("run.queued"),
    by: z.string(),
    reason: z.string(),
    homeownerAsked: z.boolean(),
    isRehearsal: z.boolean().optional(),
  }),
  z.object({ kind: z.literal("run.started") }),
  z.object({
    kind: z.literal("step.started"),
    ...step,
    stepKind: StepKind,
    attempt: z.number().int().optional(),
    timeoutSeconds: z.number().optional(),
  }),
  z.object({
    kind: z.literal("step.read"),
    ...place,
    capability: z.string(),
    input: z.unknown(),
    output: z.unknown(),
    measurements: z.array(Measurement),
    result: z.enum(["pass", "fail", "unknown"]),
    /** `before` and `verify` of a fix are its evidence. */
    purpose: z.enum(["check", "wait", "before", "verify", "undo"]).optional(),
    error: z.string().optional(),
    milliseconds: z.number(),
  }),
  z.object({ kind: z.literal("step.decided"), ...place, branch: z.string(), because: z.string() }),
  /** One of the things that a step with `each` goes through is done. */
  z.object({ kind: z.literal("step.item_ended"), ...step, item: RunItem, status: StepStatus, result: z.string() }),
  z.object({
    kind: z.literal("step.ended"),
    ...step,
    status: StepStatus,
    result: z.string(),
    /** The step or the outcome that it led to. */
    to: z.string().optional(),
    /** What the `end` of a used runbook says, which does not end the run. */
    note: z.string().optional(),
    tell: z.string().optional(),
  }),
  /** An `ask`: what somebody who looks has to say before the run goes on. */
  z.object({
    kind: z.literal("question.asked"),
    ...step,
    say: z.string(),
    answers: QuestionAnswers,
    answerBy: Moment,
    /** Of the home who was asked; absent where whoever looks at the run is asked. */
    sentTo: z.string().optional(),
    /** Why nobody of the home could be asked. */
    cannot: z.string().optional(),
  }),
  z.object({ kind: z.literal("question.answered"), ...step, answer: Answer, by: z.string() }),
  z.object({
    kind: z.literal("consent.asked"),
    ...step,
    requestId: ConsentRequestId,
    scope: Scope,
    sentTo: z.string(),
    answerBy: Moment,
  }),
  z.object({ kind: z.literal("consent.opened"), requestId: ConsentRequestId }),
  z.object({ kind: z.literal("consent.call_asked"), requestId: ConsentRequestId, by: z.string() }),
  z.object({
    kind: z.literal("consent.answered"),
    requestId: ConsentRequestId,
    answer: z.enum(["allowed", "refused", "another_time", "expired", "withdrawn"]),
    by: z.string(),
    /** When it may be begun, where the homeowner chose a time. */
    window: AgreedWindow.optional(),
  }),
  z.object({
    kind: z.literal("fix.intended"),
    ...place,
    attemptId: z.string(),
    attempt: z.number().int(),
    capability: z.string(),
    target: z.string(),
    gatewayId: GatewayId,
    consent: z.string(),
  }),
  z.object({
    kind: z.literal("fix.sent"),
    ...place,
    attemptId: z.string(),
    milliseconds: z.number(),
    answer: z.unknown(),
  }),
  z.object({ kind: z.literal("fix.failed"), ...place, attemptId: z.string(), error: z.string() }),
  z.object({ kind: z.literal("fix.uncertain"), ...place, attemptId: z.string(), why: z.string() }),
  /** A person looked what came of an uncertain step. Also after the end: a run stays as it ended. */
  z.object({
    kind: z.literal("step.resolved"),
    ...step,
    verdict: z.enum(["done", "not_done"]),
    by: z.string(),
    reason: z.string(),
    leadsTo: z.string(),
  }),
  z.object({ kind: z.literal("fix.settled"), ...place, attemptId: z.string(), capability: z.string() }),
  z.object({ kind: z.literal("fix.refused"), ...place, code: z.string(), message: z.string() }),
  z.object({ kind: z.literal("fix.rehearsed"), ...place, ...Rehearsed.shape }),
  z.object({ kind: z.literal("run.waiting"), for: RunStatus, until: Moment.nullable(), why: z.string() }),
  z.object({ kind: z.literal("run.resumed"), after: RunStatus, why: z.string() }),
  z.object({ kind: z.literal("run.stop_requested"), by: z.string(), reason: z.string() }),
  z.object({
    kind: z.literal("run.finished"),
    outcome: RunOutcome,
    note: z.string().optional(),
    tell: z.string().optional(),
  }),
  z.object({ kind: z.literal("run.cancelled"), by: z.string(), note: z.string().optional() }),
]);
export type RunEventData = z.infer<typeof RunEventData>;

/** `number` counts from 1 without gaps within its run. */
export const RunEvent = z.object({ runId: RunId, number: z.number().int().positive(), at: Moment, data: RunEventData });
export type RunEvent = z.infer<typeof RunEvent>;

export const RunSummary = z.object({
  id: RunId,
  /** Short and human, unique in the firm: shown as RUN-12. */
  number: z.number().int(),
  siteId: SiteId,
  siteName: z.string(),
  gatewayId: GatewayId,
  runbook: RunbookId,
  runbookVersion: z.number().int(),
  runbookTitle: z.string(),
  status: RunStatus,
  outcome: RunOutcome.nullable(),
  /** The step it stands at. */
  step: z.string().nullable(),
  waitingUntil: Moment.nullable(),
  waitingWhy: z.string().nullable(),
  reason: z.string(),
  homeownerAsked: z.boolean(),
  /** Checks are made, fixes are only said: the outcome is the one that would come if every fix helped. */
  isRehearsal: z.boolean(),
  startedBy: z.string(),
  startedById: PersonId.nullable(),
  /** A fix was sent, or perhaps sent, and its result is not known. */
  hasUncertainStep: z.boolean(),
  createdAt: Moment,
  finishedAt: Moment.nullable(),
});
export type RunSummary = z.infer<typeof RunSummary>;

export const RunConsent = z.object({
  requestId: ConsentRequestId,
  status: z.enum(["asked", "allowed", "refused", "another_time", "expired", "withdrawn", "used"]),
  scope: Scope,
  sentTo: z.string(),
  sentAt: Moment.nullable(),
  openedAt: Moment.nullable(),
  answeredAt: Moment.nullable(),
  /** When the homeowner wished to be called. */
  callAskedAt: Moment.nullable(),
  answerBy: Moment,
  /** The time that the homeowner chose. */
  window: AgreedWindow.nullable(),
  /** How whoever answered is known: `B` by a link to a verified address, `C` by phone, as a technician wrote it down, `D` an emergency. */
  grade: z.string().nullable(),
  /** Why a yes ended before its time. */
  ended: GrantEnd.nullable(),
  /** Why the message has not left, when it has not. */
  notSentBecause: z.string().nullable(),
  /** The message, where it can be opened here: nobody lives in a simulated home. */
  messageId: MessageId.nullable(),
});
export type RunConsent = z.infer<typeof RunConsent>;

export const RunStepOutline = z.object({
  name: z.string(),
  kind: StepKind,
  title: z.string(),
  scope: Scope.nullable(),
  /** Of a fix: whether what it did can be put back as it was. */
  canPutBack: z.boolean(),
});
export type RunStepOutline = z.infer<typeof RunStepOutline>;

export const RunDetails = RunSummary.extend({
  inputs: z.record(z.string(), z.object({ title: z.string(), value: z.unknown(), shown: z.string() })),
  digest: z.string(),
  tell: z.string(),
  /** All steps of the runbook in order, so that what is still to come can be shown. */
  outline: z.array(RunStepOutline),
  consents: z.array(RunConsent),
  note: z.string().nullable(),
  lastEvent: z.number().int(),
});
export type RunDetails = z.infer<typeof RunDetails>;

/** An id of a thing of the site, or a plain value, for each input that the runbook names. */
export const RunInputs = z.record(z.string().max(60), z.union([z.string().max(2000), z.number(), z.boolean()]));
export type RunInputs = z.infer<typeof RunInputs>;
