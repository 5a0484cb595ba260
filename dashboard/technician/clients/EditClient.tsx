import type { Client } from "@caretaker/protocol";
import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useAction } from "../../live/queries.ts";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { words } from "../../words/en.ts";

/** Only what was changed is sent, on the version that was seen. */
export function EditClient({ client, onClose }: { client: Client; onClose: () => void }) {
  const form = useForm({
    initialValues: { name: client.name, phone: client.phone ?? "", email: client.email ?? "" },
  });
  const update = useAction("client.update", {
    outdates: ["client.get", "client.list", "site.get", "ledger.list"],
    onDone: onClose,
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={words.clients.changeTitle(client.name)}
      closeButtonProps={{ "aria-label": words.common.close }}
    >
      <form
        onSubmit={form.onSubmit((values) =>
          update.mutate({ clientId: client.id, version: client.version, ...changesIn(client, values) }),
        )}
      >
        <Stack>
          <TextInput {...form.getInputProps("name")} label={words.siteNew.clientName} required data-autofocus />
          <TextInput {...form.getInputProps("phone")} label={words.siteNew.phone} type="tel" autoComplete="off" />
          <TextInput {...form.getInputProps("email")} label={words.siteNew.email} type="email" autoComplete="off" />
          <ErrorMessage error={update.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {words.common.cancel}
            </Button>
            <Button type="submit" loading={update.isPending} disabled={!form.isDirty()}>
              {words.clients.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function changesIn(client: Client, values: { name: string; phone: string; email: string }) {
  const [phone, email] = [values.phone.trim() || null, values.email.trim() || null];
  return {
    ...(values.name === client.name ? {} : { name: values.name }),
    ...(phone === client.phone ? {} : { phone }),
    ...(email === client.email ? {} : { email }),
  };
}
