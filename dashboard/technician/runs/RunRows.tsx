import "./runs.css";
import type { RunSummary } from "@caretaker/protocol";
import { Link } from "@tanstack/react-router";
import { runLook } from "../../ui/looks.ts";
import { Since } from "../../ui/Since.tsx";
import { Mark } from "../../ui/Status.tsx";
import { actorName } from "../../words/actors.ts";
import { words } from "../../words/en.ts";

/** What is live wins over what was read; newest first. */
export function merged(live: readonly RunSummary[], read: readonly RunSummary[]): RunSummary[] {
  const byId = new Map(read.map((run) => [run.id, run]));
  for (const run of live) byId.set(run.id, run);
  return [...byId.values()].sort((a, b) => b.number - a.number);
}

/** Runs as lines: what came of it, where, what, who and when. */
export function RunRows({ runs, isInSite = false }: { runs: readonly RunSummary[]; isInSite?: boolean }) {
  return (
    <ul className="run-rows">
      {runs.map((run) => (
        <li key={run.id} className="run-row">
          <Mark look={runLook(run)} />
          <span className="run-row-main">
            <Link to="/runs/$runId" params={{ runId: run.id }} className="row-link">
              {run.runbookTitle}
            </Link>
            {run.isRehearsal ? <span className="tag">{words.rehearsal.tag}</span> : null}
            <span className="cell-second">{isInSite ? run.reason : `${run.siteName} · ${run.reason}`}</span>
          </span>
          <span className="run-row-meta">
            <span className="num">{words.runs.number(run.number)}</span>
            <span className="run-row-by">{actorName(run.startedBy)}</span>
            <Since moment={run.finishedAt ?? run.createdAt} isAgo />
          </span>
        </li>
      ))}
    </ul>
  );
}
