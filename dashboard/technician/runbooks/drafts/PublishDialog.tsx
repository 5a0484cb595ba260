import type { DraftDetails } from "@caretaker/protocol";
import { TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useAction } from "../../../live/queries.ts";
import { Confirm } from "../../../ui/Confirm.tsx";
import { words } from "../../../words/en.ts";

/** Says what publishing means, and whether a second person is needed, before the button is pressed. */
export function PublishDialog(props: { name: string; draft: DraftDetails; onClose: () => void }) {
  const { name, draft, onClose } = props;
  const navigate = useNavigate();
  const [reason, setReason] = useState("");
  const publish = useAction("runbook.publish", {
    outdates: [
      "runbook.list",
      "runbook.draft.list",
      "runbook.draft.get",
      "runbook.version.list",
      "runbook.get",
      "approval.list",
      "ledger.list",
    ],
    onDone: ({ published }) => {
      if (published === null) void navigate({ to: "/second-person" });
      else void navigate({ to: "/runbooks/$connector/$name", params: { connector: "firm", name } });
    },
  });
  const needs = draft.needsSecondPerson;
  return (
    <Confirm
      title={words.drafts.publishTitle(draft.id, draft.nextVersion)}
      text={needs === null ? words.drafts.publishText : `${needs} ${words.drafts.publishSecond}`}
      action={needs === null ? words.drafts.publish(draft.nextVersion) : words.drafts.askSecond}
      isOpen
      isBusy={publish.isPending}
      canConfirm={reason.trim().length >= 3}
      error={publish.error}
      onConfirm={() => publish.mutate({ name, rowVersion: draft.rowVersion, reason })}
      onClose={onClose}
    >
      <TextInput
        label={words.drafts.reason}
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
