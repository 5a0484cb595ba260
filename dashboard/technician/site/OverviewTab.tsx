import type { RunbookSummary, Site, SiteId } from "@caretaker/protocol";
import { Button } from "@mantine/core";
import { mdiCheckCircleOutline, mdiStethoscope } from "@mdi/js";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { SiteContent } from "../../live/contents.ts";
import { useRows, useSite } from "../../live/hooks.tsx";
import { useOperation } from "../../live/queries.ts";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { words } from "../../words/en.ts";
import { RunRows } from "../runs/RunRows.tsx";
import { useMay } from "../session.ts";
import { LatestCheck } from "./LatestCheck.tsx";
import { Notes } from "./Notes.tsx";
import { ProblemCard } from "./ProblemCard.tsx";
import { keyOf } from "./problems.ts";
import { useFindings } from "./use-findings.ts";
import { useProblems } from "./use-problems.ts";

const route = getRouteApi("/inside/sites/$siteId/");

/** What is wrong, what may mend it, and what was seen and done lately. */
export function OverviewTab() {
  const { siteId } = route.useParams();
  const { content } = useSite(siteId);
  const site = useOperation("site.get", { siteId });
  const runbooks = useOperation("runbook.list", { siteId });
  const runs = useOperation("run.list", { siteId, limit: 6 });
  const live = useRows(content.runs);
  const recent = [...live, ...(runs.data?.items ?? []).filter((run) => !live.some((each) => each.id === run.id))].sort(
    (a, b) => b.number - a.number,
  );
  return (
    <div className="overview">
      <div className="stack">
        <WhatIsWrong siteId={siteId} content={content} runbooks={runbooks.data?.items ?? []} />
        <LatestCheck siteId={siteId} />
      </div>
      <div className="stack">
        <Panel
          title={words.site.recentRuns}
          isFlush
          aside={
            <Link to="/sites/$siteId/runs" params={{ siteId }}>
              {words.site.allRuns}
            </Link>
          }
        >
          {recent.length === 0 ? (
            <p className="panel-empty">{words.site.noRuns}</p>
          ) : (
            <RunRows runs={recent.slice(0, 6)} isInSite />
          )}
        </Panel>
        {site.data ? <Notes key={site.data.version} site={site.data as Site} /> : null}
      </div>
    </div>
  );
}

interface WhatIsWrongProps {
  readonly siteId: SiteId;
  readonly content: SiteContent;
  readonly runbooks: readonly RunbookSummary[];
}

function WhatIsWrong({ siteId, content, runbooks }: WhatIsWrongProps) {
  const gateways = useRows(content.gateways);
  const mayStart = useMay("run.start");
  const problems = useProblems(content);
  const findings = useFindings(siteId);
  const check = runbooks.find((runbook) => runbook.readsOnly && runbook.inputs.length === 0);
  const checkButton =
    check && mayStart ? (
      <Button
        variant="default"
        size="xs"
        renderRoot={(props) => (
          <Link to="/sites/$siteId/start" params={{ siteId }} search={{ runbook: check.id }} {...props} />
        )}
        leftSection={<Icon path={mdiStethoscope} size={17} />}
      >
        {words.site.runCheck}
      </Button>
    ) : undefined;
  if (gateways.length === 0) {
    return (
      <Panel title={words.site.whatIsWrong}>
        <EmptyState icon={mdiStethoscope} title={words.site.noGateway} text={words.site.noGatewayText}>
          <Button renderRoot={(props) => <Link to="/sites/$siteId/gateways/new" params={{ siteId }} {...props} />}>
            {words.gatewayNew.title}
          </Button>
        </EmptyState>
      </Panel>
    );
  }
  return (
    <Panel title={words.site.whatIsWrong} aside={checkButton} isFlush={problems.length > 0}>
      {problems.length === 0 ? (
        <p className="all-well">
          <Icon path={mdiCheckCircleOutline} size={22} />
          {words.site.nothingWrong}
        </p>
      ) : (
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
      )}
    </Panel>
  );
}
