import "./drafts.css";
import { Button, FileButton, TextInput } from "@mantine/core";
import { mdiFileUploadOutline, mdiPencilOutline } from "@mdi/js";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useAction, useOperation } from "../../../live/queries.ts";
import { Confirm } from "../../../ui/Confirm.tsx";
import { ErrorMessage } from "../../../ui/ErrorMessage.tsx";
import { Icon } from "../../../ui/Icon.tsx";
import { Panel } from "../../../ui/Panel.tsx";
import { Since } from "../../../ui/Since.tsx";
import { words } from "../../../words/en.ts";
import { useMay } from "../../session.ts";

const NAME = /^[a-z][a-z0-9-]*$/;

/** What the firm is writing, and how files come in. */
export function Drafts() {
  const drafts = useOperation("runbook.draft.list", {});
  const mayWrite = useMay("runbook.draft.save");
  const [files, setFiles] = useState<File[]>([]);
  const take = useAction("runbook.import", { outdates: ["runbook.draft.list"], onDone: () => setFiles([]) });
  const items = drafts.data?.items ?? [];
  if (!mayWrite && items.length === 0) return null;
  const takeFiles = async (chosen: File[]): Promise<void> => {
    setFiles(chosen);
    const read = await Promise.all(chosen.map(async (file) => ({ file: file.name, text: await file.text() })));
    take.mutate({ files: read });
  };
  return (
    <Panel
      title={words.drafts.title}
      text={words.drafts.titleText}
      aside={
        mayWrite ? (
          <FileButton multiple accept=".yaml,.yml" onChange={(chosen) => void takeFiles(chosen)}>
            {(props) => (
              <Button
                {...props}
                size="xs"
                variant="default"
                loading={take.isPending && files.length > 0}
                leftSection={<Icon path={mdiFileUploadOutline} size={16} />}
              >
                {words.drafts.import}
              </Button>
            )}
          </FileButton>
        ) : undefined
      }
    >
      <ErrorMessage error={drafts.error ?? take.error} />
      <ul className="drafts">
        {items.map((draft) => (
          <li key={draft.id}>
            <Icon path={mdiPencilOutline} size={18} />
            <Link to="/runbooks/drafts/$name" params={{ name: draft.id.slice("firm/".length) }} className="row-link">
              {draft.id}
            </Link>
            <span className="cell-second">
              {draft.changedBy} · <Since moment={draft.changedAt} isAgo />
            </span>
          </li>
        ))}
      </ul>
      {take.data?.items.some(({ refused, verdict }) => refused !== null || !verdict.ok) ? (
        <ul className="drafts" role="status">
          {take.data.items.map(({ file, refused, verdict }) => (
            <li key={file}>
              <b>{file}</b> {refused ?? words.drafts.imported(verdict.mistakes.length)}
            </li>
          ))}
        </ul>
      ) : null}
    </Panel>
  );
}

/** Begins a draft of the firm's own from a runbook that is there. */
export function CopyRunbook({ connector, name, onClose }: { connector: string; name: string; onClose: () => void }) {
  const navigate = useNavigate();
  const [to, setTo] = useState(name);
  const copy = useAction("runbook.copy", {
    outdates: ["runbook.draft.list"],
    onDone: () => void navigate({ to: "/runbooks/drafts/$name", params: { name: to } }),
  });
  return (
    <Confirm
      title={words.drafts.copyTitle(`${connector}/${name}`)}
      text={words.drafts.copyText}
      action={words.drafts.copy}
      isOpen
      isBusy={copy.isPending}
      canConfirm={NAME.test(to)}
      error={copy.error}
      onConfirm={() => copy.mutate({ connector, name, to })}
      onClose={onClose}
    >
      <TextInput
        label={words.drafts.name}
        description={words.drafts.nameText}
        value={to}
        onChange={(event) => setTo(event.currentTarget.value)}
        leftSection={<span className="dim">firm/</span>}
        leftSectionWidth={48}
        maxLength={60}
        required
        data-autofocus
      />
    </Confirm>
  );
}

/** Begins the next version of one that was retired, or whose used runbooks changed. */
export function PublishAgain({ name, onClose }: { name: string; onClose: () => void }) {
  const navigate = useNavigate();
  const copy = useAction("runbook.copy", {
    outdates: ["runbook.draft.list"],
    onDone: () => void navigate({ to: "/runbooks/drafts/$name", params: { name } }),
  });
  return (
    <Confirm
      title={words.runbooks.publishAgainTitle(`firm/${name}`)}
      text={words.runbooks.publishAgainText}
      action={words.runbooks.publishAgain}
      isOpen
      isBusy={copy.isPending}
      error={copy.error}
      onConfirm={() => copy.mutate({ connector: "firm", name, to: name })}
      onClose={onClose}
    />
  );
}
