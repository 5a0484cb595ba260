import { HOMES_AN_HOUR, type RolloutCandidate, type RunbookSummary, type SiteId, wavesOf } from "@caretaker/protocol";
import { Button, Checkbox, Group, NumberInput, Stack, Switch, Textarea, TextInput } from "@mantine/core";
import { mdiHomeAlertOutline } from "@mdi/js";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useAction } from "../../live/queries.ts";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { words } from "../../words/en.ts";

interface ChosenHomesProps {
  readonly runbook: RunbookSummary;
  readonly homes: readonly RolloutCandidate[];
}

/** Which of the homes that can, in which order, and why; and which cannot. */
export function ChosenHomes({ runbook, homes }: ChosenHomesProps) {
  const able = homes.filter(({ why }) => why === null);
  const unable = homes.filter(({ why }) => why !== null);
  const [left, setLeft] = useState<ReadonlySet<SiteId>>(new Set());
  const chosen = able.filter(({ siteId }) => !left.has(siteId));
  return (
    <>
      <Panel title={words.rollouts.homes} aside={words.rollouts.able(able.length)}>
        {able.length === 0 ? (
          <EmptyState icon={mdiHomeAlertOutline} title={words.rollouts.none} text={words.rollouts.looksText} />
        ) : (
          <HomePicker homes={able} left={left} onChange={setLeft} />
        )}
        {unable.length > 0 ? (
          <details className="rollout-left-out">
            <summary>{words.rollouts.unable(unable.length)}</summary>
            <ul>
              {unable.map(({ siteId, siteName, why }) => (
                <li key={siteId}>
                  {siteName}: {why}
                </li>
              ))}
            </ul>
          </details>
        ) : null}
      </Panel>
      {chosen.length > 0 ? <BeginForm runbook={runbook} homes={chosen} /> : null}
    </>
  );
}

interface HomePickerProps {
  readonly homes: readonly RolloutCandidate[];
  readonly left: ReadonlySet<SiteId>;
  readonly onChange: (left: ReadonlySet<SiteId>) => void;
}

function HomePicker({ homes, left, onChange }: HomePickerProps) {
  const [search, setSearch] = useState("");
  const shown = homes.filter(({ siteName }) => siteName.toLowerCase().includes(search.trim().toLowerCase()));
  const toggle = (siteId: SiteId, isIn: boolean): void => {
    const next = new Set(left);
    if (isIn) next.delete(siteId);
    else next.add(siteId);
    onChange(next);
  };
  return (
    <Stack gap="xs">
      {homes.length > 8 ? (
        <TextInput
          type="search"
          aria-label={words.rollouts.search}
          placeholder={words.rollouts.search}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      ) : null}
      <Checkbox
        label={words.rollouts.every}
        checked={left.size === 0}
        indeterminate={left.size > 0 && left.size < homes.length}
        onChange={(event) =>
          onChange(event.currentTarget.checked ? new Set() : new Set(homes.map((one) => one.siteId)))
        }
      />
      <ul className="rollout-homes">
        {shown.map(({ siteId, siteName }) => (
          <li key={siteId}>
            <Checkbox
              label={siteName}
              checked={!left.has(siteId)}
              onChange={(event) => toggle(siteId, event.currentTarget.checked)}
            />
          </li>
        ))}
      </ul>
    </Stack>
  );
}

function BeginForm({ runbook, homes }: ChosenHomesProps) {
  const navigate = useNavigate();
  const [reason, setReason] = useState("");
  const [haltAfter, setHaltAfter] = useState(2);
  const [goesOn, setGoesOn] = useState(false);
  const begin = useAction("rollout.start", {
    outdates: ["rollout.list"],
    onDone: ({ id }) => void navigate({ to: "/rollouts/$rolloutId", params: { rolloutId: id } }),
  });
  const waves = wavesOf(homes.length);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        begin.mutate({
          runbook: runbook.id,
          homes: homes.map(({ siteId, gatewayId, inputs }) => ({
            siteId,
            inputs,
            ...(gatewayId === null ? {} : { gatewayId }),
          })),
          reason,
          haltAfter,
          goesOn,
        });
      }}
    >
      <Panel title={words.rollouts.waves} text={words.rollouts.wavesText(waves)}>
        <Stack>
          {!runbook.readsOnly && homes.length > HOMES_AN_HOUR ? <p>{words.rollouts.second}</p> : null}
          {runbook.readsOnly ? null : <p className="dim">{words.rollouts.consent}</p>}
          <Textarea
            label={words.rollouts.reason}
            description={words.rollouts.reasonText}
            placeholder={words.rollouts.reasonExample}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            minLength={3}
            maxLength={300}
            autosize
            minRows={2}
            required
          />
          <NumberInput
            label={words.rollouts.haltAfter}
            value={haltAfter}
            onChange={(next) => setHaltAfter(Number(next))}
            min={1}
            max={100}
            allowDecimal={false}
          />
          <Switch
            label={words.rollouts.goesOn}
            description={words.rollouts.goesOnText}
            checked={goesOn}
            onChange={(event) => setGoesOn(event.currentTarget.checked)}
          />
          <ErrorMessage error={begin.error} />
          <Group justify="flex-end">
            <Button type="submit" size="md" loading={begin.isPending} disabled={reason.trim().length < 3}>
              {words.rollouts.start(homes.length)}
            </Button>
          </Group>
        </Stack>
      </Panel>
    </form>
  );
}
