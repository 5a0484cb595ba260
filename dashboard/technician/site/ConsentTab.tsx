import { type Contact, type Site, type SiteId, StandingScope } from "@caretaker/protocol";
import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { mdiAccountPlusOutline, mdiCheckCircle, mdiCheckDecagram, mdiCircleOutline, mdiPencilOutline } from "@mdi/js";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useAction, useOperation } from "../../live/queries.ts";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Skeletons } from "../../ui/Skeletons.tsx";
import { words } from "../../words/en.ts";
import { CONTACT_ROLE_WORDS, EVIDENCE_WORDS, SCOPE_MEANINGS, SCOPE_WORDS } from "../../words/states.ts";
import { day, dayAndTime } from "../../words/time.ts";
import { useMay } from "../session.ts";
import { ContactFields, emptyContact, newContact } from "../sites/ContactFields.tsx";
import { type ConsentValues, consentMistakes, emptyConsent, newConsent, ScopeFields } from "../sites/ScopeFields.tsx";
import "../sites/sites.css";

const route = getRouteApi("/inside/sites/$siteId/consent");

/** What the homeowner allows, since when and how we know; and who can be asked for more. */
export function ConsentTab() {
  const { siteId } = route.useParams();
  const site = useOperation("site.get", { siteId });
  if (!site.data) return <Skeletons rows={4} height={60} />;
  return (
    <div className="two-columns">
      <Standing site={site.data} />
      <Contacts site={site.data} />
    </div>
  );
}

function Standing({ site }: { site: Site }) {
  const may = useMay("scopes.set");
  const [isEditing, setEditing] = useState(false);
  return (
    <Panel
      title={words.consent.standing}
      text={words.siteNew.consentText}
      aside={
        may ? (
          <Button
            size="xs"
            variant="default"
            onClick={() => setEditing(true)}
            leftSection={<Icon path={mdiPencilOutline} size={15} />}
          >
            {words.consent.change}
          </Button>
        ) : undefined
      }
    >
      <ul className="scope-list">
        {StandingScope.options.map((scope) => {
          const given = site.scopes.find((each) => each.scope === scope);
          return (
            <li key={scope} className="scope" data-given={given !== undefined || undefined}>
              <Icon path={given ? mdiCheckCircle : mdiCircleOutline} size={19} />
              <div>
                <p className="scope-name">
                  {SCOPE_WORDS[scope]}
                  <span className="visually-hidden"> {given ? words.consent.given : words.consent.notGiven}</span>
                </p>
                <p className="scope-text">{SCOPE_MEANINGS[scope]}</p>
                {given ? (
                  <p className="scope-evidence">
                    {words.consent.by(given.givenBy, day(given.givenAt, site.timeZone))} ·{" "}
                    {EVIDENCE_WORDS[given.evidence]}
                    {given.evidenceNote === null ? "" : `: ${given.evidenceNote}`} ·{" "}
                    {words.consent.review(day(given.reviewAt, site.timeZone))}
                  </p>
                ) : null}
              </div>
            </li>
          );
        })}
      </ul>
      <ChangeScopes key={String(isEditing)} site={site} isOpen={isEditing} onClose={() => setEditing(false)} />
    </Panel>
  );
}

function ChangeScopes({ site, isOpen, onClose }: { site: Site; isOpen: boolean; onClose: () => void }) {
  const [values, setValues] = useState<ConsentValues>(() => ({
    ...emptyConsent(),
    scopes: site.scopes.map((given) => given.scope),
  }));
  const [mistake, setMistake] = useState<string | null>(null);
  const scopes = useOperation("scopes.get", { siteId: site.id }, { enabled: isOpen });
  const set = useAction("scopes.set", { outdates: ["site.get", "scopes.get"], onDone: onClose });
  const suggested = site.contacts.find((contact) => contact.role === "owner")?.name ?? "";
  const handleSubmit = (): void => {
    const wrong = consentMistakes(values);
    setMistake(wrong);
    if (wrong !== null) return;
    set.mutate({
      siteId: site.id,
      ...(scopes.data ? { version: scopes.data.version } : {}),
      ...newConsent(values, suggested),
    });
  };
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={words.consent.changeTitle}
      size="lg"
      closeButtonProps={{ "aria-label": words.common.close }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          handleSubmit();
        }}
      >
        <Stack>
          <ScopeFields value={values} onChange={setValues} suggestedName={suggested} error={mistake} />
          {values.scopes.includes("view") ? null : <p className="line-notice">{words.consent.viewWarning}</p>}
          <ErrorMessage error={set.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {words.common.cancel}
            </Button>
            <Button type="submit" loading={set.isPending}>
              {words.consent.record}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function Contacts({ site }: { site: Site }) {
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
      {isAdding ? <AddContact siteId={site.id} onClose={() => setAdding(false)} /> : null}
      {verifying ? <VerifyContact siteId={site.id} contact={verifying} onClose={() => setVerifying(null)} /> : null}
    </Panel>
  );
}

function ContactLine({ contact, site, onVerify }: { contact: Contact; site: Site; onVerify: () => void }) {
  const may = useMay("contact.verify");
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
          {contact.phone === null ? null : <a href={`tel:${contact.phone.replace(/[^+\d]/g, "")}`}>{contact.phone}</a>}
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
