import type { RunDetails, RunEvent } from "@caretaker/protocol";
import { Link } from "@tanstack/react-router";
import { useOperation } from "../../live/queries.ts";
import { Icon } from "../../ui/Icon.tsx";
import { OUTCOME_LOOKS, runLook } from "../../ui/looks.ts";
import { words } from "../../words/en.ts";
import { OUTCOME_MEANINGS } from "../../words/states.ts";
import { duration } from "../../words/time.ts";
import { pageOf } from "../runbooks/page-of.ts";
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
        {run.note === null ? null : <OutcomeNote note={run.note} />}
      </div>
    </section>
  );
}

const RUNBOOK_ID = /([a-z][a-z0-9]*(?:[-/][a-z0-9]+)+)/;

/** A note may name another runbook by its id: there one goes to it, by its title. */
function OutcomeNote({ note }: { note: string }) {
  const runbooks = useOperation("runbook.list", {}, { enabled: RUNBOOK_ID.test(note) });
  // What the pattern catches stands at every second place.
  const parts = note.split(RUNBOOK_ID).map((part, at) => {
    const found = at % 2 === 1 ? runbooks.data?.items.find(({ id }) => id === part) : undefined;
    if (found === undefined) return part;
    return (
      <Link key={part} to="/runbooks/$connector/$name" params={pageOf(found.id)}>
        {found.title}
      </Link>
    );
  });
  return <p className="outcome-note">{parts}</p>;
}
