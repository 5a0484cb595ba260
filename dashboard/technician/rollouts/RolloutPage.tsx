import "./rollouts.css";
import type { Rollout, RolloutHome } from "@caretaker/protocol";
import { Button } from "@mantine/core";
import { mdiAccountMultipleCheckOutline, mdiAlertOutline, mdiSkipNextOutline, mdiStopCircleOutline } from "@mdi/js";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { useOperation } from "../../live/queries.ts";
import { BackLink } from "../../ui/BackLink.tsx";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { ROLLOUT_HOME_LOOKS, ROLLOUT_LOOKS, runLook } from "../../ui/looks.ts";
import { Notice } from "../../ui/Notice.tsx";
import { Page } from "../../ui/Page.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Skeletons } from "../../ui/Skeletons.tsx";
import { Mark } from "../../ui/Status.tsx";
import { words } from "../../words/en.ts";
import { useMay } from "../session.ts";
import { NextWave } from "./NextWave.tsx";
import { StopRollout } from "./StopRollout.tsx";

const route = getRouteApi("/inside/rollouts/$rolloutId");
/** While a wave works, each run shows itself; this only moves the tally. */
const LOOKS_EVERY = 2000;

/** Where a rollout stands, home by home, and whether it goes on. */
export function RolloutPage() {
  const { rolloutId } = route.useParams();
  const rollout = useOperation("rollout.get", { rolloutId }, { refetchInterval: LOOKS_EVERY });
  return (
    <Page
      title={rollout.data?.runbookTitle ?? words.rollouts.title}
      aside={rollout.data ? <Mark look={ROLLOUT_LOOKS[rollout.data.status]} size="lg" /> : undefined}
      actions={rollout.data ? <Actions rollout={rollout.data} /> : undefined}
      above={<BackLink to="/rollouts" word={words.rollouts.title} />}
    >
      <ErrorMessage error={rollout.error} onRetry={() => void rollout.refetch()} />
      {rollout.isPending ? <Skeletons rows={5} height={56} /> : null}
      {rollout.data ? <Details rollout={rollout.data} /> : null}
    </Page>
  );
}

function Actions({ rollout }: { rollout: Rollout }) {
  const mayStop = useMay("rollout.stop");
  const mayBegin = useMay("rollout.wave");
  const [asked, setAsked] = useState<"next" | "stop" | null>(null);
  const isOver = rollout.status === "stopped" || rollout.status === "finished";
  const next = rollout.wave + 1;
  const size = rollout.waves[rollout.wave];
  const canGoOn = (rollout.status === "paused" || rollout.status === "halted") && size !== undefined;
  return (
    <>
      {mayStop && !isOver ? (
        <Button variant="default" leftSection={<Icon path={mdiStopCircleOutline} />} onClick={() => setAsked("stop")}>
          {words.rollouts.stop}
        </Button>
      ) : null}
      {mayBegin && canGoOn && rollout.approvalId === null ? (
        <Button leftSection={<Icon path={mdiSkipNextOutline} />} onClick={() => setAsked("next")}>
          {words.rollouts.next(next, size)}
        </Button>
      ) : null}
      {asked === "next" ? <NextWave rollout={rollout} onClose={() => setAsked(null)} /> : null}
      {asked === "stop" ? <StopRollout rollout={rollout} onClose={() => setAsked(null)} /> : null}
    </>
  );
}

function Details({ rollout }: { rollout: Rollout }) {
  const { counts, waves, wave, why } = rollout;
  const tally = (["well", "ill", "open", "notDone", "planned"] as const).filter(
    (name) => counts[name] > 0 || name === "well",
  );
  return (
    <div className="stack">
      {why === null ? null : (
        <Notice tone={rollout.status === "halted" ? "bad" : "warn"} icon={mdiAlertOutline}>
          {why}
        </Notice>
      )}
      {rollout.approvalId === null ? null : (
        <Notice tone="wait" icon={mdiAccountMultipleCheckOutline}>
          {words.rollouts.waits} <Link to="/second-person">{words.rollouts.waitsLink}</Link>
        </Notice>
      )}
      <Panel
        title={words.rollouts.progress}
        text={`“${rollout.reason}”`}
        aside={words.rollouts.waveNow(wave, waves.length)}
      >
        <dl className="rollout-tally" aria-live="polite">
          {tally.map((name) => (
            <div key={name}>
              <dt>{words.rollouts.tally[name]}</dt>
              <dd>{counts[name]}</dd>
            </div>
          ))}
        </dl>
        <p className="cell-second">
          {words.rollouts.number(rollout.number)} · <code>{rollout.runbook}</code> v{rollout.runbookVersion} ·{" "}
          {words.rollouts.of(rollout.startedBy)}
        </p>
      </Panel>
      {waves.map((_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a wave is its number
        <Panel key={index} title={words.rollouts.wave(index + 1)} isFlush>
          <ul className="rollouts">
            {rollout.homes
              .filter((home) => home.wave === index + 1)
              .map((home) => (
                <HomeLine key={home.siteId} home={home} />
              ))}
          </ul>
        </Panel>
      ))}
    </div>
  );
}

function HomeLine({ home }: { home: RolloutHome }) {
  const { run } = home;
  return (
    <li className="rollout">
      <Mark look={run === null ? ROLLOUT_HOME_LOOKS[home.status] : runLook({ ...run, hasUncertainStep: false })} />
      <span className="rollout-main">
        <Link to="/sites/$siteId" params={{ siteId: home.siteId }}>
          {home.siteName}
        </Link>
        {home.why === null ? null : <span className="cell-second">{home.why}</span>}
      </span>
      {run === null ? null : (
        <Link to="/runs/$runId" params={{ runId: run.id }} aria-label={words.rollouts.runOf(run.number, home.siteName)}>
          RUN-{run.number}
        </Link>
      )}
    </li>
  );
}
