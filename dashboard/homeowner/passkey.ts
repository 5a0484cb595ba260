import {
  fingerprintLetters,
  type MadePasskey,
  type PasskeyChallenge,
  type PasskeyOffer,
  type PasskeyYes,
} from "@caretaker/protocol";
import { PageProblem } from "./api.ts";

/** Fetched when somebody reaches for a passkey. */
const library = () => import("@simplewebauthn/browser");

/** Whether this browser has passkeys at all, and the hub was opened by the name that they belong to. */
export function hasPasskeys(): boolean {
  return window.isSecureContext && "PublicKeyCredential" in window;
}

/** Makes a passkey on this device, with the code of its key as this page itself works it out. */
export async function makePasskey(
  { challenge, rpId, userId, known, name, origin }: PasskeyOffer,
  { firm, home }: { readonly firm: string; readonly home: string },
): Promise<{ credential: MadePasskey; code: string }> {
  checkOrigin(origin);
  const { startRegistration } = await library();
  const made = await orProblem(() =>
    startRegistration({
      optionsJSON: {
        challenge,
        rp: { id: rpId, name: firm },
        user: { id: userId, name: `${home} · ${name}`, displayName: home },
        pubKeyCredParams: [
          { type: "public-key", alg: -7 },
          { type: "public-key", alg: -257 },
        ],
        excludeCredentials: known.map((id) => ({ id, type: "public-key" as const })),
        authenticatorSelection: { userVerification: "required", residentKey: "preferred" },
        attestation: "none",
      },
    }),
  );
  const { clientDataJSON, attestationObject, publicKey } = made.response;
  if (publicKey === undefined) throw new PageProblem("passkey_device");
  return { credential: { id: made.id, clientDataJSON, attestationObject }, code: await codeOf(publicKey) };
}

/** Signs the yes that the box in the home wants signed. */
export async function signYes({ challenge, rpId, credentials, origin }: PasskeyChallenge): Promise<PasskeyYes> {
  checkOrigin(origin);
  const { startAuthentication } = await library();
  const signed = await orProblem(() =>
    startAuthentication({
      optionsJSON: {
        challenge,
        rpId,
        allowCredentials: credentials.map((id) => ({ id, type: "public-key" as const })),
        userVerification: "required",
      },
    }),
  );
  const { clientDataJSON, authenticatorData, signature } = signed.response;
  return { id: signed.id, clientDataJSON, authenticatorData, signature };
}

/** The box trusts the address that it was connected with, and passkeys work at no other. */
function checkOrigin(origin: string): void {
  if (origin !== location.origin) throw new PageProblem("passkey_device");
}

async function orProblem<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const name = error instanceof Error ? error.name : "";
    if (name === "NotAllowedError" || name === "AbortError") throw new PageProblem("passkey_cancelled");
    throw new PageProblem(name === "InvalidStateError" ? "passkey_known" : "passkey_device");
  }
}

async function codeOf(publicKey: string): Promise<string> {
  const binary = atob(publicKey.replace(/-/g, "+").replace(/_/g, "/"));
  const bytes = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
  return fingerprintLetters(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}
