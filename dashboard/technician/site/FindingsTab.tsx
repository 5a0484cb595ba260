import { mdiStethoscope } from "@mdi/js";
import { getRouteApi } from "@tanstack/react-router";
import { useOperation } from "../../live/queries.ts";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Skeletons } from "../../ui/Skeletons.tsx";
import { words } from "../../words/en.ts";
import { FindingRows } from "../upkeep/FindingRows.tsx";

const route = getRouteApi("/inside/sites/$siteId/findings");
const LOOKS_EVERY = 10_000;

/** What the hub found here by itself: what is ill now, and what was. */
export function FindingsTab() {
  const { siteId } = route.useParams();
  const now = useOperation("finding.list", { siteId }, { refetchInterval: LOOKS_EVERY });
  const before = useOperation("finding.list", { siteId, ended: "true" }, { refetchInterval: LOOKS_EVERY });
  if (now.isPending || before.isPending) return <Skeletons rows={4} height={52} />;
  const error = now.error ?? before.error;
  if (error !== null) {
    const again = () => void Promise.all([now.refetch(), before.refetch()]);
    return <ErrorMessage error={error} onRetry={again} />;
  }
  const ill = now.data?.items ?? [];
  const was = before.data?.items ?? [];
  return (
    <div className="stack">
      {ill.length === 0 ? (
        <EmptyState icon={mdiStethoscope} title={words.upkeep.nothingFound} text={words.upkeep.nothingFoundHere} />
      ) : (
        <Panel title={words.upkeep.found} text={words.upkeep.foundText} isFlush>
          <FindingRows findings={ill} isInSite />
        </Panel>
      )}
      {was.length === 0 ? null : (
        <Panel title={words.upkeep.wasFound} isFlush>
          <FindingRows findings={was} isInSite />
        </Panel>
      )}
    </div>
  );
}
