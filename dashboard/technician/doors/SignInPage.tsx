import { isCaretakerError } from "@caretaker/protocol";
import { Anchor, Button, Divider, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { mdiFingerprint } from "@mdi/js";
import { useMutation } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { auth, hasPasskeys } from "../../live/auth.ts";
import { CodeInput } from "../../ui/CodeInput.tsx";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { words } from "../../words/en.ts";
import { DoorPage } from "./DoorPage.tsx";
import { isOurs } from "./next.ts";

const route = getRouteApi("/sign-in");

export function SignInPage() {
  const { next } = route.useSearch();
  const [needsCode, setNeedsCode] = useState(false);
  // Loaded anew, so that nothing of whoever was here before is left in the page.
  const handleIn = (): void => location.assign(isOurs(next) ? next : "/");
  return needsCode ? (
    <CodeStep onIn={handleIn} onStartOver={() => setNeedsCode(false)} />
  ) : (
    <PasswordStep onIn={handleIn} onNeedsCode={() => setNeedsCode(true)} />
  );
}

function PasswordStep({ onIn, onNeedsCode }: { onIn: () => void; onNeedsCode: () => void }) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const signIn = useMutation({
    mutationFn: () => auth.signIn(email.trim(), password),
    onSuccess: ({ needsSecondFactor }) => (needsSecondFactor ? onNeedsCode() : onIn()),
  });
  const passkey = useMutation({ mutationFn: auth.provePasskey, onSuccess: onIn });
  return (
    <DoorPage title={words.signIn.title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          signIn.mutate();
        }}
      >
        <Stack>
          <TextInput
            label={words.signIn.email}
            type="email"
            autoComplete="username webauthn"
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
            required
            data-autofocus
          />
          <PasswordInput
            label={words.signIn.password}
            autoComplete="current-password"
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            required
          />
          <SignInError error={signIn.error} sentence={words.signIn.wrong} />
          <Button type="submit" size="md" loading={signIn.isPending}>
            {words.signIn.submit}
          </Button>
        </Stack>
      </form>
      {hasPasskeys() ? (
        <>
          <Divider label={words.signIn.or} my="md" />
          <Button
            variant="default"
            size="md"
            fullWidth
            loading={passkey.isPending}
            onClick={() => passkey.mutate()}
            leftSection={<Icon path={mdiFingerprint} size={20} />}
          >
            {words.signIn.passkey}
          </Button>
          <SignInError error={passkey.error} sentence={words.signIn.passkeyFailed} />
        </>
      ) : null}
      <Text size="sm" c="dimmed" mt="lg">
        {words.signIn.noAccess}
      </Text>
    </DoorPage>
  );
}

function CodeStep({ onIn, onStartOver }: { onIn: () => void; onStartOver: () => void }) {
  const [isBackup, setBackup] = useState(false);
  const [code, setCode] = useState("");
  const verify = useMutation({
    mutationFn: () => (isBackup ? auth.verifyBackupCode(code.trim()) : auth.verifyTotp(code)),
    onSuccess: onIn,
  });
  return (
    <DoorPage title={words.signIn.codeTitle}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          verify.mutate();
        }}
      >
        <Stack>
          <Text size="sm">{isBackup ? words.signIn.backupText : words.signIn.codeText}</Text>
          {isBackup ? (
            <TextInput
              label={words.signIn.backupCode}
              value={code}
              onChange={(event) => setCode(event.currentTarget.value)}
              autoComplete="off"
              required
              data-autofocus
            />
          ) : (
            <CodeInput value={code} onChange={setCode} />
          )}
          <SignInError error={verify.error} sentence={words.signIn.wrongCode} />
          <Button type="submit" size="md" loading={verify.isPending}>
            {words.signIn.verify}
          </Button>
          <Anchor
            component="button"
            type="button"
            size="sm"
            onClick={() => {
              setBackup(!isBackup);
              setCode("");
            }}
          >
            {isBackup ? words.signIn.useApp : words.signIn.useBackup}
          </Anchor>
          <Anchor component="button" type="button" size="sm" onClick={onStartOver}>
            {words.signIn.startOver}
          </Anchor>
        </Stack>
      </form>
    </DoorPage>
  );
}

/** What was wrong is one sentence, the same for an unknown address and a wrong password. */
function SignInError({ error, sentence }: { error: unknown; sentence: string }) {
  if (error === null) return null;
  const isTheirs = isCaretakerError(error) && (error.status === 401 || error.status === 400);
  const isPasskey = error instanceof Error && error.name === "NotAllowedError";
  return <ErrorMessage error={isTheirs || isPasskey ? new Error(sentence) : error} />;
}
