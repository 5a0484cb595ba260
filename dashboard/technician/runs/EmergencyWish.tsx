import type { ConsentRequestId, RunId } from "@caretaker/protocol";
import { TextInput } from "@mantine/core";
import { useState } from "react";
import { useAction } from "../../live/queries.ts";
import { Confirm } from "../../ui/Confirm.tsx";
import { words } from "../../words/en.ts";

interface EmergencyWishProps {
  readonly runId: RunId;
  readonly requestId: ConsentRequestId;
  readonly onAsked: () => void;
  readonly onClose: () => void;
}

/** Asks a second person to allow what nobody of the home has answered, where the household agreed to that. */
export function EmergencyWish({ runId, requestId, onAsked, onClose }: EmergencyWishProps) {
  const [reason, setReason] = useState("");
  const wish = useAction("consent.emergency", { outdates: ["approval.list", "run.get"], onDone: onAsked });
  return (
    <Confirm
      title={words.emergency.useTitle}
      text={words.emergency.useText}
      action={words.emergency.use}
      isOpen
      isBusy={wish.isPending}
      canConfirm={reason.trim().length >= 10}
      error={wish.error}
      onConfirm={() => wish.mutate({ runId, requestId, reason })}
      onClose={onClose}
    >
      <TextInput
        label={words.emergency.useReason}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        minLength={10}
        maxLength={300}
        required
        data-autofocus
      />
    </Confirm>
  );
}
