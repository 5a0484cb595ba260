import type { Site } from "@caretaker/protocol";
import { Button, TextInput } from "@mantine/core";
import { mdiDownloadOutline } from "@mdi/js";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useAction } from "../../live/queries.ts";
import { saveStream } from "../../live/save-stream.ts";
import { Confirm } from "../../ui/Confirm.tsx";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { words } from "../../words/en.ts";
import { useMay } from "../session.ts";

/** The end of looking after a home. Whoever may not end it does not see it. */
export function RemoveSite({ site }: { site: Site }) {
  const may = useMay("site.remove");
  const [isOpen, setOpen] = useState(false);
  if (!may) return null;
  return (
    <Panel title={words.privacy.leave} text={words.privacy.leaveText}>
      <Button variant="default" size="xs" onClick={() => setOpen(true)}>
        {words.privacy.removeSite}
      </Button>
      {isOpen ? <RemoveDialog site={site} onClose={() => setOpen(false)} /> : null}
    </Panel>
  );
}

function RemoveDialog({ site, onClose }: { site: Site; onClose: () => void }) {
  const [name, setName] = useState("");
  const [reason, setReason] = useState("");
  const navigate = useNavigate();
  const mayDownload = useMay("ledger.export");
  const remove = useAction("site.remove", {
    outdates: ["site.list", "client.get"],
    onDone: () => void navigate({ to: "/" }),
  });
  const download = useMutation({
    mutationFn: () => saveStream("ledger.export", { siteId: site.id }, words.ledger.fileName(site.name)),
  });
  return (
    <Confirm
      title={words.privacy.removeSiteTitle(site.name)}
      text={words.privacy.removeSiteText(site.contacts.filter(({ verifiedAt }) => verifiedAt !== null).length)}
      action={words.privacy.removeSite}
      isOpen
      isDangerous
      isBusy={remove.isPending}
      canConfirm={name.trim() === site.name && reason.trim().length >= 3}
      error={remove.error}
      onConfirm={() => remove.mutate({ siteId: site.id, reason })}
      onClose={onClose}
    >
      {mayDownload ? (
        <Button
          variant="default"
          leftSection={<Icon path={mdiDownloadOutline} />}
          loading={download.isPending}
          onClick={() => download.mutate()}
        >
          {words.privacy.ledgerFirst}
        </Button>
      ) : null}
      <ErrorMessage error={download.error} />
      <TextInput
        label={words.privacy.reason}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        minLength={3}
        maxLength={300}
        required
        data-autofocus
      />
      <TextInput
        label={words.privacy.typeName(site.name)}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        autoComplete="off"
        required
      />
    </Confirm>
  );
}
