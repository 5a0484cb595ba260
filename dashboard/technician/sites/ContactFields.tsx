import { ContactRole, Language } from "@caretaker/protocol";
import { CloseButton, Select, SimpleGrid, TextInput } from "@mantine/core";
import { newKey } from "../../live/new-key.ts";
import { words } from "../../words/en.ts";
import { CONTACT_ROLE_WORDS } from "../../words/states.ts";

export interface ContactValues {
  readonly key: string;
  readonly name: string;
  readonly role: string;
  readonly language: string;
  readonly email: string;
  readonly phone: string;
  readonly verifiedBecause: string;
}

export function emptyContact(): ContactValues {
  return { key: newKey(), name: "", role: "owner", language: "en", email: "", phone: "", verifiedBecause: "" };
}

/** As operations take it: what was left empty is left out. */
export function newContact(values: ContactValues) {
  const optional = (name: "email" | "phone" | "verifiedBecause") =>
    values[name].trim() === "" ? {} : { [name]: values[name].trim() };
  return {
    name: values.name,
    role: ContactRole.parse(values.role),
    language: Language.parse(values.language),
    ...optional("email"),
    ...optional("phone"),
    ...optional("verifiedBecause"),
  };
}

type ContactField = Exclude<keyof ContactValues, "key">;

interface ContactFieldsProps {
  readonly input: (field: ContactField) => object;
  readonly onRemove?: () => void;
}

/** Somebody of the household, and how we know that the address is theirs: only then can they be asked. */
export function ContactFields({ input, onRemove }: ContactFieldsProps) {
  return (
    <div className="contact-fields">
      {onRemove ? (
        <CloseButton className="contact-remove" aria-label={words.siteNew.removeContact} onClick={onRemove} />
      ) : null}
      <SimpleGrid cols={{ base: 1, sm: 3 }} verticalSpacing="sm">
        <TextInput {...input("name")} label={words.siteNew.contactName} autoComplete="off" required />
        <Select
          {...input("role")}
          label={words.siteNew.contactRole}
          data={ContactRole.options.map((value) => ({ value, label: CONTACT_ROLE_WORDS[value] }))}
          allowDeselect={false}
        />
        <Select
          {...input("language")}
          label={words.siteNew.language}
          data={Language.options.map((value) => ({ value, label: words.languages[value] }))}
          allowDeselect={false}
        />
        <TextInput {...input("email")} label={words.siteNew.email} type="email" autoComplete="off" />
        <TextInput {...input("phone")} label={words.siteNew.phone} type="tel" autoComplete="off" />
      </SimpleGrid>
      <TextInput
        {...input("verifiedBecause")}
        label={words.siteNew.verified}
        description={words.siteNew.verifiedText}
        placeholder={words.siteNew.verifiedExample}
        mt="sm"
      />
    </div>
  );
}
