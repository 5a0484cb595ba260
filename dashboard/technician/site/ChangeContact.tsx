import { type Contact, ContactRole, isCaretakerError, Language } from "@caretaker/protocol";
import { Button, Checkbox, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useAction } from "../../live/queries.ts";
import { Confirm } from "../../ui/Confirm.tsx";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { words } from "../../words/en.ts";
import { ContactFields, type ContactValues } from "../sites/ContactFields.tsx";

interface Props {
  readonly contact: Contact;
  readonly onClose: () => void;
}

/** Only what was changed is sent: a new address or phone rests for a day, and the old address is told. */
export function EditContact({ contact, onClose }: Props) {
  const form = useForm<ContactValues>({ initialValues: valuesOf(contact) });
  const update = useAction("contact.update", { outdates: ["site.get"], onDone: onClose });
  return (
    <Modal
      opened
      onClose={onClose}
      title={words.consent.editContact(contact.name)}
      size="lg"
      closeButtonProps={{ "aria-label": words.common.close }}
    >
      <form
        onSubmit={form.onSubmit((values) =>
          update.mutate({ siteId: contact.siteId, contactId: contact.id, ...changesIn(contact, values) }),
        )}
      >
        <Stack>
          <Text size="sm">{words.consent.editText}</Text>
          <ContactFields input={(field) => form.getInputProps(field)} />
          <ErrorMessage error={update.error} />
          <Group justify="flex-end">
            <Button type="submit" loading={update.isPending} disabled={!form.isDirty()}>
              {words.consent.saveContact}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

export function RemoveContact({ contact, onClose }: Props) {
  const [reason, setReason] = useState("");
  const [leavesNobody, setLeavesNobody] = useState(false);
  const remove = useAction("contact.remove", {
    outdates: ["site.get", "contact.former", "contact.phone.list"],
    onDone: onClose,
  });
  const isLast = isCaretakerError(remove.error, "conflict");
  return (
    <Confirm
      title={words.consent.removeTitle(contact.name)}
      text={words.consent.removeText}
      action={words.consent.removeContact}
      isOpen
      isDangerous
      isBusy={remove.isPending}
      canConfirm={reason.trim().length >= 3}
      error={remove.error}
      onConfirm={() => remove.mutate({ siteId: contact.siteId, contactId: contact.id, reason, leavesNobody })}
      onClose={onClose}
    >
      <TextInput
        label={words.consent.removeWhy}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        minLength={3}
        required
        data-autofocus
      />
      {isLast || leavesNobody ? (
        <Checkbox
          label={words.consent.leavesNobody}
          checked={leavesNobody}
          onChange={(event) => setLeavesNobody(event.currentTarget.checked)}
        />
      ) : null}
    </Confirm>
  );
}

function valuesOf({ id, name, role, language, email, phone }: Contact): ContactValues {
  return { key: id, name, role, language, email: email ?? "", phone: phone ?? "", verifiedBecause: "" };
}

function changesIn(contact: Contact, values: ContactValues) {
  const because = values.verifiedBecause.trim();
  const [email, phone] = [values.email.trim() || null, values.phone.trim() || null];
  return {
    ...(values.name === contact.name ? {} : { name: values.name }),
    ...(values.role === contact.role ? {} : { role: ContactRole.parse(values.role) }),
    ...(values.language === contact.language ? {} : { language: Language.parse(values.language) }),
    ...(email === contact.email ? {} : { email }),
    ...(phone === contact.phone ? {} : { phone }),
    ...(because === "" ? {} : { verifiedBecause: because }),
  };
}
