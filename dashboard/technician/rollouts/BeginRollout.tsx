import { HOMES_AN_HOUR, type RolloutCandidate, type RunbookSummary, wavesOf } from "@caretaker/protocol";
import { Button, Group, NumberInput, Stack, Switch, Textarea } from "@mantine/core";
import { mdiDramaMasks } from "@mdi/js";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useAction } from "../../live/queries.ts";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { words } from "../../words/en.ts";

interface BeginRolloutProps {
  readonly runbook: RunbookSummary;
  readonly homes: readonly RolloutCandidate[];
  /** What was said why before, by whoever rehearsed it. */
  readonly why: string;
  readonly isRehearsed: boolean;
}

/** In which order, and why: then it is rehearsed in all of them, or begins in the first. */
export function BeginRollout({ runbook, homes, why, isRehearsed }: BeginRolloutProps) {
  const navigate = useNavigate();
  const [reason, setReason] = useState(why);
  const [haltAfter, setHaltAfter] = useState(2);
  const [goesOn, setGoesOn] = useState(false);
  const begin = useAction("rollout.start", {
    outdates: ["rollout.list"],
    onDone: ({ id }) => void navigate({ to: "/rollouts/$rolloutId", params: { rolloutId: id } }),
  });
  const start = (rehearse: boolean): void =>
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
      rehearse,
    });
  const isLong = reason.trim().length >= 3;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        start(false);
      }}
    >
      <Panel title={words.rollouts.waves} text={words.rollouts.wavesText(wavesOf(homes.length))}>
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
          {runbook.readsOnly || isRehearsed ? null : <p className="dim">{words.rollouts.rehearseText}</p>}
          <Group justify="flex-end">
            {runbook.readsOnly ? null : (
              <Button
                variant="default"
                size="md"
                leftSection={<Icon path={mdiDramaMasks} />}
                loading={begin.isPending}
                disabled={!isLong}
                onClick={() => start(true)}
              >
                {words.rollouts.rehearse(homes.length)}
              </Button>
            )}
            <Button type="submit" size="md" loading={begin.isPending} disabled={!isLong}>
              {words.rollouts.start(homes.length)}
            </Button>
          </Group>
        </Stack>
      </Panel>
    </form>
  );
}
