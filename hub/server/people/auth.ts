import { passkey } from "@better-auth/passkey";
import type { PersonId, SessionId } from "@caretaker/protocol";
import { type BetterAuthOptions, betterAuth } from "better-auth";
import { APIError } from "better-auth/api";
import { twoFactor } from "better-auth/plugins";
import type { Announcements } from "../announcements.ts";
import { type Database, now } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import { withDates } from "../db/with-dates.ts";
import type { Log } from "../log.ts";
import { firstEnd, LONGEST_SECONDS } from "./session-time.ts";
import { signInOnce } from "./sign-in-once.ts";
import { afterSignIn, beforeSignIn, requireUnlocked } from "./sign-in-rules.ts";

export interface AuthDeps {
  readonly db: Database;
  readonly log: Log;
  readonly announcements: Announcements;
  /** Signs cookies and seals the secrets of authenticator apps. */
  readonly secret: string;
  /** Where people find the hub, such as `https://care.example.com`. */
  readonly publicUrl: string;
  readonly firmName: string;
}

/** What is reachable of better-auth; everything else of it answers 404. */
export const AUTH_PATHS: ReadonlySet<string> = new Set([
  "/sign-in/email",
  "/sign-in-once",
  "/sign-out",
  "/two-factor/enable",
  "/two-factor/disable",
  "/two-factor/verify-totp",
  "/two-factor/verify-backup-code",
  "/passkey/generate-authenticate-options",
  "/passkey/verify-authentication",
  "/passkey/generate-register-options",
  "/passkey/verify-registration",
  "/passkey/list-user-passkeys",
  "/passkey/delete-passkey",
  "/change-password",
]);

/** Paths that change a factor: with one enrolled, it has to be fresh. */
const ENROL_PATHS: ReadonlySet<string> = new Set([
  "/two-factor/enable",
  "/two-factor/disable",
  "/passkey/generate-register-options",
  "/passkey/delete-passkey",
  "/change-password",
]);

export type Auth = ReturnType<typeof createAuth>;

/** Better-auth on our own tables. Nobody signs up by himself: people come by setup or by invitation. */
export function createAuth(deps: AuthDeps) {
  return betterAuth(options(deps));
}

function options({ db, log, announcements, secret, publicUrl, firmName }: AuthDeps) {
  const url = new URL(publicUrl);
  const isSecure = url.protocol === "https:";
  return {
    secret,
    baseURL: publicUrl,
    basePath: "/api/auth",
    trustedOrigins: [url.origin],
    // It compares moments with its own, and an ISO string is neither before nor after a Date.
    database: { db: withDates(db), type: "postgres", transaction: true },
    telemetry: { enabled: false },
    logger: { log: (level, message) => log[level === "error" ? "warn" : "debug"]({ from: "better-auth" }, message) },
    user: {
      modelName: "person",
      additionalFields: {
        role: { type: "string", required: true, input: false },
        disabledAt: { type: "date", required: false, input: false },
      },
    },
    session: {
      modelName: "browserSession",
      expiresIn: LONGEST_SECONDS,
      disableSessionRefresh: true,
      additionalFields: { factorAt: { type: "date", required: false, input: false } },
    },
    account: { modelName: "signInAccount" },
    verification: { modelName: "signInVerification" },
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 10, maxPasswordLength: 200 },
    plugins: [
      signInOnce(db),
      twoFactor({ issuer: firmName, twoFactorTable: "secondFactor" }),
      passkey({
        rpID: url.hostname,
        rpName: firmName,
        origin: url.origin,
        authenticatorSelection: { userVerification: "required", residentKey: "preferred" },
        registration: {
          afterVerification: ({ verification }) => requireUnlocked(verification.registrationInfo?.userVerified),
        },
        authentication: {
          afterVerification: ({ verification }) => requireUnlocked(verification.authenticationInfo.userVerified),
        },
        schema: { passkey: { fields: { credentialID: "credentialId" } } },
      }),
    ],
    advanced: {
      database: { generateId: () => newId() },
      cookiePrefix: isSecure ? "__Host-caretaker" : "caretaker",
      useSecureCookies: false,
      defaultCookieAttributes: { httpOnly: true, sameSite: "strict", secure: isSecure, path: "/" },
    },
    databaseHooks: {
      session: {
        create: { before: async ({ userId }) => ({ data: { expiresAt: await beginSession(db, userId) } }) },
        // However it ended: signed out, a new password, found to be over. Streams that it opened end with it.
        delete: {
          after: async ({ id, userId }) =>
            announcements.announce({ type: "session.ended", sessionId: id as SessionId, personId: userId as PersonId }),
        },
      },
    },
    hooks: { before: beforeSignIn, after: afterSignIn({ db, announcements }) },
  } satisfies BetterAuthOptions;
}

/** Whether a path changes how somebody signs in. */
export function changesFactors(path: string): boolean {
  return ENROL_PATHS.has(path);
}

/** When the new session ends. Rejects when its person may not be here any more. */
async function beginSession(db: Database, personId: string): Promise<Date> {
  const person = await db.selectFrom("person").select("disabledAt").where("id", "=", personId).executeTakeFirst();
  if (person?.disabledAt != null)
    throw new APIError("FORBIDDEN", { message: "This account is disabled. Ask the principal of your firm." });
  const firm = await db.selectFrom("firm").select("isDemo").executeTakeFirst();
  return firstEnd(await now(db), firm?.isDemo === true);
}
