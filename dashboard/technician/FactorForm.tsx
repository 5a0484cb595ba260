import { Button, Group, Stack, Text } from "@mantine/core";
import { mdiFingerprint } from "@mdi/js";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { auth, hasPasskeys } from "../live/auth.ts";
import { CodeInput } from "../ui/CodeInput.tsx";
import { ErrorMessage } from "../ui/ErrorMessage.tsx";
import { Icon } from "../ui/Icon.tsx";
import { words } from "../words/en.ts";
import { meQuery } from "./session.ts";

/** A code or a passkey, whichever the person has. */
export function FactorForm({ text, onDone, onCancel }: { text: string; onDone: () => void; onCancel: () => void }) {
  const [code, setCode] = useState("");
  const queries = useQueryClient();
  const prove = useMutation({
    mutationFn: (how: "code" | "passkey") => (how === "code" ? auth.verifyTotp(code) : auth.provePasskey()),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: meQuery.queryKey });
      onDone();
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        prove.mutate("code");
      }}
    >
      <Stack>
        <Text size="sm">{text}</Text>
        <CodeInput value={code} onChange={setCode} />
        <ErrorMessage error={prove.error} />
        <Group justify="space-between">
          {hasPasskeys() ? (
            <Button
              variant="default"
              onClick={() => prove.mutate("passkey")}
              leftSection={<Icon path={mdiFingerprint} />}
            >
              {words.factor.passkey}
            </Button>
          ) : (
            <Button variant="default" onClick={onCancel}>
              {words.common.cancel}
            </Button>
          )}
          <Button type="submit" loading={prove.isPending} disabled={code.length !== 6}>
            {words.signIn.verify}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
