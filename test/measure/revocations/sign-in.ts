import type { Firm } from "@caretaker/journeys/harness/firm.ts";
import type { PersonId, SessionId } from "@caretaker/protocol";
import { transaction } from "@caretaker/server/db/database.ts";
import { addPerson } from "@caretaker/server/people/people.ts";

const PASSWORD = "correct horse battery";

/** A technician of the firm who has signed in at the hub's own door. */
export async function signInAs(
  { db, hub }: Firm,
  name: string,
): Promise<{ cookie: string; personId: PersonId; sessionId: SessionId }> {
  const email = `${name.toLowerCase()}@brighthomes.example`;
  const personId = (await transaction(db, (trx) =>
    addPerson(trx, { name, email, role: "technician", password: PASSWORD }),
  )) as PersonId;
  const answer = await fetch(`${hub.url}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: hub.url },
    body: JSON.stringify({ email, password: PASSWORD }),
  });
  if (!answer.ok) throw new Error(`${name} could not sign in: ${answer.status} ${await answer.text()}`);
  const cookie = answer.headers
    .getSetCookie()
    .map((one) => one.split(";")[0] ?? "")
    .join("; ");
  // As after the code of an authenticator app.
  const { id } = await db
    .updateTable("browserSession")
    .set({ factorAt: new Date() })
    .where("userId", "=", personId)
    .returning("id")
    .executeTakeFirstOrThrow();
  return { cookie, personId, sessionId: id as SessionId };
}
