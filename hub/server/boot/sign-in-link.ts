import type { Secret } from "@caretaker/protocol";
import { type Database, now } from "../db/database.ts";
import type { Handlers } from "../http/handler.ts";
import { createSignInLink, demoPerson } from "../people/setup.ts";

/** A link that signs in once, where this hub is a demo; with `become` an empty hub becomes one. */
export async function signInLink(
  db: Database,
  { url, setupToken, handlers }: { url: string; setupToken: Secret; handlers: Handlers },
  become: boolean,
): Promise<string | null> {
  const person = await demoPerson(db);
  if (person !== null) return createSignInLink(db, person.id, url);
  if (!become || (await db.selectFrom("firm").select("id").executeTakeFirst()) !== undefined) return null;
  const { signal } = new AbortController();
  const call = { actor: { kind: "stranger" }, requestId: "start", now: await now(db), signal } as const;
  return (await handlers["setup.complete"]({ token: setupToken.reveal(), mode: "demo" }, call)).signInUrl;
}
