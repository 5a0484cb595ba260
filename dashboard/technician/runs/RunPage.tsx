import "../site/site.css";
import "./runs.css";
import { isCaretakerError, type RunDetails } from "@caretaker/protocol";
import { Button } from "@mantine/core";
import { mdiArrowDownCircleOutline, mdiReplay, mdiStopCircleOutline } from "@mdi/js";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";
import { useRun } from "../../live/hooks.tsx";
import { useOperation } from "../../live/queries.ts";
import { BackLink } from "../../ui/BackLink.tsx";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { runLook } from "../../ui/looks.ts";
import { Page } from "../../ui/Page.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { RoomNotice } from "../../ui/RoomNotice.tsx";
import { Since } from "../../ui/Since.tsx";
import { Skeletons } from "../../ui/Skeletons.tsx";
import { Mark } from "../../ui/Status.tsx";
import { actorName } from "../../words/actors.ts";
import { words } from "../../words/en.ts";
import { RunFreezes } from "../freezes/FreezeBanner.tsx";
import { useMay } from "../session.ts";
import { Announcer } from "./Announcer.tsx";
import { CancelRun } from "./CancelRun.tsx";
import { CheckLines } from "./CheckLines.tsx";
import { ConsentRows } from "./ConsentRows.tsx";
import { NextToTry } from "./NextToTry.tsx";
import { OpenQuestion } from "./OpenQuestion.tsx";
import { OutcomeBanner } from "./OutcomeBanner.tsx";
import { openQuestion } from "./question.ts";
import { StepEvidence } from "./StepEvidence.tsx";
import { TakeEvidence } from "./TakeEvidence.tsx";
import { Timeline } from "./Timeline.tsx";
import { currentStep, lastReads, tellingStep, timelineOf } from "./timeline.ts";
import { UncertainSteps } from "./UncertainSteps.tsx";
import { useFollow } from "./use-follow.ts";
import { WaitingLine } from "./WaitingLine.tsx";

const route = getRouteApi("/inside/runs/$runId");

/** What is it doing, what did it see, and what does it wait for? */
export function RunPage() {
  const { runId } = route.useParams();
  const { run: live, events, state } = useRun(runId);
  const read = useOperation(
    "run.get",
    { runId },
    { refetchInterval: live?.status === "waiting_for_consent" ? 4000 : false },
  );
  const consentEvents = events.filter((event) => event.data.kind.startsWith("consent.")).length;
  const { refetch } = read;
  const hasEnded = live !== null && live.finishedAt !== null;
  // What became of a request (sent, seen, answered), and the note of its end, stand in the run itself, not in its log.
  useEffect(() => {
    if (consentEvents > 0 || hasEnded) void refetch();
  }, [consentEvents, hasEnded, refetch]);
  const run = live ?? read.data ?? null;
  if (run === null) {
    const error = state.is === "closed" && state.error ? state.error : read.error;
    return (
      <Page
        title={isCaretakerError(error, "not_found") ? words.runs.notHere : words.common.loading}
        above={<BackLink to="/runs" word={words.runs.title} />}
      >
        {error ? (
          <ErrorMessage error={error} onRetry={() => void read.refetch()} />
        ) : (
          <Skeletons rows={5} height={56} />
        )}
      </Page>
    );
  }
  return (
    <RunView
      run={{ ...run, consents: read.data?.consents ?? run.consents, note: read.data?.note ?? run.note }}
      events={events}
      notice={<RoomNotice state={state} />}
    />
  );
}

interface RunViewProps {
  readonly run: RunDetails;
  readonly events: ReturnType<typeof useRun>["events"];
  readonly notice: React.ReactNode;
}

