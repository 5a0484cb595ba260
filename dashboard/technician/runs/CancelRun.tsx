import type { RunDetails } from "@caretaker/protocol";
import { TextInput } from "@mantine/core";
import { useState } from "react";
import { useAction } from "../../live/queries.ts";
import { Confirm } from "../../ui/Confirm.tsx";
import { words } from "../../words/en.ts";
import { leftByStop } from "./stopping.ts";
import type { TimelineStep } from "./timeline.ts";

interface CancelRunProps {
  readonly run: RunDetails;
  readonly steps: readonly TimelineStep[];
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** Says what stopping does at this very point. */
export function CancelRun({ run, steps, isOpen, onClose }: CancelRunProps) {
  const [reason, setReason] = useState("");
  const cancel = useAction("run.cancel", { outdates: ["run.get", "run.list"], onDone: onClose });
  const { putBack, finished, stays } = leftByStop(steps, run.outline);
  const lines = [
    [words.runs.stopPutsBack, putBack],
    [words.runs.stopFinishes, finished],
    [words.runs.stopLeaves, stays],
  ] as const;
  const isFixing = putBack.length + finished.length > 0;
  return (
    <Confirm
      title={words.runs.cancelTitle}
      text={
        isFixing
          ? words.runs.cancelFixing
          : run.status === "waiting_for_consent"
            ? words.runs.cancelAsking
            : stays.length === 0
              ? `${words.runs.cancelText} ${words.runs.cancelNothingDone}`
              : words.runs.cancelText
      }
      action={words.runs.cancel}
      isOpen={isOpen}
      isDangerous
      isBusy={cancel.isPending}
      canConfirm={reason.trim().length >= 3}
      error={cancel.error}
      onConfirm={() => cancel.mutate({ runId: run.id, reason })}
      onClose={onClose}
    >
      <dl className="stop-leaves">
        {lines
          .filter(([, things]) => things.length > 0)
          .map(([title, things]) => (
            <div key={title}>
              <dt>{title}</dt>
              {things.map((thing) => (
                <dd key={thing}>{thing}</dd>
              ))}
            </div>
          ))}
      </dl>
      <TextInput
        label={words.runs.cancelReason}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        minLength={3}
        maxLength={300}
        required
        data-autofocus
      />
    </Confirm>
  );
}
