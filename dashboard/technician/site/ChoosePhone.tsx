import type { Contact, GatewayId, Site } from "@caretaker/protocol";
import { Button, Group, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { useAction, useOperation } from "../../live/queries.ts";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Skeletons } from "../../ui/Skeletons.tsx";
import { words } from "../../words/en.ts";

interface ChoosePhoneProps {
  readonly site: Site;
  readonly contact: Contact;
  readonly onClose: () => void;
}

/** On which phone somebody agreed to be asked, and as whom they are signed in to the app there. */
export function ChoosePhone({ site, contact, onClose }: ChoosePhoneProps) {
  const [gatewayId, setGatewayId] = useState<GatewayId | undefined>(site.gateways[0]?.id);
  const [phone, setPhone] = useState<string | null>(null);
  const [userId, setUserId] = useState<string | null>(null);
  const [because, setBecause] = useState("");
  const set = useAction("contact.phone.set", { outdates: ["contact.phone.list"], onDone: onClose });
  return (
    <Modal
      opened
      onClose={onClose}
      title={words.atHome.chooseTitle(contact.name)}
      closeButtonProps={{ "aria-label": words.common.close }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (gatewayId === undefined || phone === null || userId === null) return;
          set.mutate({ siteId: site.id, contactId: contact.id, gatewayId, phone, userId, because });
        }}
      >
        <Stack>
          {site.gateways.length > 1 ? (
            <Select
              label={words.atHome.gateway}
              data={site.gateways.map(({ id, name }) => ({ value: id, label: name }))}
              value={gatewayId ?? null}
              onChange={(value) => {
                setGatewayId(site.gateways.find(({ id }) => id === value)?.id);
                setPhone(null);
                setUserId(null);
              }}
              allowDeselect={false}
            />
          ) : null}
          {gatewayId === undefined ? null : (
            <PhoneAndUser
              gatewayId={gatewayId}
              phone={phone}
              userId={userId}
              onPhone={(value, owner) => {
                setPhone(value);
                if (owner !== null) setUserId(owner);
              }}
              onUser={setUserId}
            />
          )}
          <TextInput
            label={words.atHome.because}
            placeholder={words.atHome.becauseExample}
            value={because}
            onChange={(event) => setBecause(event.currentTarget.value)}
            minLength={3}
            maxLength={300}
            required
          />
          <p className="dim">{words.atHome.told}</p>
          <ErrorMessage error={set.error} />
          <Group justify="flex-end">
            <Button type="submit" loading={set.isPending} disabled={phone === null || userId === null}>
              {words.atHome.choose}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

interface PhoneAndUserProps {
  readonly gatewayId: GatewayId;
  readonly phone: string | null;
  readonly userId: string | null;
  /** With the user whose phone it seems to be. */
  readonly onPhone: (phone: string | null, owner: string | null) => void;
  readonly onUser: (userId: string | null) => void;
}

function PhoneAndUser({ gatewayId, phone, userId, onPhone, onUser }: PhoneAndUserProps) {
  const found = useOperation("phone.list", { gatewayId });
  if (found.error) return <ErrorMessage error={found.error} onRetry={() => void found.refetch()} />;
  if (!found.data) return <Skeletons rows={2} height={60} />;
  if (found.data.phones.length === 0) return <p className="line-notice">{words.atHome.noPhones}</p>;
  const people = found.data.users.filter((user) => !user.isHub);
  return (
    <>
      <Select
        label={words.atHome.phone}
        data={found.data.phones.map((each) => ({ value: each.phone, label: each.name }))}
        value={phone}
        onChange={(value) => {
          const owner = found.data.phones.find((each) => each.phone === value)?.userId ?? null;
          onPhone(value, people.some((user) => user.userId === owner) ? owner : null);
        }}
        allowDeselect={false}
        required
        data-autofocus
      />
      <Select
        label={words.atHome.user}
        description={words.atHome.userText}
        data={people.map((each) => ({ value: each.userId, label: each.name }))}
        value={userId}
        onChange={onUser}
        allowDeselect={false}
        required
      />
    </>
  );
}
