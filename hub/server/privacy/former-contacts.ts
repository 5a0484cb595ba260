import type { FormerContact, SiteId } from "@caretaker/protocol";
import type { Database } from "../db/database.ts";
import { GONE } from "./personal-words.ts";

/** Who of a home may still ask what is kept of them, or to be forgotten, and stands in no list of those who can be asked. */
export async function formerContacts(db: Database, siteId: SiteId): Promise<FormerContact[]> {
  const rows = await db
    .selectFrom("contact")
    .innerJoin("site", "site.id", "contact.siteId")
    .select(["contact.id", "contact.name", "contact.role", "contact.removedAt"])
    .where("contact.siteId", "=", siteId)
    .where("contact.name", "!=", GONE)
    .where((where) => where.or([where("contact.removedAt", "is not", null), where("site.removedAt", "is not", null)]))
    .orderBy("contact.name")
    .execute();
  return rows.map((row) => ({ ...row, id: row.id as FormerContact["id"], siteId }));
}
