import "./rollouts.css";
import type { RolloutId, RunbookId, RunbookSummary, ThingLike } from "@caretaker/protocol";
import { Select, Stack } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useOperation } from "../../live/queries.ts";
import { BackLink } from "../../ui/BackLink.tsx";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Page } from "../../ui/Page.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Skeletons } from "../../ui/Skeletons.tsx";
import { words } from "../../words/en.ts";
import { ChosenHomes } from "./ChosenHomes.tsx";
import { saidOf } from "./rehearsed.ts";

const route = getRouteApi("/inside/rollouts/new");

/** What, on what, where and why: then it begins with one home. */
export function RolloutNewPage() {
  const { runbook: chosen, rehearsal } = route.useSearch();
  const navigate = route.useNavigate();
  const runbooks = useOperation("runbook.list", {});
  const runbook = runbooks.data?.items.find(({ id }) => id === chosen);
  return (
    <Page
      title={words.rollouts.newTitle}
      width="narrow"
      above={<BackLink to="/rollouts" word={words.rollouts.title} />}
    >
      <ErrorMessage error={runbooks.error} onRetry={() => void runbooks.refetch()} />
      {runbooks.isPending ? <Skeletons rows={2} height={60} /> : null}
      {runbooks.data ? (
        <Stack>
          <Panel title={words.rollouts.runbook}>
            <Select
              aria-label={words.rollouts.runbook}
              data={runbooks.data.items.map(({ id, title }) => ({ value: id, label: `${title} (${id})` }))}
              value={runbook?.id ?? null}
              onChange={(id) =>
                void navigate({ search: id === null ? {} : { runbook: id as RunbookId }, replace: true })
              }
              allowDeselect={false}
              searchable
            />
            {runbook ? <blockquote className="tell">{runbook.tell}</blockquote> : null}
          </Panel>
          {runbook === undefined ? null : rehearsal === undefined ? (
            <Concerns key={runbook.id} runbook={runbook} />
          ) : (
            <AsRehearsed key={rehearsal} runbook={runbook} rolloutId={rehearsal} />
          )}
        </Stack>
      ) : null}
    </Page>
  );
}

/** What the inputs are like in every home; then the homes that have exactly one such. */
function Concerns({ runbook }: { runbook: RunbookSummary }) {
  const [things, setThings] = useState<Readonly<Record<string, ThingLike>>>({});
  const preview = useOperation("rollout.preview", { runbook: runbook.id, things }, { keep: true });
  const { choices = {}, homes } = preview.data ?? {};
  const asked = runbook.inputs.filter(({ name }) => Object.hasOwn(choices, name));
  const isComplete = asked.every(({ name, optional }) => optional || Object.hasOwn(things, name));
  const choose = (input: string, label: string | null): void => {
    const like = choices[input]?.find((choice) => choice.label === label)?.like;
    const { [input]: _before, ...others } = things;
    setThings(like === undefined ? others : { ...others, [input]: like });
  };
  return (
    <Stack>
      <ErrorMessage error={preview.error} onRetry={() => void preview.refetch()} />
      {preview.isPending ? <p className="dim">{words.rollouts.searching}</p> : null}
      {asked.length > 0 ? (
        <Panel title={words.rollouts.looks} text={words.rollouts.looksText}>
          <Stack gap="sm">
            {asked.map(({ name, title, optional }) => (
              <Select
                key={name}
                label={title}
                required={!optional}
                data={(choices[name] ?? []).map((choice) => ({
                  value: choice.label,
                  label: words.rollouts.choice(choice.label, choice.homes),
                }))}
                onChange={(label) => choose(name, label)}
                nothingFoundMessage={words.runNew.nothingFound}
                searchable
                clearable={optional}
              />
            ))}
          </Stack>
        </Panel>
      ) : null}
      {homes && isComplete ? <ChosenHomes key={JSON.stringify(things)} runbook={runbook} homes={homes} /> : null}
    </Stack>
  );
}

/** The homes of a rehearsal, each with what it said. */
function AsRehearsed({ runbook, rolloutId }: { runbook: RunbookSummary; rolloutId: RolloutId }) {
  const rehearsal = useOperation("rollout.get", { rolloutId });
  const { data } = rehearsal;
  return (
    <Stack>
      <ErrorMessage error={rehearsal.error} onRetry={() => void rehearsal.refetch()} />
      {rehearsal.isPending ? <Skeletons rows={3} height={60} /> : null}
      {data ? <p className="dim">{words.rollouts.rehearsedIn(data.number)}</p> : null}
      {data ? (
        <ChosenHomes
          runbook={runbook}
          homes={data.homes}
          rehearsed={{ said: saidOf(data.homes), reason: data.reason }}
        />
      ) : null}
    </Stack>
  );
}
