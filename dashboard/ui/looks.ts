import type {
  Agent,
  AgentPlace,
  ApprovalStatus,
  AvailabilityValue,
  GatewayState,
  Health,
  Illness,
  OutboxMessage,
  RolloutHomeStatus,
  RolloutStatus,
  RunConsent,
  RunOutcome,
  RunStatus,
  RunSummary,
  StepStatus,
} from "@caretaker/protocol";
import {
  mdiAccountClockOutline,
  mdiAccountQuestionOutline,
  mdiAlertCircle,
  mdiAlertOutline,
  mdiCancel,
  mdiCheckCircle,
  mdiCheckCircleOutline,
  mdiCircleOutline,
  mdiClockOutline,
  mdiCloseCircle,
  mdiDramaMasks,
  mdiEmailAlertOutline,
  mdiEmailCheckOutline,
  mdiEmailOutline,
  mdiEyeOffOutline,
  mdiHandBackLeft,
  mdiHelpCircle,
  mdiKeyAlert,
  mdiLanDisconnect,
  mdiMagnify,
  mdiMinusCircleOutline,
  mdiPlayCircleOutline,
  mdiProgressClock,
  mdiProgressWrench,
  mdiRestart,
  mdiSnowflake,
  mdiSourceBranch,
  mdiStopCircleOutline,
  mdiTimerSandEmpty,
  mdiTruckOutline,
  mdiUndoVariant,
  mdiWrenchClock,
} from "@mdi/js";
import { words } from "../words/en.ts";
import { ROLLOUT_HOME_WORDS, ROLLOUT_STATUS_WORDS } from "../words/rollouts.ts";
import {
  APPROVAL_WORDS,
  AVAILABILITY_WORDS,
  CONSENT_WORDS,
  GATEWAY_WORDS,
  HEALTH_WORDS,
  OUTCOME_WORDS,
  RUN_STATUS_WORDS,
  STEP_WORDS,
} from "../words/states.ts";
import { ILLNESS_WORDS } from "../words/upkeep.ts";

export type Tone = "good" | "warn" | "bad" | "off" | "busy" | "wait" | "unknown" | "quiet";

/** How a state is shown, always all three: a form, a word and a colour. */
export interface Look {
  readonly icon: string;
  readonly word: string;
  readonly tone: Tone;
}

function looks<K extends string>(
  names: Readonly<Record<K, string>>,
  forms: Readonly<Record<K, readonly [string, Tone]>>,
): Record<K, Look> {
  const entries = Object.entries<readonly [string, Tone]>(forms).map(([key, [icon, tone]]) => [
    key,
    { icon, tone, word: names[key as K] },
  ]);
  return Object.fromEntries(entries) as Record<K, Look>;
}

export const HEALTH_LOOKS: Record<Health, Look> = looks(HEALTH_WORDS, {
  ok: [mdiCheckCircle, "good"],
  attention: [mdiAlertOutline, "warn"],
  problem: [mdiAlertCircle, "bad"],
  offline: [mdiLanDisconnect, "off"],
  maintenance: [mdiWrenchClock, "busy"],
  unknown: [mdiHelpCircle, "unknown"],
  not_monitored: [mdiEyeOffOutline, "quiet"],
});

export const AGENT_LOOKS: Record<Agent["state"], Look> = looks(words.agent.states, {
  waiting_for_home: [mdiAccountClockOutline, "wait"],
  online: [mdiCheckCircle, "good"],
  away: [mdiLanDisconnect, "off"],
  frozen: [mdiSnowflake, "bad"],
  ended: [mdiMinusCircleOutline, "quiet"],
});

export const PLACE_LOOKS: Record<AgentPlace["allowed"], Look> = looks(words.agent.placeStates, {
  asked: [mdiAccountQuestionOutline, "wait"],
  allowed: [mdiCheckCircleOutline, "good"],
  refused: [mdiCloseCircle, "bad"],
});

export const GATEWAY_LOOKS: Record<GatewayState, Look> = looks(GATEWAY_WORDS, {
  connecting: [mdiProgressClock, "wait"],
  online: [mdiCheckCircle, "good"],
  restarting: [mdiRestart, "wait"],
  unreachable: [mdiLanDisconnect, "off"],
  credentials_refused: [mdiKeyAlert, "bad"],
  access_withdrawn: [mdiHandBackLeft, "bad"],
  unsupported: [mdiCancel, "bad"],
  misbehaving: [mdiAlertOutline, "warn"],
});

export const AVAILABILITY_LOOKS: Record<AvailabilityValue, Look> = looks(AVAILABILITY_WORDS, {
  online: [mdiCheckCircleOutline, "good"],
  offline: [mdiCloseCircle, "bad"],
  unknown: [mdiHelpCircle, "unknown"],
});

const RUN_STATUS_LOOKS: Record<RunStatus, Look> = looks(RUN_STATUS_WORDS, {
  queued: [mdiClockOutline, "quiet"],
  running: [mdiProgressWrench, "busy"],
  waiting_for_consent: [mdiAccountClockOutline, "wait"],
  waiting_for_answer: [mdiAccountQuestionOutline, "wait"],
  waiting_for_window: [mdiClockOutline, "wait"],
  waiting_for_timer: [mdiTimerSandEmpty, "wait"],
  waiting_for_gateway: [mdiLanDisconnect, "wait"],
  finished: [mdiCheckCircleOutline, "quiet"],
  cancelled: [mdiStopCircleOutline, "quiet"],
});

