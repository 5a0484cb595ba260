import "./rollouts.css";
import type { Rollout } from "@caretaker/protocol";
import { Button } from "@mantine/core";
import {
  mdiAccountMultipleCheckOutline,
  mdiAlertOutline,
  mdiDramaMasks,
  mdiPlayOutline,
  mdiSkipNextOutline,
  mdiStopCircleOutline,
} from "@mdi/js";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { useOperation } from "../../live/queries.ts";
import { BackLink } from "../../ui/BackLink.tsx";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { ROLLOUT_LOOKS } from "../../ui/looks.ts";
import { Notice } from "../../ui/Notice.tsx";
import { Page } from "../../ui/Page.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Skeletons } from "../../ui/Skeletons.tsx";
import { Mark } from "../../ui/Status.tsx";
import { words } from "../../words/en.ts";
import { useMay } from "../session.ts";
import { HomeLine } from "./HomeLine.tsx";
import { NextWave } from "./NextWave.tsx";
import { rehearsedHome } from "./rehearsed.ts";
import { StopRollout } from "./StopRollout.tsx";
import { Tally } from "./Tally.tsx";

const route = getRouteApi("/inside/rollouts/$rolloutId");
/** While a wave works, each run shows itself; this only moves the tally. */
const LOOKS_EVERY = 2000;

/** Where a rollout stands, home by home, and whether it goes on. */
export function RolloutPage() {
  const { rolloutId } = route.useParams();
  const rollout = useOperation("rollout.get", { rolloutId }, { refetchInterval: LOOKS_EVERY });
  const { data } = rollout;
  return (
    <Page
      title={data?.runbookTitle ?? words.rollouts.title}
      aside={data ? <Standing rollout={data} /> : undefined}
      actions={data ? <Actions rollout={data} /> : undefined}
      above={<BackLink to="/rollouts" word={words.rollouts.title} />}
    >
      <ErrorMessage error={rollout.error} onRetry={() => void rollout.refetch()} />
      {rollout.isPending ? <Skeletons rows={5} height={56} /> : null}
      {data ? <Details rollout={data} /> : null}
    </Page>
  );
}

/** Where it stands; what waits for somebody else does not wait for whoever looks. */
function Standing({ rollout }: { rollout: Rollout }) {
  const look = ROLLOUT_LOOKS[rollout.status];
  const waitsForSecond = rollout.status === "paused" && rollout.approvalId !== null;
  return (
    <>
      <Mark look={waitsForSecond ? { ...look, word: words.rollouts.waitsForSecond } : look} size="lg" />
      {rollout.isRehearsal ? (
        <>
          {" "}
          <span className="tag">{words.rollouts.rehearsal}</span>
        </>
      ) : null}
    </>
  );
}

function Actions({ rollout }: { rollout: Rollout }) {
  const mayStop = useMay("rollout.stop");
  const mayBegin = useMay("rollout.wave");
  const mayStart = useMay("rollout.start");
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
        // After it halted by itself, going on is not what a hand should find first.
        <Button
          variant={rollout.status === "halted" ? "default" : "filled"}
          leftSection={<Icon path={mdiSkipNextOutline} />}
          onClick={() => setAsked("next")}
        >
          {words.rollouts.next(next, size)}
        </Button>
      ) : null}
      {mayStart && rollout.isRehearsal && isOver ? (
        <Button
          leftSection={<Icon path={mdiPlayOutline} />}
          renderRoot={(props) => (
            <Link to="/rollouts/new" search={{ runbook: rollout.runbook, rehearsal: rollout.id }} {...props} />
          )}
        >
          {words.rollouts.beginForReal}
        </Button>
      ) : null}
      {asked === "next" ? <NextWave rollout={rollout} onClose={() => setAsked(null)} /> : null}
      {asked === "stop" ? <StopRollout rollout={rollout} onClose={() => setAsked(null)} /> : null}
    </>
  );
}

function Details({ rollout }: { rollout: Rollout }) {
  const { waves, wave, why, isRehearsal } = rollout;
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
      {isRehearsal ? (
        <Notice tone="busy" icon={mdiDramaMasks}>
          {rollout.finishedAt === null ? words.rollouts.rehearsalRuns : words.rollouts.rehearsalText}
        </Notice>
      ) : null}
      <Panel
        title={isRehearsal ? words.rollouts.wouldCome : words.rollouts.progress}
        text={`“${rollout.reason}”`}
        aside={isRehearsal ? undefined : words.rollouts.waveNow(wave, waves.length)}
      >
        <Tally rollout={rollout} />
        <p className="cell-second">
          {words.rollouts.number(rollout.number)} · <code>{rollout.runbook}</code> v{rollout.runbookVersion} ·{" "}
          {words.rollouts.of(rollout.startedBy)}
        </p>
      </Panel>
      <NotWell rollout={rollout} />
      {isRehearsal ? <Rehearsed rollout={rollout} /> : <Waves rollout={rollout} />}
    </div>
  );
}

/** The outcomes that count against a rollout, as the hub counts them. */
const NOT_WELL: ReadonlySet<string> = new Set(["not_fixed", "undone", "needs_visit", "unclear"]);

/** What failed comes before what went well, with why. */
function NotWell({ rollout }: { rollout: Rollout }) {
  if (rollout.counts.ill === 0 || rollout.isRehearsal) return null;
  const homes = rollout.homes.filter(
    ({ run }) => run !== null && (run.status === "cancelled" || NOT_WELL.has(run.outcome ?? "")),
  );
  return (
    <Panel title={words.rollouts.notWell} text={words.rollouts.notWellText} isFlush>
      <ul className="rollouts">
        {homes.map((home) => (
          <HomeLine key={home.siteId} home={home} rollout={rollout} />
        ))}
      </ul>
    </Panel>
  );
}

const REHEARSED_FIRST = ["not", "asked", "would", "open", "notDone", "well"] as const;

/** All homes at once: where it would not help first, where nothing is to do last. */
function Rehearsed({ rollout }: { rollout: Rollout }) {
  const rank = (home: Rollout["homes"][number]): number => REHEARSED_FIRST.indexOf(rehearsedHome(home));
  return (
    <Panel title={words.rollouts.inEachHome} isFlush>
      <ul className="rollouts">
        {[...rollout.homes]
          .sort((a, b) => rank(a) - rank(b))
          .map((home) => (
            <HomeLine key={home.siteId} home={home} rollout={rollout} />
          ))}
      </ul>
    </Panel>
  );
}

function Waves({ rollout }: { rollout: Rollout }) {
  return rollout.waves.map((_, index) => (
    <Panel
      // biome-ignore lint/suspicious/noArrayIndexKey: a wave is its number
      key={index}
      title={words.rollouts.wave(index + 1)}
      aside={words.rollouts.waveState[stateOf(rollout, index + 1)]}
      isFlush
    >
      <ul className="rollouts">
        {rollout.homes
          .filter((home) => home.wave === index + 1)
          .map((home) => (
            <HomeLine key={home.siteId} home={home} rollout={rollout} />
          ))}
      </ul>
    </Panel>
  ));
}

function stateOf({ wave, status }: Rollout, number: number): keyof typeof words.rollouts.waveState {
  if (number > wave) return status === "stopped" ? "never" : "later";
  return number === wave && status === "working" ? "now" : "done";
}
