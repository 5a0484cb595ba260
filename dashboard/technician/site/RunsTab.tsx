import { Button } from "@mantine/core";
import { mdiPlayBoxOutline } from "@mdi/js";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useRows, useSite } from "../../live/hooks.tsx";
import { useOperation } from "../../live/queries.ts";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Skeletons } from "../../ui/Skeletons.tsx";
import { words } from "../../words/en.ts";
import { merged, RunRows } from "../runs/RunRows.tsx";
import { useMay } from "../session.ts";

const route = getRouteApi("/inside/sites/$siteId/runs");

export function RunsTab() {
  const { siteId } = route.useParams();
  const { content } = useSite(siteId);
  const live = useRows(content.runs);
  const runs = useOperation("run.list", { siteId, limit: 200 });
  const mayStart = useMay("run.start");
  if (runs.isPending) return <Skeletons rows={5} height={52} />;
  if (runs.isError) return <ErrorMessage error={runs.error} onRetry={() => void runs.refetch()} />;
  const all = merged(live, runs.data.items);
  if (all.length === 0) {
    return (
      <EmptyState icon={mdiPlayBoxOutline} title={words.runs.empty} text={words.site.noRuns}>
        {mayStart ? (
          <Button renderRoot={(props) => <Link to="/sites/$siteId/start" params={{ siteId }} {...props} />}>
            {words.site.start}
          </Button>
        ) : null}
      </EmptyState>
    );
  }
  return (
    <Panel title={words.site.allRuns} isFlush>
      <RunRows runs={all} isInSite />
    </Panel>
  );
}
