import type { Approval } from "@caretaker/protocol";
import { TextInput } from "@mantine/core";
import { useState } from "react";
import { useAction } from "../../live/queries.ts";
import { Confirm } from "../../ui/Confirm.tsx";
import { words } from "../../words/en.ts";

interface AnswerDialogProps {
  readonly approval: Approval;
  readonly answer: "give" | "refuse";
  readonly isOwn: boolean;
  readonly onClose: () => void;
}

/** A yes is done at once, and carries the digest of what stands here: not of what it may have become since. */
export function AnswerDialog({ approval, answer, isOwn, onClose }: AnswerDialogProps) {
  const [reason, setReason] = useState("");
  const after = { outdates: ["approval.list", "freeze.list"] as const, onDone: onClose };
  const give = useAction("approval.give", after);
  const refuse = useAction("approval.refuse", after);
  if (answer === "give") {
    return (
      <Confirm
        title={words.approvals.giveTitle}
        text={`${approval.title}. ${words.approvals.giveText}`}
        action={isOwn ? words.approvals.confirm : words.approvals.give}
        isOpen
        isBusy={give.isPending}
        error={give.error}
        onConfirm={() => give.mutate({ approvalId: approval.id, digest: approval.digest })}
        onClose={onClose}
      />
    );
  }
  return (
    <Confirm
      title={isOwn ? words.approvals.takeBackTitle : words.approvals.refuseTitle}
      text={`${approval.title}. ${words.approvals.refuseText}`}
      action={isOwn ? words.approvals.takeBack : words.approvals.refuse}
      isOpen
      isBusy={refuse.isPending}
      canConfirm={reason.trim().length >= 3}
      error={refuse.error}
      onConfirm={() => refuse.mutate({ approvalId: approval.id, reason })}
      onClose={onClose}
    >
      <TextInput
        label={words.approvals.reason}
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
