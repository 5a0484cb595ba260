import type { RunDetails, RunOutcome } from "@caretaker/protocol";
import { useRows, useSite } from "../../live/hooks.tsx";
import { useOperation } from "../../live/queries.ts";
import { Panel } from "../../ui/Panel.tsx";
import { words } from "../../words/en.ts";
import { ProblemCard } from "../site/ProblemCard.tsx";
import { hasFailed, keyOf, type SiteProblem, suggestionsFor } from "../site/problems.ts";
import { useFindings } from "../site/use-findings.ts";
import { useProblems } from "../site/use-problems.ts";

/** Ends after which somebody has to think of something else. */
const LEADS_ON: ReadonlySet<RunOutcome> = new Set(["found", "not_fixed", "undone", "needs_visit", "unclear"]);

/** After a run that did not help: what is still wrong, and what else can be tried. */
export function NextToTry({ run }: { run: RunDetails }) {
  if (run.outcome === null || run.isRehearsal || !LEADS_ON.has(run.outcome)) return null;
  return <StillWrong run={run} />;
}

function StillWrong({ run }: { run: RunDetails }) {
  const { siteId } = run;
  const { content } = useSite(siteId);
  const problems = useProblems(content).filter((problem) => concerns(run, problem));
  const gateways = useRows(content.gateways);
  const findings = useFindings(siteId);
  const runbooks = useOperation("runbook.list", { siteId }).data?.items ?? [];
  if (problems.length === 0) return null;
  const isAllTried = problems.every((problem) =>
    suggestionsFor(problem, runbooks, gateways, findings).every(hasFailed),
  );
  return (
    <div className="next-to-try">
      <Panel
        title={run.outcome === "found" ? words.runs.foundWrong : words.runs.stillWrong}
        {...(isAllTried ? { text: words.runs.allTried } : {})}
        isFlush
      >
        <ul className="problem-list">
          {problems.map((problem) => (
            <ProblemCard
              key={keyOf(problem)}
              siteId={siteId}
              problem={problem}
              runbooks={runbooks}
              gateways={gateways}
              findings={findings}
            />
          ))}
        </ul>
      </Panel>
    </div>
  );
}

/** A run that was about one thing leads on for that one; one that looked over everything, for all. */
function concerns({ inputs }: RunDetails, problem: SiteProblem): boolean {
  const about = Object.values(inputs).map(({ value }) => value);
  if (about.length === 0) return true;
  if (problem.kind === "gateway") return true;
  if (problem.kind === "integration") {
    return about.includes(problem.integration.id) || problem.devices.some(({ id }) => about.includes(id));
  }
  return about.includes(problem.device.id) || problem.device.integrationIds.some((id) => about.includes(id));
}
