import { Button, Group, TextInput } from "@mantine/core";
import { mdiFingerprint, mdiKeyPlus } from "@mdi/js";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { auth, hasPasskeys, type Passkey } from "../../live/auth.ts";
import { withFreshFactor } from "../../live/fresh-factor.ts";
import { Confirm } from "../../ui/Confirm.tsx";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Since } from "../../ui/Since.tsx";
import { words } from "../../words/en.ts";
import { meQuery } from "../session.ts";

const KEY = ["passkeys"];

/** Passkeys: the quickest second factor, and one that cannot be phished. */
export function Passkeys() {
  const queries = useQueryClient();
  const passkeys = useQuery({ queryKey: KEY, queryFn: auth.passkeys });
  const [name, setName] = useState("");
  const add = useMutation({
    mutationFn: () => withFreshFactor(() => auth.addPasskey(name.trim() || words.account.thisDevice)),
    onSuccess: () => {
      setName("");
      return Promise.all([
        queries.invalidateQueries({ queryKey: KEY }),
        queries.invalidateQueries({ queryKey: meQuery.queryKey }),
      ]);
    },
  });
  return (
    <Panel title={words.account.passkeys} text={words.account.passkeysText} isFlush={(passkeys.data?.length ?? 0) > 0}>
      {passkeys.data && passkeys.data.length > 0 ? (
        <ul className="people">
          {passkeys.data.map((passkey) => (
            <PasskeyLine key={passkey.id} passkey={passkey} />
          ))}
        </ul>
      ) : null}
      {hasPasskeys() ? (
        <form
          className="passkey-form"
          onSubmit={(event) => {
            event.preventDefault();
            add.mutate();
          }}
        >
          <Group align="flex-end" gap="sm">
            <TextInput
              label={words.account.passkeyName}
              placeholder={words.account.thisDevice}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <Button type="submit" variant="default" loading={add.isPending} leftSection={<Icon path={mdiKeyPlus} />}>
              {words.account.addPasskey}
            </Button>
          </Group>
          <ErrorMessage error={add.error} />
        </form>
      ) : (
        <p className="dim">{words.account.noPasskeysHere}</p>
      )}
    </Panel>
  );
}

function PasskeyLine({ passkey }: { passkey: Passkey }) {
  const queries = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const name = passkey.name || words.account.passkey;
  const remove = useMutation({
    mutationFn: () => withFreshFactor(() => auth.removePasskey(passkey.id)),
    onSuccess: () => {
      setAsking(false);
      return queries.invalidateQueries({ queryKey: KEY });
    },
  });
  return (
    <li className="person">
      <Icon path={mdiFingerprint} size={20} />
      <span className="person-main">
        <span className="person-name">{name}</span>
        <span className="cell-second">
          {words.account.added} <Since moment={passkey.createdAt} isAgo />
        </span>
      </span>
      <Button size="xs" variant="subtle" color="red" onClick={() => setAsking(true)}>
        {words.common.remove}
      </Button>
      <Confirm
        title={words.account.removePasskey(name)}
        text={words.account.removePasskeyText}
        action={words.common.remove}
        isOpen={isAsking}
        isDangerous
        isBusy={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate()}
        onClose={() => setAsking(false)}
      />
    </li>
  );
}
