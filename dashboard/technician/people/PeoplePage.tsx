import "./people.css";
import { type Invitation, type Person, ROLES } from "@caretaker/protocol";
import { Button, Group, Modal, Radio, Select, Stack, TextInput } from "@mantine/core";
import { mdiAccountPlusOutline, mdiShieldAlertOutline, mdiShieldCheckOutline } from "@mdi/js";
import { useState } from "react";
import { useAction, useOperation } from "../../live/queries.ts";
import { Confirm } from "../../ui/Confirm.tsx";
import { Copyable } from "../../ui/Copyable.tsx";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { Page } from "../../ui/Page.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Since } from "../../ui/Since.tsx";
import { Skeletons } from "../../ui/Skeletons.tsx";
import { words } from "../../words/en.ts";
import { ROLE_MEANINGS, ROLE_WORDS } from "../../words/states.ts";
import { dayAndTime } from "../../words/time.ts";
import { initials } from "../initials.ts";
import { useMay, useMe } from "../session.ts";
import { ErasePerson } from "./ErasePerson.tsx";

/** Who can reach into our clients' homes? */
export function PeoplePage() {
  const people = useOperation("person.list", {});
  const mayInvite = useMay("person.invite");
  const [isInviting, setInviting] = useState(false);
  return (
    <Page
      title={words.people.title}
      actions={
        mayInvite ? (
          <Button leftSection={<Icon path={mdiAccountPlusOutline} />} onClick={() => setInviting(true)}>
            {words.people.invite}
          </Button>
        ) : undefined
      }
    >
      {people.isPending ? <Skeletons rows={3} height={64} /> : null}
      <ErrorMessage error={people.error} onRetry={() => void people.refetch()} />
      <div className="stack">
        {people.data ? (
          <Panel title={words.people.here} isFlush>
            <ul className="people">
              {people.data.people.map((person) => (
                <PersonLine key={person.id} person={person} />
              ))}
            </ul>
          </Panel>
        ) : null}
        {people.data && people.data.invitations.length > 0 ? (
          <Panel title={words.people.invited} isFlush>
            <ul className="people">
              {people.data.invitations.map((invitation) => (
                <InvitationLine key={invitation.id} invitation={invitation} />
              ))}
            </ul>
          </Panel>
        ) : null}
      </div>
      {isInviting ? <Invite onClose={() => setInviting(false)} /> : null}
    </Page>
  );
}

