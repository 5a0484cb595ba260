import type { startAuthentication, startRegistration } from "@simplewebauthn/browser";
import { errorOfAnswer, HubUnreachableError } from "./problems.ts";

const BASE = "/api/auth";

async function ask<T>(path: string, body?: Readonly<Record<string, unknown>>): Promise<T> {
  const answer = await fetch(`${BASE}${path}`, {
    method: body === undefined ? "GET" : "POST",
    credentials: "same-origin",
    headers: { accept: "application/json", ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch((cause: unknown) => {
    throw new HubUnreachableError(cause);
  });
  if (!answer.ok) throw await errorOfAnswer(answer);
  return (await answer.json()) as T;
}

export interface Passkey {
  readonly id: string;
  readonly name?: string | null;
  readonly createdAt: string | null;
}

export interface FactorSecret {
  /** `otpauth:` for an authenticator app. */
  readonly totpURI: string;
  readonly backupCodes: readonly string[];
}

/** Fetched when somebody reaches for a passkey. */
const webAuthn = () => import("@simplewebauthn/browser");

type AuthenticationOptions = Parameters<typeof startAuthentication>[0]["optionsJSON"];
type RegistrationOptions = Parameters<typeof startRegistration>[0]["optionsJSON"];

/** What better-auth does over HTTP: who somebody is. What they may do is asked by operations. */
export const auth = {
  /** Resolves with whether a second factor is asked for before the person is in. */
  async signIn(email: string, password: string): Promise<{ needsSecondFactor: boolean }> {
    const answer = await ask<{ twoFactorRedirect?: boolean }>("/sign-in/email", { email, password });
    return { needsSecondFactor: answer.twoFactorRedirect === true };
  },

  signOut: (): Promise<unknown> => ask("/sign-out", {}),

  /** The code of the authenticator app: the second step of signing in, or a fresh proof later. */
  verifyTotp: (code: string): Promise<unknown> => ask("/two-factor/verify-totp", { code }),

  verifyBackupCode: (code: string): Promise<unknown> => ask("/two-factor/verify-backup-code", { code }),

  /** Makes a secret for an authenticator app; it counts once a code of it was verified. */
  enableTotp: (password: string): Promise<FactorSecret> => ask("/two-factor/enable", { password }),

  disableTotp: (password: string): Promise<unknown> => ask("/two-factor/disable", { password }),

  async provePasskey(): Promise<void> {
    const optionsJSON = await ask<AuthenticationOptions>("/passkey/generate-authenticate-options");
    const response = await (await webAuthn()).startAuthentication({ optionsJSON });
    await ask("/passkey/verify-authentication", { response });
  },

  async addPasskey(name: string): Promise<void> {
    const optionsJSON = await ask<RegistrationOptions>("/passkey/generate-register-options");
    const response = await (await webAuthn()).startRegistration({ optionsJSON });
    await ask("/passkey/verify-registration", { response, name });
  },

  passkeys: (): Promise<Passkey[]> => ask("/passkey/list-user-passkeys"),

  removePasskey: (id: string): Promise<unknown> => ask("/passkey/delete-passkey", { id }),

  changePassword: (currentPassword: string, newPassword: string): Promise<unknown> =>
    ask("/change-password", { currentPassword, newPassword, revokeOtherSessions: true }),
};

/** Whether this browser can use passkeys here: they need HTTPS or localhost. */
export function hasPasskeys(): boolean {
  return window.isSecureContext && "PublicKeyCredential" in window;
}