function RunView({ run, events, notice }: RunViewProps) {
  const [isCancelling, setCancelling] = useState(false);
  const { step: chosen } = route.useSearch();
  const navigate = route.useNavigate();
  const mayCancel = useMay("run.cancel");
  const steps = useMemo(() => timelineOf(run.outline, events), [run.outline, events]);
  const current = currentStep(steps);
  const isOver = run.finishedAt !== null;
  const isFollowing = chosen === undefined;
  const standing = isOver ? tellingStep(steps) : (current ?? steps[0] ?? null);
  const shown = steps.find((step) => step.name === chosen) ?? standing;
  const choose = (name: string | undefined): void =>
    void navigate({ search: name === undefined ? {} : { step: name }, replace: true, resetScroll: false });
  const { isHeld, release } = useFollow(isFollowing, isOver, events.length, run.consents.length);
  return (
    <Page
      title={run.runbookTitle}
      above={<BackLink to="/sites/$siteId" params={{ siteId: run.siteId }} word={run.siteName} />}
      aside={
        <>
          <span className="num">{words.runs.number(run.number)}</span> · {actorName(run.startedBy)} ·{" "}
          <Since moment={run.createdAt} isAgo />
        </>
      }
      actions={
        isOver ? (
          <>
            <TakeEvidence run={run} />
            <RunAgain run={run} />
          </>
        ) : mayCancel ? (
          <Button
            variant="default"
            leftSection={<Icon path={mdiStopCircleOutline} />}
            onClick={() => setCancelling(true)}
          >
            {words.runs.cancel}
          </Button>
        ) : undefined
      }
    >
      {notice}
      <RunFreezes run={run} />
      <div className="run-head">
        {isOver ? null : <Mark look={runLook(run)} size="lg" />}
        <p className="run-reason">
          “{run.reason}”{run.homeownerAsked ? <span className="tag">{words.runs.homeownerAsked}</span> : null}
          {run.isRehearsal ? <span className="tag">{words.rehearsal.tag}</span> : null}
        </p>
      </div>
      <RunInputs run={run} />
      {isOver ? (
        <OutcomeBanner run={run} steps={steps} events={events} />
      ) : openQuestion(run, events) === null ? (
        <WaitingLine run={run} />
      ) : (
        <OpenQuestion run={run} events={events} />
      )}
      <UncertainSteps run={run} steps={steps} events={events} />
      {isOver ? <NextToTry run={run} /> : null}
      <ConsentRows run={run} />
      <div className="run-columns">
        <Timeline steps={steps} shown={shown?.name ?? null} run={run} onChoose={choose} />
        {shown !== null ? (
          <StepEvidence key={shown.name} step={shown} events={events} />
        ) : isOver ? (
          <Panel title={words.runs.report} text={words.runs.reportText} isFlush>
            <CheckLines reads={lastReads(events)} />
          </Panel>
        ) : null}
      </div>
      {!isOver && (!isFollowing || isHeld) ? (
        <button
          type="button"
          className="jump-live"
          onClick={() => {
            choose(undefined);
            release();
          }}
        >
          <Icon path={mdiArrowDownCircleOutline} size={18} />
          {words.runs.jump}
        </button>
      ) : null}
      <Announcer run={run} current={current} />
      <CancelRun run={run} steps={steps} isOpen={isCancelling} onClose={() => setCancelling(false)} />
    </Page>
  );
}

function RunInputs({ run }: { run: RunDetails }) {
  const inputs = Object.entries(run.inputs);
  if (inputs.length === 0) return null;
  return (
    <dl className="run-inputs">
      {inputs.map(([name, input]) => (
        <div key={name}>
          <dt>{input.title}</dt>
          <dd>{input.shown}</dd>
        </div>
      ))}
    </dl>
  );
}

function RunAgain({ run }: { run: RunDetails }) {
  if (!useMay("run.start")) return null;
  const inputs = Object.fromEntries(Object.entries(run.inputs).map(([name, input]) => [name, String(input.value)]));
  return (
    <Button
      variant="default"
      leftSection={<Icon path={mdiReplay} />}
      renderRoot={(props) => (
        <Link
          to="/sites/$siteId/start"
          params={{ siteId: run.siteId }}
          search={{ runbook: run.runbook, inputs }}
          {...props}
        />
      )}
    >
      {words.runs.again}
    </Button>
  );
}
