import "./sites.css";
import { Button, Group, Select, SimpleGrid, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useAction } from "../../live/queries.ts";
import { BackLink } from "../../ui/BackLink.tsx";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Page } from "../../ui/Page.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { zonesWith } from "../../ui/zones.ts";
import { words } from "../../words/en.ts";
import { useMe } from "../session.ts";
import { ClientFields } from "./ClientFields.tsx";
import { ContactFields, emptyContact, newContact } from "./ContactFields.tsx";
import { consentMistakes, emptyConsent, newConsent, ScopeFields } from "./ScopeFields.tsx";

const emptyHome = { name: "", town: "", address: "", timeZone: "", from: "22:00", to: "07:00" };

/** A home with who lives there and what they allow: everything needed before a gateway is connected. */
export function SiteNewPage() {
  const me = useMe();
  const navigate = useNavigate();
  const form = useForm({
    initialValues: {
      client: { existing: "", name: "", phone: "", email: "" },
      home: { ...emptyHome, timeZone: me.firm.timeZone },
      contacts: [emptyContact()],
      consent: emptyConsent(),
    },
    validate: { consent: consentMistakes },
  });
  const createClient = useAction("client.create", { outdates: ["client.list"] });
  const createSite = useAction("site.create", {
    outdates: ["site.list"],
    onDone: (site) => void navigate({ to: "/sites/$siteId/gateways/new", params: { siteId: site.id } }),
  });
  // Once made, a client is not made again when the site itself was refused and is sent a second time.
  const [made, setMade] = useState<{ key: string; id: string } | null>(null);

  const handleSubmit = async ({ client, home, contacts, consent }: typeof form.values): Promise<void> => {
    let clientId = client.existing;
    if (clientId === "") {
      const fresh = {
        name: client.name,
        ...(client.phone.trim() === "" ? {} : { phone: client.phone }),
        ...(client.email.trim() === "" ? {} : { email: client.email }),
      };
      const key = JSON.stringify(fresh);
      clientId = made?.key === key ? made.id : (await createClient.mutateAsync(fresh)).id;
      setMade({ key, id: clientId });
    }
    await createSite.mutateAsync({
      clientId,
      name: home.name,
      timeZone: home.timeZone,
      quietHours: { from: home.from, to: home.to },
      ...(home.town.trim() === "" ? {} : { town: home.town }),
      ...(home.address.trim() === "" ? {} : { address: home.address }),
      contacts: contacts.filter((contact) => contact.name.trim() !== "").map(newContact),
      consent: newConsent(consent, contacts[0]?.name ?? "", home.timeZone),
    });
  };

  const input = (field: string) => form.getInputProps(field);
  return (
    <Page title={words.siteNew.title} width="narrow" above={<BackLink to="/" word={words.shell.sites} />}>
      <form onSubmit={form.onSubmit((values) => void handleSubmit(values).catch(() => {}))}>
        <Stack>
          <Panel title={words.siteNew.client}>
            <ClientFields form={form} />
          </Panel>
          <Panel title={words.siteNew.home}>
            <SimpleGrid cols={{ base: 1, sm: 2 }} verticalSpacing="sm">
              <TextInput
                {...input("home.name")}
                label={words.siteNew.name}
                description={words.siteNew.nameText}
                required
              />
              <Select
                {...input("home.timeZone")}
                label={words.siteNew.timeZone}
                description={words.siteNew.timeZoneText}
                data={zonesWith(me.firm.timeZone)}
                searchable
                limit={50}
                required
              />
              <TextInput {...input("home.town")} label={words.siteNew.town} />
              <TextInput {...input("home.address")} label={words.siteNew.address} autoComplete="off" />
              <TextInput {...input("home.from")} type="time" label={words.siteNew.quietFrom} required />
              <TextInput {...input("home.to")} type="time" label={words.siteNew.quietTo} required />
            </SimpleGrid>
          </Panel>
          <Panel title={words.siteNew.contacts} text={words.siteNew.contactsText}>
            <Stack>
              {form.values.contacts.map((contact, at) => (
                <ContactFields
                  key={contact.key}
                  input={(field) => input(`contacts.${at}.${field}`)}
                  {...(at > 0 ? { onRemove: () => form.removeListItem("contacts", at) } : {})}
                />
              ))}
              <div>
                <Button variant="default" size="xs" onClick={() => form.insertListItem("contacts", emptyContact())}>
                  {words.siteNew.anotherContact}
                </Button>
              </div>
            </Stack>
          </Panel>
          <Panel title={words.siteNew.consent} text={words.siteNew.consentText}>
            <ScopeFields
              value={form.values.consent}
              onChange={(consent) => form.setFieldValue("consent", consent)}
              suggestedName={form.values.contacts[0]?.name ?? ""}
              error={form.errors.consent}
            />
          </Panel>
          <ErrorMessage error={createClient.error ?? createSite.error} />
          <Group justify="flex-end">
            <Button type="submit" loading={createClient.isPending || createSite.isPending}>
              {words.siteNew.submit}
            </Button>
          </Group>
        </Stack>
      </form>
    </Page>
  );
}
