import type { Person } from "@caretaker/protocol";
import { TextInput } from "@mantine/core";
import { useState } from "react";
import { useAction } from "../../live/queries.ts";
import { Confirm } from "../../ui/Confirm.tsx";
import { words } from "../../words/en.ts";

/** Counts what would go before it goes: the second press is the one that erases. */
export function ErasePerson({ person, onClose }: { person: Person; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const count = useAction("person.erase");
  const erase = useAction("person.erase", { outdates: ["person.list"], onDone: onClose });
  const counted = count.data;
  return (
    <Confirm
      title={words.privacy.erasePersonTitle(person.name)}
      text={words.privacy.erasePersonText}
      action={counted === undefined ? words.privacy.count : words.privacy.erasePerson}
      isOpen
      isDangerous={counted !== undefined}
      isBusy={count.isPending || erase.isPending}
      canConfirm={reason.trim().length >= 3}
      error={count.error ?? erase.error}
      onConfirm={() => {
        if (counted === undefined) count.mutate({ personId: person.id, reason, preview: true });
        else erase.mutate({ personId: person.id, reason });
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
      {counted === undefined ? null : <p role="status">{words.privacy.countedPerson(counted)}</p>}
    </Confirm>
  );
}
