import type { PersonId, SessionId } from "@caretaker/protocol";
import { APIError, createAuthMiddleware, getSessionFromCtx } from "better-auth/api";
import { setSessionCookie } from "better-auth/cookies";
import type { Announcements } from "../announcements.ts";
import { type Database, now, transaction } from "../db/database.ts";
import { appendLedger } from "../ledger/append.ts";

interface RulesDeps {
  readonly db: Database;
  readonly announcements: Announcements;
}

/** Paths that prove a second factor: the session remembers when. */
const PROOFS: ReadonlySet<string> = new Set([
  "/two-factor/verify-totp",
  "/two-factor/verify-backup-code",
  "/passkey/verify-authentication",
  "/passkey/verify-registration",
]);

/** Paths after which somebody signs in in another way, and what the ledger says of it. */
const CHANGES: Readonly<Record<string, (person: Readonly<Record<string, unknown>>) => string | null>> = {
  "/two-factor/verify-totp": ({ twoFactorEnabled }) => (twoFactorEnabled === false ? "an authenticator app" : null),
  "/two-factor/disable": () => "no authenticator app",
  "/passkey/verify-registration": () => "one more passkey",
  "/passkey/delete-passkey": () => "one passkey less",
  "/change-password": () => "another password",
};

/** Who signed in long ago and now guesses codes is not its person: after so many wrong ones the session ends. */
const MOST_WRONG_PROOFS = 5;

/** What is asked for, whatever the caller said: a factor each time, and no other session after a new password. */
export const beforeSignIn = createAuthMiddleware(async ({ path, body }) => {
  if (path === "/change-password") return { context: { body: { ...body, revokeOtherSessions: true } } };
  if (path.startsWith("/two-factor/verify-")) return { context: { body: { ...body, trustDevice: false } } };
  return undefined;
});

/** What follows for sessions and the ledger from what better-auth did. */
export function afterSignIn(deps: RulesDeps) {
  return createAuthMiddleware(async (context) => {
    const { path } = context;
    if (!PROOFS.has(path) && CHANGES[path] === undefined) return;
    const { returned, newSession } = context.context;
    const before = await getSessionFromCtx(context).catch(() => null);
    if (returned instanceof Error) {
      if (PROOFS.has(path) && before != null) await countWrongProof(deps, before.session);
      return;
    }
    const who = newSession ?? before;
    if (who == null) return;
    if (path === "/change-password") await carryFactor(deps.db, before?.session.factorAt, who.session.token);
    if (path === "/passkey/verify-authentication" && before != null && before.user.id === who.user.id) {
      // A proof by somebody who is in already: he stays in the session that his streams hang on.
      await setSessionCookie(context, before);
      await deps.db.deleteFrom("browserSession").where("token", "=", who.session.token).execute();
      await markFactor(deps.db, before.session.token);
    } else if (PROOFS.has(path)) await markFactor(deps.db, who.session.token);
    const change = before == null ? null : CHANGES[path]?.(before.user);
    if (change != null) await writeChange(deps.db, who.user, change);
  });
}

/** A passkey stands for two factors only when its holder unlocked it: by a finger, a face or a PIN. */
export async function requireUnlocked(isUnlocked: boolean | undefined): Promise<void> {
  if (isUnlocked !== true)
    throw new APIError("UNAUTHORIZED", {
      code: "PASSKEY_NOT_UNLOCKED",
      message: "This passkey did not ask who you are. Use one that asks for a finger, a face or a PIN.",
    });
}

async function markFactor(db: Database, token: string): Promise<void> {
  await db
    .updateTable("browserSession")
    .set({ factorAt: await now(db) })
    .where("token", "=", token)
    .execute();
}

/** The session that follows a new password has proved what the one before it had. */
async function carryFactor(db: Database, factorAt: unknown, token: string): Promise<void> {
  if (factorAt instanceof Date)
    await db.updateTable("browserSession").set({ factorAt }).where("token", "=", token).execute();
}

async function countWrongProof(
  { db, announcements }: RulesDeps,
  { id, userId }: { id: string; userId: string },
): Promise<void> {
  const counted = await db
    .updateTable("browserSession")
    .set((row) => ({ wrongProofs: row("wrongProofs", "+", 1) }))
    .where("id", "=", id)
    .returning("wrongProofs")
    .executeTakeFirst();
  if (counted === undefined || counted.wrongProofs < MOST_WRONG_PROOFS) return;
  await db.deleteFrom("browserSession").where("id", "=", id).execute();
  announcements.announce({ type: "session.ended", sessionId: id as SessionId, personId: userId as PersonId });
}

async function writeChange(db: Database, person: { id: string; name: string }, change: string): Promise<void> {
  await transaction(db, (trx) =>
    appendLedger(trx, {
      chain: "firm",
      event: "second_factor.changed",
      actor: `person:${person.id} ${person.name}`,
      payload: { personId: person.id, name: person.name, change },
    }),
  );
}
