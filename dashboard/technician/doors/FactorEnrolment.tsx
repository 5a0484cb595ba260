import { Button, Group, PasswordInput, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { auth, type FactorSecret } from "../../live/auth.ts";
import { withFreshFactor } from "../../live/fresh-factor.ts";
import { CodeInput } from "../../ui/CodeInput.tsx";
import { Copyable } from "../../ui/Copyable.tsx";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { QrCode } from "../../ui/QrCode.tsx";
import { words } from "../../words/en.ts";
import { meQuery } from "../session.ts";

/** Sets up an authenticator app: password, code to scan, proof that it works, backup codes to keep. */
export function FactorEnrolment({ onDone }: { onDone: () => void }) {
  const [secret, setSecret] = useState<FactorSecret | null>(null);
  const [isProven, setProven] = useState(false);
  if (secret === null) return <AskPassword onSecret={setSecret} />;
  if (!isProven) return <Prove secret={secret} onProven={() => setProven(true)} />;
  return <BackupCodes codes={secret.backupCodes} onDone={onDone} />;
}

function AskPassword({ onSecret }: { onSecret: (secret: FactorSecret) => void }) {
  const [password, setPassword] = useState("");
  const begin = useMutation({
    mutationFn: () => withFreshFactor(() => auth.enableTotp(password)),
    onSuccess: onSecret,
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        begin.mutate();
      }}
    >
      <Stack gap="sm" maw={360}>
        <PasswordInput
          label={words.factor.password}
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          required
          data-autofocus
        />
        <ErrorMessage error={begin.error} />
        <Group>
          <Button type="submit" loading={begin.isPending}>
            {words.factor.begin}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Prove({ secret, onProven }: { secret: FactorSecret; onProven: () => void }) {
  const [code, setCode] = useState("");
  const prove = useMutation({ mutationFn: () => auth.verifyTotp(code), onSuccess: onProven });
  const typed = new URL(secret.totpURI).searchParams.get("secret") ?? "";
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        prove.mutate();
      }}
    >
      <Stack gap="sm">
        <Text size="sm">{words.factor.scan}</Text>
        <QrCode text={secret.totpURI} label={words.factor.scanAlt} />
        <Text size="sm" component="div">
          {words.factor.byHand} <Copyable text={typed} />
        </Text>
        <CodeInput value={code} onChange={setCode} label={words.factor.thenCode} />
        <ErrorMessage error={prove.error} />
        <Group>
          <Button type="submit" loading={prove.isPending} disabled={code.length !== 6}>
            {words.factor.confirm}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function BackupCodes({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) {
  const queries = useQueryClient();
  const handleKept = async (): Promise<void> => {
    await queries.invalidateQueries({ queryKey: meQuery.queryKey });
    onDone();
  };
  return (
    <Stack gap="sm">
      <Text fw={600}>{words.factor.backupTitle}</Text>
      <Text size="sm">{words.factor.backupText}</Text>
      <ul className="backup-codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <Copyable text={codes.join("\n")} shown={words.factor.copyCodes} label={words.factor.copyCodes} />
      <Group>
        <Button onClick={() => void handleKept()}>{words.factor.keptThem}</Button>
      </Group>
    </Stack>
  );
}
