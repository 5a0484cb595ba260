import "./runbooks.css";
import type { RunbookDetails, RunbookId, RunbookRecord, StepKind } from "@caretaker/protocol";
import { Button } from "@mantine/core";
import { mdiCancel, mdiContentCopy, mdiHomeGroupPlus, mdiPublish } from "@mdi/js";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { useOperation } from "../../live/queries.ts";
import { BackLink } from "../../ui/BackLink.tsx";
import { Copyable } from "../../ui/Copyable.tsx";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { Page } from "../../ui/Page.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Skeletons } from "../../ui/Skeletons.tsx";
import { words } from "../../words/en.ts";
import { OUTCOME_WORDS, SCOPE_WORDS } from "../../words/states.ts";
import { duration } from "../../words/time.ts";
import { RunRows } from "../runs/RunRows.tsx";
import { useMay } from "../session.ts";
import { CopyRunbook, PublishAgain } from "./drafts/Drafts.tsx";
import { Versions } from "./drafts/Versions.tsx";
import { RunbookTags } from "./RunbookTags.tsx";
import { RunsOn } from "./RunsOn.tsx";
import { Yaml } from "./Yaml.tsx";

const route = getRouteApi("/inside/runbooks/$connector/$name");

/** One runbook: what the homeowner is told, its steps, and every line of it. */
export function RunbookPage() {
  const { connector, name } = route.useParams();
  const runbook = useOperation("runbook.get", { connector, name });
  const mayCopy = useMay("runbook.copy");
  const mayRollOut = useMay("rollout.start");
  const [isCopying, setCopying] = useState(false);
  const [isAgain, setAgain] = useState(false);
  const notStartable = runbook.data?.notStartable ?? null;
  return (
    <Page
      title={runbook.data?.title ?? words.runbooks.title}
      aside={runbook.data ? <RunbookTags runbook={runbook.data} /> : undefined}
      actions={
        <>
          {mayCopy ? (
            <Button variant="default" leftSection={<Icon path={mdiContentCopy} />} onClick={() => setCopying(true)}>
              {words.drafts.copy}
            </Button>
          ) : null}
          {mayCopy && notStartable !== null ? (
            <Button leftSection={<Icon path={mdiPublish} />} onClick={() => setAgain(true)}>
              {words.runbooks.publishAgain}
            </Button>
          ) : null}
          {mayRollOut && runbook.data && notStartable === null ? <InSeveralHomes id={runbook.data.id} /> : null}
        </>
      }
      above={<BackLink to="/runbooks" word={words.runbooks.title} />}
    >
      <ErrorMessage error={runbook.error} onRetry={() => void runbook.refetch()} />
      {runbook.isPending ? <Skeletons rows={4} height={80} /> : null}
      <div className="stack">
        {notStartable === null ? null : (
          <Notice tone={notStartable.kind === "outdated" ? "warn" : "quiet"} icon={mdiCancel}>
            {notStartable.words}
          </Notice>
        )}
        {runbook.data ? <Details runbook={runbook.data} /> : null}
      </div>
      {isAgain ? <PublishAgain name={name} onClose={() => setAgain(false)} /> : null}
      {isCopying ? <CopyRunbook connector={connector} name={name} onClose={() => setCopying(false)} /> : null}
    </Page>
  );
}

function InSeveralHomes({ id }: { id: RunbookId }) {
  return (
    <Button
      leftSection={<Icon path={mdiHomeGroupPlus} />}
      renderRoot={(props) => <Link to="/rollouts/new" search={{ runbook: id }} {...props} />}
    >
      {words.rollouts.begin}
    </Button>
  );
}

function Details({ runbook }: { runbook: RunbookDetails }) {
  const steps = runbook.outline.filter((step) => step.kind !== "end");
  return (
    <div className="runbook-columns">
      <div className="stack">
        <Panel title={words.runbooks.told}>
          <blockquote className="tell">{runbook.tell}</blockquote>
        </Panel>
        <Panel title={words.runbooks.steps}>
          <ol className="outline">
            {steps.map((step) => (
              <li key={step.name}>
                <span className="outline-kind">{words.runbooks.kinds[step.kind satisfies StepKind]}</span>
                <span>
                  {step.title}
                  {step.scope === null ? null : <span className="tag">{SCOPE_WORDS[step.scope]}</span>}
                </span>
              </li>
            ))}
          </ol>
        </Panel>
        <RunsOf id={runbook.id} record={runbook.record} />
        {runbook.isStock ? null : <Versions name={runbook.id.slice("firm/".length)} />}
        <Panel title={words.runbooks.facts}>
          <dl className="facts">
            <dt>{words.runbooks.id}</dt>
            <dd>
              <code>{runbook.id}</code> v{runbook.version}
            </dd>
            <dt>{words.runbooks.limit}</dt>
            <dd>{words.runbooks.times(duration(runbook.limitSeconds), duration(runbook.worstCaseSeconds))}</dd>
            <dt>{words.drafts.makes}</dt>
            <dd>
              <RunsOn makes={runbook.makes} />
            </dd>
            <dt>{words.runbooks.inputs}</dt>
            <dd>{runbook.inputs.map((input) => input.title).join(", ") || words.common.none}</dd>
            <dt>{words.runbooks.digest}</dt>
            <dd>
              <Copyable
                text={runbook.digest}
                shown={`${runbook.digest.slice(0, 16)}…`}
                label={words.runbooks.copyDigest}
              />
            </dd>
          </dl>
        </Panel>
      </div>
      <Panel title={words.runbooks.source} text={words.runbooks.sourceText} isFlush>
        <Yaml source={runbook.source} />
      </Panel>
    </div>
  );
}

const SHOWN_RUNS = 6;

/** The runs of any of its versions, newest first. */
function RunsOf({ id, record }: { id: RunbookId; record: RunbookRecord }) {
  const runs = useOperation("run.list", { runbook: id, limit: SHOWN_RUNS });
  return (
    <Panel title={words.runbooks.runs} {...(recordWords(record) === "" ? {} : { text: recordWords(record) })} isFlush>
      <ErrorMessage error={runs.error} onRetry={() => void runs.refetch()} />
      {runs.data?.items.length === 0 ? <p className="panel-empty">{words.runbooks.noRuns}</p> : null}
      {runs.data && runs.data.items.length > 0 ? <RunRows runs={runs.data.items} /> : null}
    </Panel>
  );
}

function recordWords({ outcomes, medianSeconds, rehearsals }: RunbookRecord): string {
  const ends = outcomes.map(({ outcome, count }) => {
    const word = outcome === null ? words.runbooks.cancelled : OUTCOME_WORDS[outcome].toLowerCase();
    return `${count} ${word}`;
  });
  return words.runbooks.record(ends.join(", "), medianSeconds === null ? null : duration(medianSeconds), rehearsals);
}
