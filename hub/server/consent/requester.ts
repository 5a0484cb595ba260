import type { Database } from "../db/database.ts";
import type { ConsentDeps } from "./types.ts";

/**
 * The addresses of whoever started a run: none of them may answer it. Behind a key stands the person who made it.
 */
export async function requesterEmails(
  { emailOfPerson }: Pick<ConsentDeps, "emailOfPerson">,
  db: Database,
  startedBy: string,
  startedById: string | null,
): Promise<string[]> {
  const keyId = /^key:([0-9a-f-]{36}) /.exec(startedBy)?.[1];
  const maker =
    keyId === undefined
      ? undefined
      : await db.selectFrom("apiKey").select("createdById").where("id", "=", keyId).executeTakeFirst();
  const emails: string[] = [];
  for (const personId of [startedById, maker?.createdById ?? null]) {
    const email = personId === null ? null : await emailOfPerson(db, personId);
    if (email !== null) emails.push(email);
  }
  return emails;
}
