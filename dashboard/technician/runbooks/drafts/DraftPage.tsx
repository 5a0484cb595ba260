import "./drafts.css";
import type { DraftDetails } from "@caretaker/protocol";
import { Button, Textarea } from "@mantine/core";
import { mdiAccountClockOutline, mdiContentSaveOutline, mdiDeleteOutline, mdiPublish } from "@mdi/js";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useAction, useOperation } from "../../../live/queries.ts";
import { BackLink } from "../../../ui/BackLink.tsx";
import { Confirm } from "../../../ui/Confirm.tsx";
import { ErrorMessage } from "../../../ui/ErrorMessage.tsx";
import { Icon } from "../../../ui/Icon.tsx";
import { Notice } from "../../../ui/Notice.tsx";
import { Page } from "../../../ui/Page.tsx";
import { Panel } from "../../../ui/Panel.tsx";
import { Since } from "../../../ui/Since.tsx";
import { Skeletons } from "../../../ui/Skeletons.tsx";
import { words } from "../../../words/en.ts";
import { useMay } from "../../session.ts";
import { Diff } from "./Diff.tsx";
import { PublishDialog } from "./PublishDialog.tsx";
import { Verdict } from "./Verdict.tsx";

const route = getRouteApi("/inside/runbooks/drafts/$name");

/** Writing a runbook: its text, what is wrong with it as it stands, and the way to publish it. */
export function DraftPage() {
  const { name } = route.useParams();
  const draft = useOperation("runbook.draft.get", { name });
  return (
    <Page title={`firm/${name}`} above={<BackLink to="/runbooks" word={words.runbooks.title} />}>
      <ErrorMessage error={draft.error} onRetry={() => void draft.refetch()} />
      {draft.isPending ? <Skeletons rows={6} height={60} /> : null}
      {/* What is typed here stays when somebody else saves: theirs is loaded when it is asked for. */}
      {draft.data ? <Editor key={name} name={name} draft={draft.data} /> : null}
    </Page>
  );
}

const READS = [
  "runbook.draft.get",
  "runbook.draft.list",
  "runbook.list",
  "runbook.version.list",
  "runbook.diff",
  "approval.list",
] as const;

function Editor({ name, draft }: { name: string; draft: DraftDetails }) {
  const navigate = useNavigate();
  const mayEdit = useMay("runbook.draft.save");
  const [text, setText] = useState(draft.text);
  const [edited, setEdited] = useState(draft.rowVersion);
  const [asking, setAsking] = useState<"publish" | "remove" | null>(null);
  const judged = useOperation("runbook.validate", { file: `firm/${name}.yaml`, text }, { keep: true });
  const save = useAction("runbook.draft.save", {
    outdates: [...READS],
    onDone: (saved) => setEdited(saved.rowVersion),
  });
  const remove = useAction("runbook.draft.remove", {
    outdates: [...READS],
    onDone: () => void navigate({ to: "/runbooks" }),
  });
  const isChanged = text !== draft.text;
  const isOthers = edited !== draft.rowVersion && !save.isPending;
  const verdict = isChanged && judged.data ? judged.data : draft.verdict;
  return (
    <div className="stack">
      {draft.askedBy === null ? null : (
        <Notice tone="busy" icon={mdiAccountClockOutline}>
          {words.drafts.askedBy(draft.askedBy)}
        </Notice>
      )}
      <Verdict verdict={verdict} isOld={isChanged && judged.isFetching} />
      <Panel
        title={words.drafts.text}
        {...(draft.copiedFrom === null ? {} : { text: words.drafts.copiedFrom(draft.copiedFrom) })}
        aside={
          <>
            {draft.changedBy} · <Since moment={draft.changedAt} isAgo />
          </>
        }
      >
        <Textarea
          aria-label={words.drafts.text}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          readOnly={!mayEdit}
          autosize
          minRows={14}
          maxRows={40}
          spellCheck={false}
          classNames={{ input: "draft-text" }}
        />
        <ErrorMessage error={save.error} />
        {isOthers ? (
          <p className="draft-buttons">
            <Button
              size="xs"
              variant="default"
              onClick={() => {
                save.reset();
                setText(draft.text);
                setEdited(draft.rowVersion);
              }}
            >
              {words.drafts.loadTheirs(draft.changedBy)}
            </Button>
          </p>
        ) : null}
        {mayEdit ? (
          <div className="draft-buttons">
            <Button
              leftSection={<Icon path={mdiContentSaveOutline} />}
              loading={save.isPending}
              disabled={!isChanged}
              onClick={() => save.mutate({ name, text, rowVersion: edited })}
            >
              {words.drafts.save}
            </Button>
            <Button
              variant="default"
              leftSection={<Icon path={mdiPublish} />}
              disabled={isChanged || !draft.verdict.ok}
              onClick={() => setAsking("publish")}
            >
              {words.drafts.publish(draft.nextVersion)}
            </Button>
            <Button
              variant="subtle"
              color="red"
              leftSection={<Icon path={mdiDeleteOutline} />}
              onClick={() => setAsking("remove")}
            >
              {words.drafts.remove}
            </Button>
          </div>
        ) : null}
        {isChanged ? <p className="cell-second">{words.drafts.saveFirst}</p> : null}
      </Panel>
      {draft.nextVersion > 1 && !isChanged ? <Diff name={name} from={draft.nextVersion - 1} /> : null}
      {asking === "publish" ? <PublishDialog name={name} draft={draft} onClose={() => setAsking(null)} /> : null}
      <Confirm
        title={words.drafts.removeTitle(name)}
        text={words.drafts.removeText}
        action={words.drafts.remove}
        isOpen={asking === "remove"}
        isDangerous
        isBusy={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate({ name, rowVersion: edited })}
        onClose={() => setAsking(null)}
      />
    </div>
  );
}
