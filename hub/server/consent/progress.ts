import type { ConsentView, Language, Proposal, RunEventData, RunOutcome, RunStatus } from "@caretaker/protocol";
import { actSentence } from "./asked-text.ts";
import { WANTS_YES_AT_HOME } from "./at-home/yes-at-home.ts";
import { beforeAndAfter } from "./before-after.ts";
import { type Thing, wordsIn } from "./words/index.ts";

type Progress = ConsentView["progress"];
type Step = Progress["steps"][number];

export interface ProgressFacts {
  readonly language: Language;
  /** As it is stored, not as time made it: a stop stays a stop. */
  readonly requestStatus: string;
  /** It was allowed, and ended before its time: what was done until then is told all the same. */
  readonly isEnded: boolean;
  /** Two people of the firm allowed it, and nobody of the home. */
  readonly isEmergency: boolean;
  readonly hasActed: boolean;
  readonly run: { readonly status: RunStatus; readonly outcome: RunOutcome | null };
  readonly proposal: Proposal;
  /** What the runbook itself says at the end that was come to, in the homeowner's language. */
  readonly endTell: string | null;
  /** The things of the proposal's acts, in their order. */
  readonly things: readonly Thing[];
  readonly events: readonly { readonly at: string; readonly data: RunEventData }[];
}

/** The kinds of event that a homeowner is told of. */
export const TOLD = [
  "consent.answered",
  "fix.intended",
  "fix.sent",
  "fix.uncertain",
  "fix.refused",
  "fix.settled",
  "step.ended",
  "step.read",
  "run.waiting",
  "run.stop_requested",
] as const satisfies readonly RunEventData["kind"][];

/** Pure: what became of it, in the homeowner's words. Nothing is told of a run that was never allowed. */
export function progressOf(facts: ProgressFacts): Progress {
  const { requestStatus, isEnded, run } = facts;
  const wasAllowed = requestStatus === "allowed" || requestStatus === "withdrawn" || isEnded;
  const hasEnded = run.status === "finished" || run.status === "cancelled";
  return {
    state: stateOf(facts, hasEnded),
    steps: wasAllowed ? stepsOf(facts) : [],
    outcome: wasAllowed && hasEnded ? outcomeOf(facts) : null,
    isWell: wasAllowed && hasEnded && (run.outcome === "fixed" || run.outcome === "healthy"),
    results: wasAllowed && hasEnded ? beforeAndAfter(facts, facts.events) : [],
  };
}

function stateOf({ requestStatus, isEnded, run, hasActed }: ProgressFacts, hasEnded: boolean): Progress["state"] {
  if (requestStatus === "withdrawn") return hasEnded ? "stopped" : "stopping";
  if (isEnded) return hasEnded ? "done" : "stopping";
  if (requestStatus !== "allowed") return "not_started";
  if (hasEnded) return "done";
  return hasActed || run.status === "running" ? "working" : "not_started";
}

function outcomeOf({ language, requestStatus, run, endTell }: ProgressFacts): string {
  const { outcomes } = wordsIn(language);
  if (run.status === "cancelled" || run.outcome === null) return outcomes.stopped;
  // After a stop the outcome says what became of what was running: put back, finished, or nothing at all.
  const wasStopped = requestStatus === "withdrawn" && run.outcome !== "refused";
  if (wasStopped && run.outcome === "undone") return `${outcomes.stopped} ${outcomes.stoppedAndUndone}`;
  return [wasStopped ? outcomes.stopped : null, outcomes[run.outcome], endTell].filter(Boolean).join(" ");
}

function stepsOf(facts: ProgressFacts): Step[] {
  const steps: Step[] = [];
  for (const { at, data } of facts.events) {
    const words = wordsFor(facts, data);
    // Waiting and checking repeat themselves in a run's log; a homeowner is told once.
    if (words !== null && words !== steps.at(-1)?.words) steps.push({ at, words });
  }
  return steps;
}

function wordsFor(facts: ProgressFacts, data: RunEventData): string | null {
  const { progress } = wordsIn(facts.language);
  switch (data.kind) {
    case "consent.answered":
      if (data.answer !== "allowed") return null;
      return facts.isEmergency ? wordsIn(facts.language).emergency.decided : progress.allowed;
    case "fix.intended":
      return actWords(facts, data);
    case "fix.sent":
      return isTakingBack(facts, data.attemptId) ? progress.isPutBack : progress.sent;
    case "fix.uncertain":
      return progress.notCertain;
    case "fix.refused":
      return data.code === WANTS_YES_AT_HOME ? progress.wantsYesAtHome : null;
    case "fix.settled":
      return progress.switchedOnAgain;
    case "step.ended":
      return isOfProposal(facts, data.step) ? endWords(facts, data.status) : null;
    case "run.waiting":
      return data.for === "waiting_for_gateway" ? progress.waitingForHome : null;
    case "run.stop_requested":
      return progress.stopping;
    default:
      return null;
  }
}

/** Whether an attempt took something back: another action than the one that was asked for. */
function isTakingBack({ proposal, events }: ProgressFacts, attemptId: string): boolean {
  return events.some(
    ({ data }) =>
      data.kind === "fix.intended" &&
      data.attemptId === attemptId &&
      !proposal.acts.some(({ step, capability }) => step === data.step && capability === data.capability),
  );
}

type Intended = Extract<RunEventData, { kind: "fix.intended" }>;

function actWords(
  { language, proposal, things }: ProgressFacts,
  { step, capability, target }: Intended,
): string | null {
  const { progress } = wordsIn(language);
  const index = proposal.acts.findIndex((act) => act.step === step && act.target === target);
  const act = proposal.acts[index];
  const thing = things[index];
  if (act === undefined || thing === undefined) return null;
  if (act.capability !== capability) return progress.puttingBack;
  return progress.begun(actSentence(language, capability, thing));
}

function endWords({ language }: ProgressFacts, status: string): string | null {
  const { progress } = wordsIn(language);
  if (status === "fixed") return progress.works;
  if (status === "failed") return progress.worksNot;
  return status === "uncertain" || status === "unknown" ? progress.notCertain : null;
}

function isOfProposal({ proposal }: ProgressFacts, step: string): boolean {
  return proposal.acts.some((act) => act.step === step);
}
