import {
  type Actor,
  type ApiKeyId,
  CaretakerError,
  type Person,
  type PersonId,
  type Role,
  type SessionId,
} from "@caretaker/protocol";
import { hashPassword } from "better-auth/crypto";
import { type Database, now, type Trx } from "../db/database.ts";
import { isDuplicate } from "../db/errors.ts";
import { newId } from "../db/new-id.ts";
import type { Auth } from "./auth.ts";
import { KEY_PREFIX } from "./keys.ts";
import { noteUse } from "./session-time.ts";
import { hashToken } from "./token.ts";

/** Who is behind a request, and whether he still owes a second factor. */
export interface Known {
  readonly actor: Actor;
  readonly owesFactor: boolean;
}

const STRANGER: Known = { actor: { kind: "stranger" }, owesFactor: false };

/** Reads cookies or the `Authorization: Bearer` key of a request; judged anew each time, so what was withdrawn is withdrawn now. */
export async function knownBy(
  deps: { db: Database; auth: Auth; isDemo: () => boolean },
  headers: Headers,
): Promise<Known> {
  const authorization = headers.get("authorization");
  if (authorization !== null) return byKey(deps.db, authorization);
  if (!headers.has("cookie")) return STRANGER;
  const signedIn = await deps.auth.api.getSession({ headers });
  if (signedIn === null) return STRANGER;
  const { known, session, at } = await readSession(deps, signedIn.session.id, signedIn.user.id);
  if (session !== null) await noteUse(deps.db, session, at);
  return known;
}

/** The same, for a session that was seen before: an open stream asks this on every event. */
export async function byPerson(
  deps: { db: Database; isDemo: () => boolean },
  sessionId: string,
  personId: string,
): Promise<Known> {
  return (await readSession(deps, sessionId, personId)).known;
}

async function readSession(
  { db, isDemo }: { db: Database; isDemo: () => boolean },
  sessionId: string,
  personId: string,
) {
  const row = await db
    .selectFrom("browserSession")
    .innerJoin("person", "person.id", "browserSession.userId")
    .select([
      "browserSession.id as sessionId",
      "browserSession.createdAt",
      "browserSession.updatedAt",
      "browserSession.expiresAt",
      "browserSession.factorAt",
      "person.id",
      "person.name",
      "person.role",
      "person.disabledAt",
    ])
    .where("browserSession.id", "=", sessionId)
    .where("person.id", "=", personId)
    .executeTakeFirst();
  const at = await now(db);
  if (row === undefined || row.disabledAt !== null || Date.parse(row.expiresAt) <= at.getTime())
    return { known: STRANGER, session: null, at };
  // A demo holds nothing that a factor could protect.
  const factorAt = isDemo() ? at.toISOString() : row.factorAt;
  const actor: Actor = {
    kind: "person",
    id: row.id as PersonId,
    name: row.name,
    role: row.role,
    sessionId: row.sessionId as SessionId,
    factorAt,
  };
  return { known: { actor, owesFactor: factorAt === null }, session: { ...row, id: row.sessionId }, at };
}

async function byKey(db: Database, authorization: string): Promise<Known> {
  const key = /^Bearer (\S+)$/i.exec(authorization)?.[1];
  if (key === undefined || !key.startsWith(KEY_PREFIX)) return STRANGER;
  const row = await db.selectFrom("apiKey").selectAll().where("hash", "=", hashToken(key)).executeTakeFirst();
  const at = await now(db);
  if (row === undefined || row.revokedAt !== null || Date.parse(row.expiresAt) <= at.getTime()) return STRANGER;
  if (row.lastUsedAt === null || at.getTime() - Date.parse(row.lastUsedAt) > 60_000)
    await db.updateTable("apiKey").set({ lastUsedAt: at }).where("id", "=", row.id).execute();
  return { actor: { kind: "key", id: row.id as ApiKeyId, name: row.name, role: row.role }, owesFactor: false };
}

/** Adds somebody who can sign in with a password. Rejects with `conflict` when the address is taken. */
export async function addPerson(
  trx: Trx,
  person: { name: string; email: string; role: Role; password: string },
): Promise<PersonId> {
  const id = newId<PersonId>();
  const at = await now(trx);
  const email = person.email.toLowerCase();
  try {
    await trx
      .insertInto("person")
      .values({ id, name: person.name, email, role: person.role, createdAt: at, updatedAt: at })
      .execute();
  } catch (error) {
    if (isDuplicate(error))
      throw new CaretakerError("conflict", `Somebody with the address ${email} is here already.`, { cause: error });
    throw error;
  }
  const password = await hashPassword(person.password);
  await trx
    .insertInto("signInAccount")
    .values({
      id: newId(),
      accountId: id,
      providerId: "credential",
      userId: id,
      password,
      createdAt: at,
      updatedAt: at,
    })
    .execute();
  return id;
}

/** People as the pages show them. */
export async function listPeople(db: Database, id?: string): Promise<Person[]> {
  let query = db
    .selectFrom("person")
    .selectAll()
    .select((row) => [
      row
        .exists(row.selectFrom("passkey").select("passkey.id").whereRef("passkey.userId", "=", "person.id"))
        .as("hasPasskey"),
      row
        .selectFrom("browserSession")
        .select((session) => session.fn.max("browserSession.updatedAt").as("at"))
        .whereRef("browserSession.userId", "=", "person.id")
        .as("lastSession"),
    ])
    .orderBy("createdAt");
  if (id !== undefined) query = query.where("id", "=", id);
  const rows = await query.execute();
  return rows.map((row) => ({
    id: row.id as PersonId,
    name: row.name,
    email: row.email,
    role: row.role,
    hasSecondFactor: row.twoFactorEnabled || row.hasPasskey === true,
    disabledAt: row.disabledAt,
    createdAt: row.createdAt,
    lastSeenAt: row.lastSession === null ? null : new Date(row.lastSession).toISOString(),
  }));
}
