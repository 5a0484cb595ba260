import type { RunDetails, RunEvent } from "@caretaker/protocol";
import { Icon } from "../../ui/Icon.tsx";
import { OUTCOME_LOOKS, runLook } from "../../ui/looks.ts";
import { words } from "../../words/en.ts";
import { OUTCOME_MEANINGS } from "../../words/states.ts";
import { duration } from "../../words/time.ts";
import { summaryOf, type TimelineStep } from "./timeline.ts";

interface OutcomeBannerProps {
  readonly run: RunDetails;
  readonly steps: readonly TimelineStep[];
  readonly events: readonly RunEvent[];
}

/** What came of it, what that means, and what it took. */
export function OutcomeBanner({ run, steps, events }: OutcomeBannerProps) {
  const look = run.outcome === null ? runLook(run) : OUTCOME_LOOKS[run.outcome];
  const { seconds, steps: count, consents, acts } = summaryOf(steps, events);
  const isSupposed = run.outcome !== null && steps.some(({ status }) => status === "rehearsed");
  const meaning = run.outcome === null ? words.runs.cancelledText : OUTCOME_MEANINGS[run.outcome];
  return (
    <section className="outcome" data-tone={isSupposed ? "busy" : look.tone} aria-label={words.runs.outcome}>
      <Icon path={look.icon} size={30} />
      <div>
        <h2 className="outcome-word">
          {isSupposed ? words.rehearsal.wouldEnd(look.word) : look.word}
          <span className="outcome-summary num">{words.runs.summary(duration(seconds), count, acts, consents)}</span>
        </h2>
        <p>{isSupposed ? words.rehearsal.meaning : meaning}</p>
        {run.note === null ? null : <p className="outcome-note">{run.note}</p>}
      </div>
    </section>
  );
}
