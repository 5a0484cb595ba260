import { Button, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { mdiEmailOffOutline } from "@mdi/js";
import { useMutation } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../../live/api.ts";
import { auth } from "../../live/auth.ts";
import { useOperation } from "../../live/queries.ts";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { words } from "../../words/en.ts";
import { ROLE_WORDS } from "../../words/states.ts";
import { DoorPage } from "./DoorPage.tsx";

const route = getRouteApi("/invitations/$token");

export function InvitationPage() {
  const { token } = route.useParams();
  const router = useRouter();
  const invitation = useOperation("invitation.view", { token });
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const join = useMutation({
    mutationFn: async (email: string) => {
      await api("invitation.accept", { token, name, password });
      await auth.signIn(email, password);
    },
    onSuccess: () => router.navigate({ to: "/" }),
  });
  if (invitation.isPending) return <DoorPage title={words.common.loading}>{null}</DoorPage>;
  if (invitation.isError) {
    return (
      <DoorPage title={words.invitation.gone}>
        <EmptyState icon={mdiEmailOffOutline} title="" text={words.invitation.goneText} />
      </DoorPage>
    );
  }
  const { email, role, firmName } = invitation.data;
  return (
    <DoorPage title={words.invitation.title(firmName)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          join.mutate(email);
        }}
      >
        <Stack>
          <Text size="sm">{words.invitation.text(email, ROLE_WORDS[role])}</Text>
          <TextInput
            label={words.invitation.name}
            description={words.invitation.nameText}
            autoComplete="name"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            required
            data-autofocus
          />
          <input type="hidden" name="username" autoComplete="username" value={email} />
          <PasswordInput
            label={words.invitation.password}
            description={words.invitation.passwordText}
            autoComplete="new-password"
            minLength={10}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            required
          />
          <ErrorMessage error={join.error} />
          <Button type="submit" size="md" loading={join.isPending}>
            {words.invitation.submit}
          </Button>
        </Stack>
      </form>
    </DoorPage>
  );
}
