import type { Contact, Site, SiteId } from "@caretaker/protocol";
import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { mdiAccountPlusOutline, mdiCheckDecagram } from "@mdi/js";
import { useState } from "react";
import { useAction } from "../../live/queries.ts";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { saveFile } from "../../ui/save-file.ts";
import { telephone } from "../../ui/telephone.ts";
import { words } from "../../words/en.ts";
import { CONTACT_ROLE_WORDS } from "../../words/states.ts";
import { day, dayAndTime } from "../../words/time.ts";
import { FormerContacts } from "../clients/FormerContacts.tsx";
import { useMay } from "../session.ts";
import { ContactFields, emptyContact, newContact } from "../sites/ContactFields.tsx";
import { EditContact, RemoveContact } from "./ChangeContact.tsx";
import { EraseContact } from "./EraseContact.tsx";

/** Who can be asked, and whether we know that the address is theirs. */
export function Contacts({ site }: { site: Site }) {
  const may = useMay("contact.add");
  const [isAdding, setAdding] = useState(false);
  const [verifying, setVerifying] = useState<Contact | null>(null);
  return (
    <Panel
      title={words.siteNew.contacts}
      isFlush
      aside={
        may ? (
          <Button
            size="xs"
            variant="default"
            onClick={() => setAdding(true)}
            leftSection={<Icon path={mdiAccountPlusOutline} size={15} />}
          >
            {words.consent.addContact}
          </Button>
        ) : undefined
      }
    >
      {site.contacts.length === 0 ? (
        <EmptyState icon={mdiAccountPlusOutline} title={words.consent.noContacts} text={words.siteNew.contactsText} />
      ) : (
        <ul className="contact-list">
          {site.contacts.map((contact) => (
            <ContactLine key={contact.id} contact={contact} site={site} onVerify={() => setVerifying(contact)} />
          ))}
        </ul>
      )}
      <FormerContacts siteId={site.id} />
      {isAdding ? <AddContact siteId={site.id} onClose={() => setAdding(false)} /> : null}
      {verifying ? <VerifyContact siteId={site.id} contact={verifying} onClose={() => setVerifying(null)} /> : null}
    </Panel>
  );
}

