import type { Contact, ContactPhone, Site } from "@caretaker/protocol";
import { Button, Switch } from "@mantine/core";
import { useState } from "react";
import { useAction, useOperation } from "../../live/queries.ts";
import { Confirm } from "../../ui/Confirm.tsx";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { words } from "../../words/en.ts";
import { dayAndTime } from "../../words/time.ts";
import { useMay } from "../session.ts";
import { ChoosePhone } from "./ChoosePhone.tsx";

/** What comes beside the mail: a note without a link in the home's own system, and the question on a contact's phone. */
export function AskedAtHome({ site }: { site: Site }) {
  const phones = useOperation("contact.phone.list", { siteId: site.id });
  const [choosing, setChoosing] = useState<Contact | null>(null);
  const save = useAction("site.update", { outdates: ["site.get"] });
  const may = useMay("site.update");
  return (
    <Panel title={words.atHome.title} text={words.atHome.text}>
      <Switch
        label={words.atHome.notice}
        description={words.atHome.noticeText}
        checked={site.noticeInHome}
        disabled={!may || save.isPending}
        onChange={({ currentTarget }) =>
          save.mutate({ siteId: site.id, version: site.version, noticeInHome: currentTarget.checked })
        }
      />
      <ErrorMessage error={save.error ?? phones.error} />
      <ul className="phone-list">
        {phones.data
          ? site.contacts.map((contact) => (
              <PhoneLine
                key={contact.id}
                site={site}
                contact={contact}
                chosen={phones.data.items.find(({ contactId }) => contactId === contact.id)}
                onChoose={() => setChoosing(contact)}
              />
            ))
          : null}
      </ul>
      {choosing ? <ChoosePhone site={site} contact={choosing} onClose={() => setChoosing(null)} /> : null}
    </Panel>
  );
}

interface PhoneLineProps {
  readonly site: Site;
  readonly contact: Contact;
  readonly chosen: ContactPhone | undefined;
  readonly onChoose: () => void;
}

function PhoneLine({ site, contact, chosen, onChoose }: PhoneLineProps) {
  // Which phones there are is for whoever mends: a dispatcher cannot choose.
  const may = { set: useMay("contact.phone.set"), list: useMay("phone.list"), remove: useMay("contact.phone.remove") };
  const [isAsking, setAsking] = useState(false);
  const remove = useAction("contact.phone.remove", {
    outdates: ["contact.phone.list"],
    onDone: () => setAsking(false),
  });
  const rests = chosen !== undefined && Date.parse(chosen.restsUntil) > Date.now();
  return (
    <li className="contact">
      <div className="contact-main">
        <p className="contact-name">{contact.name}</p>
        <p className="dim">
          {chosen === undefined ? words.atHome.mailOnly : words.atHome.chosen(chosen.phone, chosen.userName)}
        </p>
        {rests ? (
          <p className="contact-note">{words.atHome.rests(dayAndTime(chosen.restsUntil, site.timeZone))}</p>
        ) : null}
      </div>
      {may.set && may.list && site.gateways.length > 0 ? (
        <Button size="xs" variant="default" onClick={onChoose} aria-label={words.atHome.chooseFor(contact.name)}>
          {words.atHome.choose}
        </Button>
      ) : null}
      {may.remove && chosen !== undefined ? (
        <Button
          size="xs"
          variant="subtle"
          color="red"
          onClick={() => setAsking(true)}
          aria-label={words.atHome.removeFor(contact.name)}
        >
          {words.atHome.remove}
        </Button>
      ) : null}
      <Confirm
        title={words.atHome.removeTitle(contact.name)}
        text={words.atHome.removeText}
        action={words.atHome.remove}
        isOpen={isAsking}
        isBusy={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate({ siteId: site.id, contactId: contact.id })}
        onClose={() => setAsking(false)}
      />
    </li>
  );
}
