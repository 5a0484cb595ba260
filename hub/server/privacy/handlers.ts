import type { Announcements } from "../announcements.ts";
import type { Database } from "../db/database.ts";
import type { Handlers } from "../http/handler.ts";
import { eraseContact } from "./erase-contact.ts";
import { erasePerson } from "./erase-person.ts";
import type { Erasures } from "./erasures.ts";
import { exportContact } from "./export-contact.ts";
import { formerContacts } from "./former-contacts.ts";

export function privacyHandlers({
  db,
  announcements,
  erasures,
}: {
  readonly db: Database;
  readonly announcements: Announcements;
  readonly erasures: Pick<Erasures, "note">;
}): Pick<Handlers, "contact.export" | "contact.erase" | "contact.former" | "person.erase"> {
  return {
    "person.erase": async ({ preview, ...which }, { actor, now }) => {
      const counted = await erasePerson(db, { ...which, actor, now, isPreview: preview });
      if (!preview) await erasures.note({ personId: which.personId });
      return counted;
    },
    "contact.former": async ({ siteId }) => ({ items: await formerContacts(db, siteId) }),
    "contact.export": (which, { actor, now }) => exportContact(db, { ...which, actor, now }),
    "contact.erase": async ({ preview, ...which }, { actor, now }) => {
      const counted = await eraseContact(db, { ...which, actor, now, isPreview: preview });
      if (preview) return counted;
      announcements.announce({ type: "site.changed", siteId: which.siteId });
      await erasures.note({ siteId: which.siteId, contactId: which.contactId });
      return counted;
    },
  };
}
