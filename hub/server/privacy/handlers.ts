import type { Announcements } from "../announcements.ts";
import type { Database } from "../db/database.ts";
import type { Handlers } from "../http/handler.ts";
import { eraseContact } from "./erase-contact.ts";
import { erasePerson } from "./erase-person.ts";
import { exportContact } from "./export-contact.ts";

export function privacyHandlers({
  db,
  announcements,
}: {
  readonly db: Database;
  readonly announcements: Announcements;
}): Pick<Handlers, "contact.export" | "contact.erase" | "person.erase"> {
  return {
    "person.erase": ({ preview, ...which }, { actor, now }) =>
      erasePerson(db, { ...which, actor, now, isPreview: preview }),
    "contact.export": (which, { actor, now }) => exportContact(db, { ...which, actor, now }),
    "contact.erase": async ({ preview, ...which }, { actor, now }) => {
      const counted = await eraseContact(db, { ...which, actor, now, isPreview: preview });
      if (!preview) announcements.announce({ type: "site.changed", siteId: which.siteId });
      return counted;
    },
  };
}
