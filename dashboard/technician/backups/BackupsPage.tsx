import "./backups.css";
import type { Backup } from "@caretaker/protocol";
import { Button } from "@mantine/core";
import { mdiAlertOctagonOutline, mdiArchiveArrowDownOutline, mdiArchiveOutline, mdiArchivePlusOutline } from "@mdi/js";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { withFreshFactor } from "../../live/fresh-factor.ts";
import { useAction, useOperation } from "../../live/queries.ts";
import { saveStream } from "../../live/save-stream.ts";
import { Confirm } from "../../ui/Confirm.tsx";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { Page } from "../../ui/Page.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Since } from "../../ui/Since.tsx";
import { Skeletons } from "../../ui/Skeletons.tsx";
import { words } from "../../words/en.ts";
import { fileSize } from "../../words/entities.ts";
import { dayAndTime } from "../../words/time.ts";

/** Is everything safe, since when, and how do I get it back? */
export function BackupsPage() {
  const backups = useOperation("backup.list", {}, { refetchInterval: 60_000 });
  const make = useAction("backup.make", { outdates: ["backup.list"] });
  const [isTaking, setTaking] = useState(false);
  const { items = [], folder, nextAt, trouble } = backups.data ?? {};
  return (
    <Page
      title={words.backups.title}
      actions={
        <>
          <Button
            variant="default"
            leftSection={<Icon path={mdiArchiveArrowDownOutline} />}
            onClick={() => setTaking(true)}
          >
            {words.backups.take}
          </Button>
          <Button
            leftSection={<Icon path={mdiArchivePlusOutline} />}
            loading={make.isPending}
            onClick={() => make.mutate({})}
          >
            {words.backups.make}
          </Button>
        </>
      }
    >
      {trouble ? (
        <Notice tone="bad" icon={mdiAlertOctagonOutline} title={words.backups.trouble(dayAndTime(trouble.at))}>
          {trouble.why}
        </Notice>
      ) : null}
      <ErrorMessage error={make.error} />
      <ErrorMessage error={backups.error} onRetry={() => void backups.refetch()} />
      {backups.isLoading ? <Skeletons rows={4} height={48} /> : null}
      {backups.data && items.length === 0 ? (
        <EmptyState icon={mdiArchiveOutline} title={words.backups.empty} text={words.backups.emptyText} />
      ) : null}
      <div className="stack">
        {items.length > 0 ? (
          <Panel
            title={words.backups.all}
            text={words.backups.where(folder ?? "")}
            aside={nextAt ? words.backups.next(dayAndTime(nextAt)) : undefined}
            isFlush
          >
            <ul className="backups">
              {items.map((backup) => (
                <BackupLine key={backup.name} backup={backup} />
              ))}
            </ul>
          </Panel>
        ) : null}
        <Panel title={words.backups.restore}>
          <ol className="backup-steps">
            {words.backups.restoreSteps.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
          <pre className="backup-command">
            <code>{`npm run caretaker -- restore ${folder ?? "FOLDER"}/${items[0]?.name ?? "FILE"}`}</code>
          </pre>
        </Panel>
      </div>
      {isTaking ? <TakeOut onClose={() => setTaking(false)} /> : null}
    </Page>
  );
}

function BackupLine({ backup }: { backup: Backup }) {
  return (
    <li className="backup">
      <span className="backup-main">
        <b>{dayAndTime(backup.madeAt)}</b>
        <span className="cell-second">
          <Since moment={backup.madeAt} isAgo /> · {words.backups.why[backup.why]}
        </span>
      </span>
      <code className="dim backup-name">{backup.name}</code>
      <span className="backup-size">{fileSize(backup.bytes)}</span>
    </li>
  );
}

/** Everything leaves the hub here, so it is said what that means before. */
function TakeOut({ onClose }: { onClose: () => void }) {
  const take = useMutation({
    mutationFn: () =>
      withFreshFactor(() =>
        saveStream("backup.download", {}, `caretaker-${new Date().toISOString().slice(0, 10)}.jsonl`),
      ),
    onSuccess: onClose,
  });
  return (
    <Confirm
      title={words.backups.takeTitle}
      text={words.backups.takeText}
      action={words.backups.take}
      isOpen
      isBusy={take.isPending}
      error={take.error}
      onConfirm={() => take.mutate()}
      onClose={onClose}
    />
  );
}
