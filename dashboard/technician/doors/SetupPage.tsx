import { Anchor, Button, Text, TextInput } from "@mantine/core";
import { mdiEmailCheckOutline, mdiEmailOffOutline, mdiHomeCityOutline, mdiRocketLaunchOutline } from "@mdi/js";
import { useMutation } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../../live/api.ts";
import { useOperation } from "../../live/queries.ts";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { words } from "../../words/en.ts";
import { DoorPage } from "./DoorPage.tsx";
import { FirmForm } from "./FirmForm.tsx";

const route = getRouteApi("/setup");

/** The first start: a look around, or the firm's own hub. */
export function SetupPage() {
  const search = route.useSearch();
  const state = useOperation("setup.state", {});
  const [token, setToken] = useState(() => search.token ?? tokenInHash());
  const [isReal, setReal] = useState(false);
  if (state.isPending) return <DoorPage title={words.common.loading}>{null}</DoorPage>;
  if (state.isError) {
    return (
      <DoorPage title={words.setup.title}>
        <ErrorMessage error={state.error} onRetry={() => void state.refetch()} />
      </DoorPage>
    );
  }
  if (state.data.isSetUp) {
    return (
      <DoorPage title={words.setup.done}>
        <Text size="sm" mb="md">
          {words.setup.doneText}
        </Text>
        <Anchor component={Link} to="/sign-in">
          {words.signIn.title}
        </Anchor>
      </DoorPage>
    );
  }
  if (token === "") return <TokenForm onToken={setToken} />;
  return (
    <DoorPage title={isReal ? words.setup.real : words.setup.title} wide>
      {isReal ? (
        <FirmForm token={token} onBack={() => setReal(false)} />
      ) : (
        <Choice token={token} onReal={() => setReal(true)} />
      )}
      <MailNotice mail={state.data.mail} />
    </DoorPage>
  );
}

/** The token may also stand behind a `#`, where servers and proxies never see it. */
function tokenInHash(): string {
  const hash = location.hash.slice(1);
  return new URLSearchParams(hash).get("token") ?? hash;
}

function TokenForm({ onToken }: { onToken: (token: string) => void }) {
  const [token, setToken] = useState("");
  return (
    <DoorPage title={words.setup.tokenTitle}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onToken(token.trim());
        }}
      >
        <Text size="sm" mb="md">
          {words.setup.tokenText}
        </Text>
        <TextInput
          label={words.setup.token}
          value={token}
          onChange={(event) => setToken(event.currentTarget.value)}
          autoComplete="off"
          required
          mb="md"
        />
        <Button type="submit">{words.signIn.verify}</Button>
      </form>
    </DoorPage>
  );
}

function Choice({ token, onReal }: { token: string; onReal: () => void }) {
  const demo = useMutation({
    mutationFn: () => api("setup.complete", { token, mode: "demo" }),
    onSuccess: ({ signInUrl }) => location.assign(signInUrl ?? "/"),
  });
  return (
    <>
      <div className="choices">
        <section className="choice">
          <Icon path={mdiHomeCityOutline} size={30} />
          <h2>{words.setup.demo}</h2>
          <p>{words.setup.demoText}</p>
          <Button fullWidth variant="light" loading={demo.isPending} onClick={() => demo.mutate()}>
            {words.setup.demoButton}
          </Button>
        </section>
        <section className="choice">
          <Icon path={mdiRocketLaunchOutline} size={30} />
          <h2>{words.setup.real}</h2>
          <p>{words.setup.realText}</p>
          <Button fullWidth onClick={onReal} disabled={demo.isPending}>
            {words.setup.realButton}
          </Button>
        </section>
      </div>
      <p className="visually-hidden" role="status">
        {demo.isPending ? words.setup.starting : ""}
      </p>
      <ErrorMessage error={demo.error} />
    </>
  );
}

function MailNotice({ mail }: { mail: "smtp" | "outbox" }) {
  const isOn = mail === "smtp";
  return (
    <div className="setup-mail">
      <Notice
        tone={isOn ? "good" : "warn"}
        icon={isOn ? mdiEmailCheckOutline : mdiEmailOffOutline}
        title={isOn ? words.setup.mailOn : words.setup.mailOff}
      >
        {isOn ? words.setup.mailOnText : words.setup.mailOffText}
      </Notice>
    </div>
  );
}
