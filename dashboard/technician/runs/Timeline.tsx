import type { RunDetails, StepKind } from "@caretaker/protocol";
import {
  mdiAccountQuestionOutline,
  mdiAlertCircle,
  mdiFlagCheckered,
  mdiHandshakeOutline,
  mdiMagnify,
  mdiSourceBranch,
  mdiTimerSandEmpty,
  mdiViewListOutline,
  mdiWrenchOutline,
} from "@mdi/js";
import { useNow } from "../../ui/clock.ts";
import { Icon } from "../../ui/Icon.tsx";
import { type Look, OUTCOME_LOOKS, STEP_LOOKS } from "../../ui/looks.ts";
import { words } from "../../words/en.ts";
import { duration, timeWithSeconds } from "../../words/time.ts";
import type { TimelineStep } from "./timeline.ts";

const KIND_ICONS: Record<StepKind, string> = {
  check: mdiMagnify,
  wait: mdiTimerSandEmpty,
  choose: mdiSourceBranch,
  ask: mdiAccountQuestionOutline,
  consent: mdiHandshakeOutline,
  fix: mdiWrenchOutline,
  use: mdiViewListOutline,
  end: mdiFlagCheckered,
};

interface TimelineProps {
  readonly steps: readonly TimelineStep[];
  readonly shown: string | null;
  readonly run: Pick<RunDetails, "outcome" | "finishedAt">;
  readonly onChoose: (name: string) => void;
}

/** The steps from first to last; choosing one shows its evidence. */
export function Timeline({ steps, shown, run, onChoose }: TimelineProps) {
  return (
    <nav className="timeline" aria-label={words.runs.steps}>
      <ol>
        {steps.map((step) => (
          <li key={step.name} className="timeline-step" data-tone={lookOf(step, run).tone} data-status={step.status}>
            <button
              type="button"
              className="timeline-button"
              aria-current={step.name === shown ? "step" : undefined}
              onClick={() => onChoose(step.name)}
            >
              <span className="timeline-dot">
                <Icon path={lookOf(step, run).icon} size={20} />
              </span>
              <span className="timeline-words">
                <span className="timeline-title">
                  <Icon path={KIND_ICONS[step.kind]} size={15} className="timeline-kind" />
                  {step.title}
                </span>
                <span className="timeline-status">
                  {lookOf(step, run).word}
                  <StepTime step={step} isOver={run.finishedAt !== null} />
                </span>
              </span>
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}

/** A check that did not pass found something: that is its work, and no failure of ours. */
export function stepLook(step: TimelineStep): Look {
  if (step.status === "failed" && step.kind === "check")
    return { icon: mdiAlertCircle, tone: "warn", word: words.runs.notAsExpected };
  if (step.status === "failed" && step.kind === "fix") return { ...STEP_LOOKS.failed, word: words.runs.didNotHelp };
  return STEP_LOOKS[step.status];
}

/** The end looks as what came of the run. */
function lookOf(step: TimelineStep, run: TimelineProps["run"]): Look {
  return step.kind === "end" && run.outcome !== null ? OUTCOME_LOOKS[run.outcome] : stepLook(step);
}

function StepTime({ step, isOver }: { step: TimelineStep; isOver: boolean }) {
  const now = useNow("fast");
  if (step.startedAt === null) return null;
  const isRunning = step.endedAt === null && !isOver;
  const end = step.endedAt === null ? (isOver ? Date.parse(step.startedAt) : now) : Date.parse(step.endedAt);
  const seconds = (end - Date.parse(step.startedAt)) / 1000;
  return (
    <span className="timeline-time num" title={timeWithSeconds(step.startedAt)}>
      {seconds >= 1 || isRunning ? duration(seconds) : timeWithSeconds(step.startedAt)}
    </span>
  );
}
