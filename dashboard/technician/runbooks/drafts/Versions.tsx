import "./drafts.css";
import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import { useAction, useOperation } from "../../../live/queries.ts";
import { Confirm } from "../../../ui/Confirm.tsx";
import { Copyable } from "../../../ui/Copyable.tsx";
import { ErrorMessage } from "../../../ui/ErrorMessage.tsx";
import { Panel } from "../../../ui/Panel.tsx";
import { words } from "../../../words/en.ts";
import { dayAndTime } from "../../../words/time.ts";
import { useMay } from "../../session.ts";
import { Diff } from "./Diff.tsx";

/** Every version that was published: who, when, why, with whom; and what changed from one to the next. */
export function Versions({ name }: { name: string }) {
  const versions = useOperation("runbook.version.list", { name });
  const [compared, setCompared] = useState<number | null>(null);
  const [isRetiring, setRetiring] = useState(false);
  const mayRetire = useMay("runbook.retire");
  const { items = [], retired = null } = versions.data ?? {};
  return (
    <>
      <Panel
        title={words.drafts.versions}
        text={
          retired === null
            ? words.drafts.versionsText
            : words.drafts.retired(retired.by, dayAndTime(retired.at), retired.reason)
        }
        aside={
          mayRetire && retired === null ? (
            <Button size="xs" variant="subtle" color="red" onClick={() => setRetiring(true)}>
              {words.drafts.retire}
            </Button>
          ) : undefined
        }
      >
        <ErrorMessage error={versions.error} onRetry={() => void versions.refetch()} />
        <ul className="versions">
          {items.map(({ version, digest, publishedAt, publishedBy, approvedBy, reason, copiedFrom, isAlone }) => (
            <li key={version}>
              <p>
                <b>v{version}</b> · {dayAndTime(publishedAt)} ·{" "}
                {approvedBy === null || isAlone ? publishedBy : words.drafts.byTwo(publishedBy, approvedBy)}
                {isAlone ? ` · ${words.drafts.alone}` : null}
              </p>
              <p className="cell-second">“{reason}”</p>
              {copiedFrom === null ? null : (
                <p className="cell-second version-origin">{words.drafts.copiedFrom(copiedFrom)}</p>
              )}
              <p className="cell-second">
                <Copyable text={digest} shown={`${digest.slice(0, 16)}…`} label={words.runbooks.copyDigest} />
                {version > 1 ? (
                  <Button
                    size="compact-xs"
                    variant="subtle"
                    aria-expanded={compared === version}
                    onClick={() => setCompared(compared === version ? null : version)}
                  >
                    {words.drafts.whatChanged}
                  </Button>
                ) : null}
              </p>
            </li>
          ))}
        </ul>
      </Panel>
      {compared === null ? null : <Diff name={name} from={compared - 1} to={compared} />}
      {isRetiring ? <Retire name={name} onClose={() => setRetiring(false)} /> : null}
    </>
  );
}

function Retire({ name, onClose }: { name: string; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const retire = useAction("runbook.retire", {
    outdates: ["runbook.version.list", "runbook.list", "runbook.get", "ledger.list"],
    onDone: onClose,
  });
  return (
    <Confirm
      title={words.drafts.retireTitle(`firm/${name}`)}
      text={words.drafts.retireText}
      action={words.drafts.retire}
      isOpen
      isDangerous
      isBusy={retire.isPending}
      canConfirm={reason.trim().length >= 3}
      error={retire.error}
      onConfirm={() => retire.mutate({ name, reason })}
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
