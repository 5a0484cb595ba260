import type { Rollout, RolloutHome } from "@caretaker/protocol";
import { Link } from "@tanstack/react-router";
import { ROLLOUT_HOME_LOOKS, runLook, STEP_LOOKS } from "../../ui/looks.ts";
import { Mark } from "../../ui/Status.tsx";
import { words } from "../../words/en.ts";
import { saidIn } from "./rehearsed.ts";

/** A home with what became of it there, and why. */
export function HomeLine({ home, rollout }: { home: RolloutHome; rollout: Pick<Rollout, "isRehearsal"> }) {
  const { run, why } = home;
  const said = rollout.isRehearsal ? saidIn(home) : [why ?? run?.note ?? ""];
  return (
    <li className="rollout">
      <Mark look={lookOf(home, rollout.isRehearsal)} />
      <span className="rollout-main">
        <Link to="/sites/$siteId" params={{ siteId: home.siteId }}>
          {home.siteName}
        </Link>
        {said
          .filter((line) => line !== "")
          .map((line) => (
            <span key={line} className="cell-second">
              {line}
            </span>
          ))}
      </span>
      {run === null ? null : (
        <Link
          to="/runs/$runId"
          params={{ runId: run.id }}
          className="rollout-run"
          aria-label={words.rollouts.runOf(run.number, home.siteName)}
        >
          RUN-{run.number}
        </Link>
      )}
    </li>
  );
}

function lookOf({ run, status }: RolloutHome, isRehearsal: boolean) {
  if (run === null) return ROLLOUT_HOME_LOOKS[status];
  // What was only said has not been fixed.
  if (isRehearsal && run.outcome === "fixed") return STEP_LOOKS.rehearsed;
  return runLook({ ...run, hasUncertainStep: false });
}
