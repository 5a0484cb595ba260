import type { Me } from "@caretaker/protocol";
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { mdiFingerprint } from "@mdi/js";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState, useSyncExternalStore } from "react";
import { auth, hasPasskeys } from "../live/auth.ts";
import { factorQuestion } from "../live/fresh-factor.ts";
import { CodeInput } from "../ui/CodeInput.tsx";
import { ErrorMessage } from "../ui/ErrorMessage.tsx";
import { Icon } from "../ui/Icon.tsx";
import { words } from "../words/en.ts";
import { meQuery } from "./session.ts";

/** Asks for a second factor where an operation needs a fresh one; the operation then goes on by itself. */
export function FreshFactorDialog({ me }: { me: Me }) {
  const question = useSyncExternalStore(factorQuestion.listen, factorQuestion.get);
  return (
    <Modal
      opened={question !== null}
      onClose={() => question?.answer(false)}
      title={words.factor.title}
      zIndex={400}
      closeButtonProps={{ "aria-label": words.common.close }}
    >
      {question === null ? null : me.person.hasSecondFactor ? (
        <FactorForm onDone={() => question.answer(true)} onCancel={() => question.answer(false)} />
      ) : (
        <NoFactor onLeave={() => question.answer(false)} />
      )}
    </Modal>
  );
}

function FactorForm({ onDone, onCancel }: { onDone: () => void; onCancel: () => void }) {
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
        <Text size="sm">{words.factor.text}</Text>
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

function NoFactor({ onLeave }: { onLeave: () => void }) {
  const navigate = useNavigate();
  return (
    <Stack>
      <Text size="sm">{words.factor.none}</Text>
      <Button
        onClick={() => {
          onLeave();
          void navigate({ to: "/account" });
        }}
      >
        {words.factor.setUp}
      </Button>
    </Stack>
  );
}
