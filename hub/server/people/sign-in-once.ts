import { isCaretakerError } from "@caretaker/protocol";
import type { BetterAuthPlugin } from "better-auth";
import { APIError, createAuthEndpoint } from "better-auth/api";
import { setSessionCookie } from "better-auth/cookies";
import { z } from "zod";
import type { Database } from "../db/database.ts";
import { useSignInLink } from "./setup.ts";

/** `POST /sign-in-once` with a demo's link token: uses it up and signs in. */
export function signInOnce(db: Database) {
  return {
    id: "sign-in-once",
    endpoints: {
      signInOnce: createAuthEndpoint(
        "/sign-in-once",
        { method: "POST", body: z.strictObject({ token: z.string().max(100) }) },
        async (context) => {
          const personId = await useSignInLink(db, context.body.token).catch((error: unknown) => {
            if (isCaretakerError(error, "gone")) throw new APIError("GONE", { message: error.message });
            throw error;
          });
          const user = await context.context.internalAdapter.findUserById(personId);
          if (user === null) throw context.error("GONE");
          const session = await context.context.internalAdapter.createSession(personId);
          await setSessionCookie(context, { session, user });
          return context.json({ signedIn: true });
        },
      ),
    },
  } satisfies BetterAuthPlugin;
}