function ContactLine({ contact, site, onVerify }: { contact: Contact; site: Site; onVerify: () => void }) {
  const may = useMay("contact.verify");
  const mayChange = useMay("contact.update");
  const [dialog, setDialog] = useState<"edit" | "remove" | "erase" | null>(null);
  const mayErase = useMay("contact.erase");
  const maySend = useMay("contact.journal.send");
  const send = useAction("contact.journal.send");
  const mayExport = useMay("contact.export");
  const take = useAction("contact.export", {
    onDone: (data) => saveFile(`${contact.name}.json`, "application/json", JSON.stringify(data, null, 2)),
  });
  const isResting = contact.restsUntil !== null && Date.parse(contact.restsUntil) > Date.now();
  return (
    <li className="contact">
      <div className="contact-main">
        <p className="contact-name">{contact.name}</p>
        <p className="dim">
          {CONTACT_ROLE_WORDS[contact.role]} · {words.languages[contact.language]}
        </p>
        <p className="contact-addresses">
          {contact.email === null ? null : <span>{contact.email}</span>}
          {contact.phone === null ? null : <a href={telephone(contact.phone)}>{contact.phone}</a>}
        </p>
        {isResting && contact.restsUntil !== null ? (
          <p className="contact-note">{words.consent.rests(dayAndTime(contact.restsUntil, site.timeZone))}</p>
        ) : null}
      </div>
      {contact.verifiedAt !== null ? (
        <span className="tag" data-tone="good">
          <Icon path={mdiCheckDecagram} size={14} />
          {words.consent.verified(day(contact.verifiedAt, site.timeZone))}
        </span>
      ) : contact.email === null ? (
        <span className="tag">{words.consent.noEmail}</span>
      ) : (
        <span className="contact-verify">
          <span className="tag" data-tone="warn">
            {words.consent.unverified}
          </span>
          {may ? (
            <Button size="xs" variant="default" onClick={onVerify}>
              {words.consent.verify}
            </Button>
          ) : null}
        </span>
      )}
      {mayChange ? (
        <Group gap="xs">
          <Button
            size="xs"
            variant="subtle"
            aria-label={words.consent.editOf(contact.name)}
            onClick={() => setDialog("edit")}
          >
            {words.consent.edit}
          </Button>
          <Button
            size="xs"
            variant="subtle"
            color="red"
            aria-label={words.consent.removeOf(contact.name)}
            onClick={() => setDialog("remove")}
          >
            {words.consent.removeContact}
          </Button>
          {maySend && contact.verifiedAt !== null && contact.role !== "manager" ? (
            <Button
              size="xs"
              variant="subtle"
              aria-label={words.consent.journalOf(
                contact.name,
                send.isSuccess ? words.consent.journalSent : words.consent.journal,
              )}
              loading={send.isPending}
              disabled={send.isSuccess}
              onClick={() => send.mutate({ siteId: site.id, contactId: contact.id })}
            >
              {send.isSuccess ? words.consent.journalSent : words.consent.journal}
            </Button>
          ) : null}
          {mayExport ? (
            <Button
              size="xs"
              variant="subtle"
              aria-label={words.privacy.exportOf(contact.name)}
              loading={take.isPending}
              onClick={() => take.mutate({ siteId: site.id, contactId: contact.id })}
            >
              {words.privacy.export}
            </Button>
          ) : null}
          {mayErase ? (
            <Button
              size="xs"
              variant="subtle"
              color="red"
              aria-label={words.privacy.eraseOf(contact.name)}
              onClick={() => setDialog("erase")}
            >
              {words.privacy.erase}
            </Button>
          ) : null}
        </Group>
      ) : null}
      {dialog === "edit" ? <EditContact contact={contact} onClose={() => setDialog(null)} /> : null}
      <ErrorMessage error={take.error ?? send.error} />
      {dialog === "erase" ? <EraseContact contact={contact} onClose={() => setDialog(null)} /> : null}
      {dialog === "remove" ? <RemoveContact contact={contact} onClose={() => setDialog(null)} /> : null}
    </li>
  );
}

function AddContact({ siteId, onClose }: { siteId: SiteId; onClose: () => void }) {
  const form = useForm({ initialValues: emptyContact() });
  const add = useAction("contact.add", { outdates: ["site.get"], onDone: onClose });
  return (
    <Modal
      opened
      onClose={onClose}
      title={words.consent.addContact}
      size="lg"
      closeButtonProps={{ "aria-label": words.common.close }}
    >
      <form onSubmit={form.onSubmit((values) => add.mutate({ siteId, ...newContact(values) }))}>
        <Stack>
          <ContactFields input={(field) => form.getInputProps(field)} />
          <ErrorMessage error={add.error} />
          <Group justify="flex-end">
            <Button type="submit" loading={add.isPending}>
              {words.consent.addContact}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function VerifyContact({ siteId, contact, onClose }: { siteId: SiteId; contact: Contact; onClose: () => void }) {
  const [because, setBecause] = useState("");
  const verify = useAction("contact.verify", { outdates: ["site.get"], onDone: onClose });
  return (
    <Modal
      opened
      onClose={onClose}
      title={words.consent.verifyTitle(contact.name)}
      closeButtonProps={{ "aria-label": words.common.close }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          verify.mutate({ siteId, contactId: contact.id, because });
        }}
      >
        <Stack>
          <TextInput
            label={words.siteNew.verified}
            description={contact.email}
            placeholder={words.siteNew.verifiedExample}
            value={because}
            onChange={(event) => setBecause(event.currentTarget.value)}
            minLength={3}
            required
            data-autofocus
          />
          <ErrorMessage error={verify.error} />
          <Group justify="flex-end">
            <Button type="submit" loading={verify.isPending}>
              {words.consent.verify}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
