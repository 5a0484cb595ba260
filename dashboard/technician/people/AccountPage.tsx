import "./people.css";
import type { SignedInSession } from "@caretaker/protocol";
import { Button, Group, PasswordInput, Stack, Switch } from "@mantine/core";
import { mdiCellphone, mdiLaptop } from "@mdi/js";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { auth } from "../../live/auth.ts";
import { withFreshFactor } from "../../live/fresh-factor.ts";
import { useAction, useOperation } from "../../live/queries.ts";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { Page } from "../../ui/Page.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Since } from "../../ui/Since.tsx";
import { Skeletons } from "../../ui/Skeletons.tsx";
import { browserWords } from "../../words/browsers.ts";
import { words } from "../../words/en.ts";
import { ROLE_WORDS } from "../../words/states.ts";
import { useMe } from "../session.ts";
import { Passkeys } from "./Passkeys.tsx";
import { TotpPanel } from "./TotpPanel.tsx";

/** Who I am here, how I prove it, and where I am signed in. */
export function AccountPage() {
  const me = useMe();
  return (
    <Page title={words.account.title} width="narrow">
      <div className="stack">
        <Panel title={me.person.name}>
          <dl className="facts">
            <dt>{words.signIn.email}</dt>
            <dd>{me.person.email}</dd>
            <dt>{words.people.role}</dt>
            <dd>{ROLE_WORDS[me.person.role]}</dd>
          </dl>
        </Panel>
        <TotpPanel me={me} />
        <Passkeys />
        <Password email={me.person.email} />
        <Sessions isPrincipal={me.person.role === "principal"} />
        <p className="dim version">{words.account.version(me.version)}</p>
      </div>
    </Page>
  );
}

function Password({ email }: { email: string }) {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const change = useMutation({
    mutationFn: () => withFreshFactor(() => auth.changePassword(current, next)),
    onSuccess: () => {
      setCurrent("");
      setNext("");
    },
  });
  return (
    <Panel title={words.account.password} text={words.account.passwordText}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        <Stack gap="sm" maw={360}>
          <input type="hidden" autoComplete="username" value={email} readOnly />
          <PasswordInput
            label={words.account.current}
            autoComplete="current-password"
            value={current}
            onChange={(event) => setCurrent(event.currentTarget.value)}
            required
          />
          <PasswordInput
            label={words.account.next}
            description={words.setup.ownerPasswordText}
            autoComplete="new-password"
            minLength={10}
            value={next}
            onChange={(event) => setNext(event.currentTarget.value)}
            required
          />
          <ErrorMessage error={change.error} />
          <Group>
            <Button type="submit" variant="default" loading={change.isPending}>
              {words.account.change}
            </Button>
            {change.isSuccess ? <span role="status">{words.common.saved}</span> : null}
          </Group>
        </Stack>
      </form>
    </Panel>
  );
}

function Sessions({ isPrincipal }: { isPrincipal: boolean }) {
  const [everybody, setEverybody] = useState(false);
  const sessions = useOperation("session.list", everybody ? { everybody: "true" } : {}, { keep: true });
  return (
    <Panel
      title={words.account.sessions}
      isFlush
      aside={
        isPrincipal ? (
          <Switch
            size="sm"
            label={words.account.everybody}
            checked={everybody}
            onChange={(event) => setEverybody(event.currentTarget.checked)}
          />
        ) : undefined
      }
    >
      {sessions.isPending ? <Skeletons rows={2} height={44} /> : null}
      <ErrorMessage error={sessions.error} />
      <ul className="people">
        {sessions.data?.items.map((session) => (
          <SessionLine key={session.id} session={session} showsPerson={everybody} />
        ))}
      </ul>
    </Panel>
  );
}

function SessionLine({ session, showsPerson }: { session: SignedInSession; showsPerson: boolean }) {
  const revoke = useAction("session.revoke", { outdates: ["session.list", "me.get"] });
  const { name, isPhone } = browserWords(session.browser);
  return (
    <li className="person">
      <Icon path={isPhone ? mdiCellphone : mdiLaptop} size={20} />
      <span className="person-main">
        <span className="person-name">
          {showsPerson ? `${session.personName}, ` : null}
          {name}
          {session.isCurrent ? (
            <span className="tag" data-tone="good">
              {words.account.thisOne}
            </span>
          ) : null}
        </span>
        <span className="cell-second">
          {session.address || words.common.unknown} · <Since moment={session.lastSeenAt} isAgo />
        </span>
      </span>
      <Button
        size="xs"
        variant="default"
        loading={revoke.isPending}
        onClick={() => revoke.mutate({ sessionId: session.id })}
      >
        {words.account.end}
      </Button>
      <ErrorMessage error={revoke.error} />
    </li>
  );
}
