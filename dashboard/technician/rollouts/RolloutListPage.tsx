import "./rollouts.css";
import type { RolloutSummary } from "@caretaker/protocol";
import { Button } from "@mantine/core";
import { mdiHomeGroupPlus, mdiPlaylistPlay } from "@mdi/js";
import { Link } from "@tanstack/react-router";
import { useOperation } from "../../live/queries.ts";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { ROLLOUT_LOOKS } from "../../ui/looks.ts";
import { Page } from "../../ui/Page.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Since } from "../../ui/Since.tsx";
import { Skeletons } from "../../ui/Skeletons.tsx";
import { Mark } from "../../ui/Status.tsx";
import { words } from "../../words/en.ts";
import { useMay } from "../session.ts";

/** What is being done in several homes at once, and what was. */
export function RolloutListPage() {
  const rollouts = useOperation("rollout.list", {}, { refetchInterval: 5000 });
  const mayBegin = useMay("rollout.start");
  const begin = mayBegin ? (
    <Button
      leftSection={<Icon path={mdiPlaylistPlay} />}
      renderRoot={(props) => <Link to="/rollouts/new" {...props} />}
    >
      {words.rollouts.begin}
    </Button>
  ) : null;
  return (
    <Page title={words.rollouts.title} actions={begin}>
      {rollouts.isPending ? <Skeletons rows={3} height={60} /> : null}
      <ErrorMessage error={rollouts.error} onRetry={() => void rollouts.refetch()} />
      {rollouts.data?.items.length === 0 ? (
        <EmptyState icon={mdiHomeGroupPlus} title={words.rollouts.empty} text={words.rollouts.emptyText} />
      ) : null}
      {rollouts.data && rollouts.data.items.length > 0 ? (
        <Panel title={words.rollouts.all} isFlush>
          <ul className="rollouts">
            {rollouts.data.items.map((rollout) => (
              <RolloutLine key={rollout.id} rollout={rollout} />
            ))}
          </ul>
        </Panel>
      ) : null}
    </Page>
  );
}

function RolloutLine({ rollout }: { rollout: RolloutSummary }) {
  const { counts, waves } = rollout;
  const homes = waves.reduce((sum, size) => sum + size, 0);
  return (
    <li className="rollout">
      <Mark look={ROLLOUT_LOOKS[rollout.status]} />
      <span className="rollout-main">
        <Link to="/rollouts/$rolloutId" params={{ rolloutId: rollout.id }} className="row-link">
          {rollout.runbookTitle}
        </Link>
        <span>{rollout.reason}</span>
        <span className="cell-second">
          {words.rollouts.number(rollout.number)} · {words.rollouts.of(rollout.startedBy)} ·{" "}
          <Since moment={rollout.createdAt} isAgo />
        </span>
      </span>
      <span className="rollout-counts">
        {rollout.isRehearsal ? words.rollouts.rehearsal : words.rollouts.counts(counts.well, homes)}
      </span>
    </li>
  );
}
