import type { ContactId, SiteId } from "@caretaker/protocol";
import type { AddCommands } from "../cli.ts";
import { call } from "../client.ts";
import { saveAs } from "../save-as.ts";

export const addContactCommands: AddCommands = (program, { hub, print }) => {
  const contact = program.command("contact").description("People of a home");
  contact
    .command("list")
    .description("Who can be asked at a site, with their ids")
    .argument("<site>", "the site's id")
    .action(async (siteId: string) => {
      const { contacts } = await call(hub(), "site.get", { siteId: siteId as SiteId });
      print(contacts, () => contacts.map(({ id, name, role }) => `${role.padEnd(8)} ${name}  ${id}`));
    });
  contact
    .command("export")
    .description("Write all that is kept of a person into a file, to hand it to them")
    .argument("<site>", "the site's id")
    .argument("<contact>", "the contact's id")
    .argument("<file>", "where to; it must not be there yet")
    .action(async (siteId: string, contactId: string, file: string) => {
      const ids = { siteId: siteId as SiteId, contactId: contactId as ContactId };
      const data = await call(hub(), "contact.export", ids);
      await saveAs(file, new Blob([`${JSON.stringify(data, null, 2)}\n`]).stream());
      print({ file }, () => [`Written to ${file}. That it was taken out is in the site's ledger.`]);
    });
};
