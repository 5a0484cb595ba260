import "./people.css";
import { type ApiKey, ROLES } from "@caretaker/protocol";
import { Button, Group, Modal, NumberInput, Select, Stack, TextInput } from "@mantine/core";
import { mdiEyeOffOutline, mdiKeyOutline, mdiKeyPlus } from "@mdi/js";
import { useState } from "react";
import { useAction, useOperation } from "../../live/queries.ts";
import { Confirm } from "../../ui/Confirm.tsx";
import { Copyable } from "../../ui/Copyable.tsx";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { Page } from "../../ui/Page.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Since } from "../../ui/Since.tsx";
import { Skeletons } from "../../ui/Skeletons.tsx";
import { actorName } from "../../words/actors.ts";
import { words } from "../../words/en.ts";
import { ROLE_WORDS } from "../../words/states.ts";
import { day } from "../../words/time.ts";
import { useMay } from "../session.ts";

/** Which programs may speak to the hub, and until when. */
export function KeysPage() {
  const may = useMay("key.create");
  const keys = useOperation("key.list", {}, { enabled: useMay("key.list") });
  const [isMaking, setMaking] = useState(false);
  const make = may ? (
    <Button leftSection={<Icon path={mdiKeyPlus} />} onClick={() => setMaking(true)}>
      {words.keys.create}
    </Button>
  ) : undefined;
  return (
    <Page
      title={words.keys.title}
      actions={
        <>
          <Button variant="default" component="a" href="/api/docs" target="_blank" rel="noreferrer">
            {words.keys.docs}
          </Button>
          {make}
        </>
      }
    >
      {keys.isLoading ? <Skeletons rows={3} height={56} /> : null}
      <ErrorMessage error={keys.error} onRetry={() => void keys.refetch()} />
      {keys.data?.items.length === 0 ? (
        <EmptyState icon={mdiKeyOutline} title={words.keys.empty} text={words.keys.emptyText} />
      ) : null}
      {keys.data && keys.data.items.length > 0 ? (
        <Panel title={words.keys.all} isFlush>
          <ul className="people">
            {keys.data.items.map((key) => (
              <KeyLine key={key.id} apiKey={key} />
            ))}
          </ul>
        </Panel>
      ) : null}
      {isMaking ? <CreateKey onClose={() => setMaking(false)} /> : null}
    </Page>
  );
}

function KeyLine({ apiKey }: { apiKey: ApiKey }) {
  const may = useMay("key.revoke");
  const [isAsking, setAsking] = useState(false);
  const revoke = useAction("key.revoke", { outdates: ["key.list"], onDone: () => setAsking(false) });
  const isOver = apiKey.revokedAt !== null || Date.parse(apiKey.expiresAt) <= Date.now();
  return (
    <li className="person" data-disabled={isOver || undefined}>
      <span className="person-main">
        <span className="person-name">
          {apiKey.name} <code className="dim">{apiKey.prefix}…</code>
        </span>
        <span className="cell-second">
          {words.keys.madeBy(actorName(apiKey.createdBy), day(apiKey.createdAt))} ·{" "}
          {apiKey.lastUsedAt === null ? words.keys.neverUsed : words.keys.used}{" "}
          {apiKey.lastUsedAt === null ? null : <Since moment={apiKey.lastUsedAt} isAgo />}
        </span>
      </span>
      <span className="person-role">{ROLE_WORDS[apiKey.role]}</span>
      <span className="tag" data-tone={isOver ? "bad" : "good"}>
        {apiKey.revokedAt !== null ? words.keys.revoked : words.keys.until(day(apiKey.expiresAt))}
      </span>
      {may && !isOver ? (
        <Button size="xs" variant="subtle" color="red" onClick={() => setAsking(true)}>
          {words.keys.revoke}
        </Button>
      ) : null}
      <Confirm
        title={words.keys.revokeTitle(apiKey.name)}
        text={words.keys.revokeText}
        action={words.keys.revoke}
        isOpen={isAsking}
        isDangerous
        isBusy={revoke.isPending}
        error={revoke.error}
        onConfirm={() => revoke.mutate({ keyId: apiKey.id })}
        onClose={() => setAsking(false)}
      />
    </li>
  );
}

function CreateKey({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<string>("technician");
  const [days, setDays] = useState<string | number>(90);
  const create = useAction("key.create", { outdates: ["key.list"] });
  return (
    <Modal opened onClose={onClose} title={words.keys.create} closeButtonProps={{ "aria-label": words.common.close }}>
      {create.isSuccess ? (
        <Stack>
          <Notice tone="warn" icon={mdiEyeOffOutline}>
            {words.keys.shownOnce}
          </Notice>
          <div className="secret-shown">
            <Copyable text={create.data.key} label={words.keys.copy} />
          </div>
          <Group justify="flex-end">
            <Button onClick={onClose}>{words.keys.kept}</Button>
          </Group>
        </Stack>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            const chosen = ROLES.find((each) => each === role);
            if (chosen) create.mutate({ name, role: chosen, expiresInDays: Number(days) });
          }}
        >
          <Stack>
            <TextInput
              label={words.keys.name}
              description={words.keys.nameText}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              required
              data-autofocus
            />
            <Select
              label={words.people.role}
              data={ROLES.map((value) => ({ value, label: ROLE_WORDS[value] }))}
              value={role}
              onChange={(value) => setRole(value ?? "technician")}
              allowDeselect={false}
            />
            <NumberInput
              label={words.keys.days}
              value={days}
              onChange={setDays}
              min={1}
              max={365}
              clampBehavior="strict"
              required
            />
            <ErrorMessage error={create.error} />
            <Group justify="flex-end">
              <Button type="submit" loading={create.isPending}>
                {words.keys.create}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
