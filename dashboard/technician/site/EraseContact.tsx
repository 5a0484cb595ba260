import type { Contact } from "@caretaker/protocol";
import { TextInput } from "@mantine/core";
import { useState } from "react";
import { useAction } from "../../live/queries.ts";
import { Confirm } from "../../ui/Confirm.tsx";
import { words } from "../../words/en.ts";

type Erasable = Pick<Contact, "id" | "siteId" | "name">;

/** Counts what would go before it goes: the second press is the one that erases. */
export function EraseContact({ contact, onClose }: { contact: Erasable; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const { siteId, id: contactId } = contact;
  const count = useAction("contact.erase");
  const erase = useAction("contact.erase", {
    outdates: ["site.get", "contact.former", "ledger.list"],
    onDone: onClose,
  });
  const counted = count.data;
  return (
    <Confirm
      title={words.privacy.eraseTitle(contact.name)}
      text={words.privacy.eraseText}
      action={counted === undefined ? words.privacy.count : words.privacy.erase}
      isOpen
      isDangerous={counted !== undefined}
      isBusy={count.isPending || erase.isPending}
      canConfirm={reason.trim().length >= 3}
      error={count.error ?? erase.error}
      onConfirm={() => {
        if (counted === undefined) count.mutate({ siteId, contactId, reason, preview: true });
        else erase.mutate({ siteId, contactId, reason });
      }}
      onClose={onClose}
    >
      <TextInput
        label={words.privacy.reason}
        description={words.privacy.reasonText}
        value={reason}
        onChange={(event) => {
          setReason(event.currentTarget.value);
          count.reset();
        }}
        minLength={3}
        maxLength={300}
        required
        data-autofocus
      />
      {counted === undefined ? null : (
        <div role="status">
          <p>{words.privacy.counted(counted)}</p>
          {counted.stillNamed.length === 0 ? null : <p>{words.privacy.stillNamed(counted.stillNamed)}</p>}
        </div>
      )}
    </Confirm>
  );
}
