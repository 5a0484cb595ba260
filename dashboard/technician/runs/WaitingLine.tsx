import type { RunDetails } from "@caretaker/protocol";
import { useNow } from "../../ui/clock.ts";
import { Icon } from "../../ui/Icon.tsx";
import { runLook } from "../../ui/looks.ts";
import { words } from "../../words/en.ts";
import { dayAndTime, duration } from "../../words/time.ts";

/** What a run waits for, why, and how long at most. */
export function WaitingLine({ run }: { run: RunDetails }) {
  const now = useNow("fast");
  // The row of the consent says it all.
  if (!run.status.startsWith("waiting") || run.status === "waiting_for_consent") return null;
  const look = runLook(run);
  const left = run.waitingUntil === null ? null : (Date.parse(run.waitingUntil) - now) / 1000;
  return (
    <p className="waiting-line" data-tone={look.tone}>
      <Icon path={look.icon} size={20} />
      <span>
        <b>{run.waitingWhy ?? look.word}</b>
        {left === null || run.waitingUntil === null ? null : (
          <span className="num" title={dayAndTime(run.waitingUntil)}>
            {" "}
            · {left > 0 ? words.runs.left(duration(left)) : words.runs.anyMoment}
          </span>
        )}
      </span>
    </p>
  );
}
