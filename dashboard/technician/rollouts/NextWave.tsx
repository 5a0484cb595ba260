import type { Rollout } from "@caretaker/protocol";
import { Textarea } from "@mantine/core";
import { useState } from "react";
import { useAction } from "../../live/queries.ts";
import { Confirm } from "../../ui/Confirm.tsx";
import { words } from "../../words/en.ts";

/** Says how many homes come next, and that a second person is asked where they are many. */
export function NextWave({ rollout, onClose }: { rollout: Rollout; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const begin = useAction("rollout.wave", { outdates: ["rollout.get", "approval.list"], onDone: onClose });
  const next = rollout.wave + 1;
  const needsSecond = rollout.nextNeedsSecondPerson;
  return (
    <Confirm
      title={words.rollouts.nextTitle(next)}
      text={words.rollouts.nextText(rollout.waves[rollout.wave] ?? 0)}
      action={needsSecond ? words.rollouts.nextAsk : words.rollouts.nextBegin}
      isOpen
      isBusy={begin.isPending}
      canConfirm={reason.trim().length >= 3}
      error={begin.error}
      onConfirm={() => begin.mutate({ rolloutId: rollout.id, wave: next, reason })}
      onClose={onClose}
    >
      {needsSecond ? <p>{words.rollouts.nextSecond}</p> : null}
      <Textarea
        label={words.rollouts.nextWhy}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        minLength={3}
        maxLength={300}
        autosize
        required
        data-autofocus
      />
    </Confirm>
  );
}