export const OUTCOME_LOOKS: Record<RunOutcome, Look> = looks(OUTCOME_WORDS, {
  healthy: [mdiCheckCircle, "good"],
  found: [mdiMagnify, "warn"],
  fixed: [mdiCheckCircle, "good"],
  not_fixed: [mdiCloseCircle, "bad"],
  undone: [mdiUndoVariant, "warn"],
  refused: [mdiHandBackLeft, "quiet"],
  no_answer: [mdiAccountClockOutline, "quiet"],
  needs_homeowner: [mdiAccountQuestionOutline, "warn"],
  needs_visit: [mdiTruckOutline, "warn"],
  unclear: [mdiHelpCircle, "unknown"],
});

/** A run shows what came of it once it is over, and until then where it is. */
export function runLook(
  run: Pick<RunSummary, "status" | "outcome" | "hasUncertainStep"> & { readonly isRehearsal?: boolean },
): Look {
  // Nothing was fixed by saying what would be done.
  if (run.isRehearsal && run.status === "finished") return STEP_LOOKS.rehearsed;
  if (run.outcome !== null && run.status === "finished") return OUTCOME_LOOKS[run.outcome];
  if (run.hasUncertainStep) return OUTCOME_LOOKS.unclear;
  return RUN_STATUS_LOOKS[run.status];
}

export const STEP_LOOKS: Record<StepStatus | "queued" | "not_needed", Look> = looks(STEP_WORDS, {
  queued: [mdiCircleOutline, "quiet"],
  not_needed: [mdiMinusCircleOutline, "quiet"],
  running: [mdiPlayCircleOutline, "busy"],
  waiting: [mdiTimerSandEmpty, "wait"],
  passed: [mdiCheckCircle, "good"],
  failed: [mdiCloseCircle, "bad"],
  unknown: [mdiHelpCircle, "unknown"],
  fixed: [mdiCheckCircle, "good"],
  uncertain: [mdiHelpCircle, "unknown"],
  skipped: [mdiMinusCircleOutline, "quiet"],
  stopped: [mdiStopCircleOutline, "quiet"],
  chosen: [mdiSourceBranch, "good"],
  answered: [mdiCheckCircleOutline, "good"],
  unanswered: [mdiAccountClockOutline, "quiet"],
  allowed: [mdiCheckCircle, "good"],
  refused: [mdiHandBackLeft, "quiet"],
  ended: [mdiCheckCircleOutline, "quiet"],
  rehearsed: [mdiDramaMasks, "busy"],
});

export const CONSENT_LOOKS: Record<RunConsent["status"], Look> = looks(CONSENT_WORDS, {
  asked: [mdiAccountClockOutline, "wait"],
  allowed: [mdiCheckCircle, "good"],
  refused: [mdiHandBackLeft, "bad"],
  another_time: [mdiClockOutline, "warn"],
  expired: [mdiAccountClockOutline, "quiet"],
  withdrawn: [mdiStopCircleOutline, "bad"],
  used: [mdiCheckCircle, "good"],
});

export const MESSAGE_LOOKS: Record<OutboxMessage["status"], Look> = looks(words.outbox.statuses, {
  waiting: [mdiEmailOutline, "wait"],
  sent: [mdiEmailCheckOutline, "good"],
  failed: [mdiEmailAlertOutline, "bad"],
  outbox: [mdiEmailOutline, "quiet"],
});

export const FREEZE_LOOK: Look = { icon: mdiSnowflake, word: words.freeze.mark, tone: "warn" };

export const APPROVAL_LOOKS: Record<ApprovalStatus, Look> = looks(APPROVAL_WORDS, {
  waiting: [mdiAccountClockOutline, "wait"],
  given: [mdiCheckCircle, "good"],
  refused: [mdiHandBackLeft, "bad"],
  withdrawn: [mdiUndoVariant, "quiet"],
  expired: [mdiTimerSandEmpty, "quiet"],
});

export const ROLLOUT_LOOKS: Record<RolloutStatus, Look> = looks(ROLLOUT_STATUS_WORDS, {
  working: [mdiProgressWrench, "busy"],
  paused: [mdiAccountClockOutline, "wait"],
  halted: [mdiAlertCircle, "bad"],
  stopped: [mdiStopCircleOutline, "quiet"],
  finished: [mdiCheckCircle, "good"],
});

export const ROLLOUT_HOME_LOOKS: Record<RolloutHomeStatus, Look> = looks(ROLLOUT_HOME_WORDS, {
  planned: [mdiClockOutline, "quiet"],
  started: [mdiProgressWrench, "busy"],
  skipped: [mdiMinusCircleOutline, "quiet"],
});

export const ILLNESS_LOOKS: Record<Illness, Look> = looks(ILLNESS_WORDS, {
  integration_not_running: [mdiAlertCircle, "bad"],
  integration_silent: [mdiAlertCircle, "bad"],
  integration_half_silent: [mdiAlertOutline, "warn"],
  integration_needs_sign_in: [mdiKeyAlert, "warn"],
});

const RULE_WORDS = { on: words.upkeep.isOn, off: words.upkeep.isOff, paused: words.upkeep.isPaused };
export const RULE_LOOKS: Record<keyof typeof RULE_WORDS, Look> = looks(RULE_WORDS, {
  on: [mdiCheckCircle, "good"],
  off: [mdiMinusCircleOutline, "quiet"],
  paused: [mdiAlertOutline, "warn"],
});