function PersonLine({ person }: { person: Person }) {
  const me = useMe();
  const mayChange = useMay("person.update") && person.id !== me.person.id;
  const [isAsking, setAsking] = useState(false);
  const update = useAction("person.update", { outdates: ["person.list"] });
  const disable = useAction("person.disable", { outdates: ["person.list"], onDone: () => setAsking(false) });
  const enable = useAction("person.enable", { outdates: ["person.list"] });
  const isDisabled = person.disabledAt !== null;
  const mayErase = useMay("person.erase") && isDisabled && person.email.endsWith("@erased.invalid") === false;
  const [isErasing, setErasing] = useState(false);
  return (
    <li className="person" data-disabled={isDisabled || undefined}>
      <span className="avatar" aria-hidden="true">
        {initials(person.name)}
      </span>
      <span className="person-main">
        <span className="person-name">
          {person.name}
          {person.id === me.person.id ? <span className="tag">{words.people.you}</span> : null}
          {isDisabled ? (
            <span className="tag" data-tone="bad">
              {words.people.disabled}
            </span>
          ) : null}
        </span>
        <span className="cell-second">{person.email}</span>
      </span>
      <span className="person-factor" data-tone={person.hasSecondFactor ? "good" : "warn"}>
        <Icon path={person.hasSecondFactor ? mdiShieldCheckOutline : mdiShieldAlertOutline} size={17} />
        {person.hasSecondFactor ? words.people.factor : words.people.noFactor}
      </span>
      <span className="person-seen dim">
        <Since moment={person.lastSeenAt} isAgo />
      </span>
      {mayChange && !isDisabled ? (
        <Select
          className="person-role"
          aria-label={words.people.roleOf(person.name)}
          data={ROLES.map((value) => ({ value, label: ROLE_WORDS[value] }))}
          value={person.role}
          onChange={(value) => {
            const role = ROLES.find((each) => each === value);
            if (role && role !== person.role) update.mutate({ personId: person.id, role });
          }}
          allowDeselect={false}
          disabled={update.isPending}
          size="xs"
        />
      ) : (
        <span className="person-role">{ROLE_WORDS[person.role]}</span>
      )}
      <span className="person-act">
        {mayChange ? (
          isDisabled ? (
            <Button
              size="xs"
              variant="default"
              loading={enable.isPending}
              onClick={() => enable.mutate({ personId: person.id })}
            >
              {words.people.enable}
            </Button>
          ) : (
            <Button size="xs" variant="subtle" color="red" onClick={() => setAsking(true)}>
              {words.people.disable}
            </Button>
          )
        ) : null}
      </span>
      {mayErase ? (
        <Button size="xs" variant="subtle" color="red" onClick={() => setErasing(true)}>
          {words.privacy.erasePerson}
        </Button>
      ) : null}
      {isErasing ? <ErasePerson person={person} onClose={() => setErasing(false)} /> : null}
      <ErrorMessage error={update.error ?? enable.error} />
      <Confirm
        title={words.people.disableTitle(person.name)}
        text={words.people.disableText}
        action={words.people.disable}
        isOpen={isAsking}
        isDangerous
        isBusy={disable.isPending}
        error={disable.error}
        onConfirm={() => disable.mutate({ personId: person.id })}
        onClose={() => setAsking(false)}
      />
    </li>
  );
}

function InvitationLine({ invitation }: { invitation: Invitation }) {
  const may = useMay("invitation.withdraw");
  const withdraw = useAction("invitation.withdraw", { outdates: ["person.list"] });
  return (
    <li className="person">
      <span className="person-main">
        <span className="person-name">{invitation.email}</span>
        <span className="cell-second">{words.people.holdsUntil(dayAndTime(invitation.expiresAt))}</span>
      </span>
      <span className="person-role">{ROLE_WORDS[invitation.role]}</span>
      {may ? (
        <Button
          size="xs"
          variant="default"
          loading={withdraw.isPending}
          onClick={() => withdraw.mutate({ invitationId: invitation.id })}
        >
          {words.people.withdraw}
        </Button>
      ) : null}
      <ErrorMessage error={withdraw.error} />
    </li>
  );
}

function Invite({ onClose }: { onClose: () => void }) {
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<string>("technician");
  const invite = useAction("person.invite", { outdates: ["person.list"] });
  const isSent = invite.isSuccess;
  return (
    <Modal opened onClose={onClose} title={words.people.invite} closeButtonProps={{ "aria-label": words.common.close }}>
      {isSent ? (
        <Stack>
          <p>{invite.data.url === null ? words.people.mailed(invite.data.email) : words.people.handOver}</p>
          {invite.data.url === null ? null : <Copyable text={invite.data.url} label={words.people.copyLink} />}
          <Group justify="flex-end">
            <Button onClick={onClose}>{words.common.close}</Button>
          </Group>
        </Stack>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            const chosen = ROLES.find((each) => each === role);
            if (chosen) invite.mutate({ email: email.trim(), role: chosen });
          }}
        >
          <Stack>
            <TextInput
              label={words.signIn.email}
              type="email"
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
              autoComplete="off"
              required
              data-autofocus
            />
            <Radio.Group value={role} onChange={setRole} label={words.people.role}>
              <Stack gap="xs" mt="xs">
                {ROLES.map((each) => (
                  <Radio key={each} value={each} label={ROLE_WORDS[each]} description={ROLE_MEANINGS[each]} />
                ))}
              </Stack>
            </Radio.Group>
            <ErrorMessage error={invite.error} />
            <Group justify="flex-end">
              <Button type="submit" loading={invite.isPending}>
                {words.people.invite}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
