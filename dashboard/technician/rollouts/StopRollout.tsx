import type { Rollout } from "@caretaker/protocol";
import { Switch, Textarea } from "@mantine/core";
import { useState } from "react";
import { useAction } from "../../live/queries.ts";
import { Confirm } from "../../ui/Confirm.tsx";
import { words } from "../../words/en.ts";

/** A brake: no further home, and if wanted no further step in those that go on. */
export function StopRollout({ rollout, onClose }: { rollout: Rollout; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const [alsoRuns, setAlsoRuns] = useState(false);
  const stop = useAction("rollout.stop", { outdates: ["rollout.get", "run.list"], onDone: onClose });
  return (
    <Confirm
      title={words.rollouts.stopTitle}
      text={words.rollouts.stopText}
      action={words.rollouts.stopAct}
      isOpen
      isDangerous
      isBusy={stop.isPending}
      canConfirm={reason.trim().length >= 3}
      error={stop.error}
      onConfirm={() => stop.mutate({ rolloutId: rollout.id, alsoRuns, reason })}
      onClose={onClose}
    >
      <Textarea
        label={words.rollouts.stopWhy}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        minLength={3}
        maxLength={300}
        autosize
        required
        data-autofocus
      />
      <Switch
        label={words.rollouts.stopRuns}
        checked={alsoRuns}
        onChange={(event) => setAlsoRuns(event.currentTarget.checked)}
      />
    </Confirm>
  );
}
