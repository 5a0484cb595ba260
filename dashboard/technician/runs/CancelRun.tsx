import type { RunDetails } from "@caretaker/protocol";
import { TextInput } from "@mantine/core";
import { useState } from "react";
import { useAction } from "../../live/queries.ts";
import { Confirm } from "../../ui/Confirm.tsx";
import { words } from "../../words/en.ts";
import type { TimelineStep } from "./timeline.ts";

interface CancelRunProps {
  readonly run: RunDetails;
  readonly current: TimelineStep | null;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** Says what stopping does at this very point. */
export function CancelRun({ run, current, isOpen, onClose }: CancelRunProps) {
  const [reason, setReason] = useState("");
  const cancel = useAction("run.cancel", { outdates: ["run.get", "run.list"], onDone: onClose });
  const isFixing = current?.kind === "fix" && run.status === "running";
  return (
    <Confirm
      title={words.runs.cancelTitle}
      text={
        isFixing
          ? words.runs.cancelFixing
          : run.status === "waiting_for_consent"
            ? words.runs.cancelAsking
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
