import type { FormerContact, SiteId } from "@caretaker/protocol";
import { Button, Group } from "@mantine/core";
import { useState } from "react";
import { useAction, useOperation } from "../../live/queries.ts";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { saveFile } from "../../ui/save-file.ts";
import { words } from "../../words/en.ts";
import { CONTACT_ROLE_WORDS } from "../../words/states.ts";
import { day } from "../../words/time.ts";
import { useMay } from "../session.ts";
import { EraseContact } from "../site/EraseContact.tsx";

/** Who can be asked no more, and may still ask what is kept of them, or to be forgotten. */
export function FormerContacts({ siteId }: { siteId: SiteId }) {
  const may = useMay("contact.former");
  const former = useOperation("contact.former", { siteId }, { enabled: may });
  const items = former.data?.items ?? [];
  if (!may || (former.data && items.length === 0)) return null;
  return (
    <section aria-label={words.privacy.former}>
      <h3 className="contact contact-name">{words.privacy.former}</h3>
      <ErrorMessage error={former.error} onRetry={() => void former.refetch()} />
      <ul className="contact-list">
        {items.map((contact) => (
          <FormerLine key={contact.id} contact={contact} />
        ))}
      </ul>
    </section>
  );
}

function FormerLine({ contact }: { contact: FormerContact }) {
  const { siteId, id: contactId, name, role, removedAt } = contact;
  const [isErasing, setErasing] = useState(false);
  const mayExport = useMay("contact.export");
  const mayErase = useMay("contact.erase");
  const take = useAction("contact.export", {
    outdates: ["ledger.list"],
    onDone: (data) => saveFile(`${name}.json`, "application/json", JSON.stringify(data, null, 2)),
  });
  return (
    <li className="contact">
      <div className="contact-main">
        <p className="contact-name">{name}</p>
        <p className="dim">
          {CONTACT_ROLE_WORDS[role]}
          {removedAt === null ? "" : ` · ${words.privacy.removedOn(day(removedAt))}`}
        </p>
      </div>
      <Group gap="xs">
        {mayExport ? (
          <Button
            size="xs"
            variant="subtle"
            aria-label={words.privacy.exportOf(name)}
            loading={take.isPending}
            onClick={() => take.mutate({ siteId, contactId })}
          >
            {words.privacy.export}
          </Button>
        ) : null}
        {mayErase ? (
          <Button
            size="xs"
            variant="subtle"
            color="red"
            aria-label={words.privacy.eraseOf(name)}
            onClick={() => setErasing(true)}
          >
            {words.privacy.erase}
          </Button>
        ) : null}
      </Group>
      <ErrorMessage error={take.error} />
      {isErasing ? <EraseContact contact={contact} onClose={() => setErasing(false)} /> : null}
    </li>
  );
}
