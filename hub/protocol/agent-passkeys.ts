import { z } from "zod";
import { ConsentRequestId, Moment } from "./ids.ts";
import { Language } from "./text.ts";

/**
 * Passkeys of a household, which its agent alone trusts. They are made and used on the hub's pages, since a browser gives
 * them to nothing but a name with TLS; the hub carries what is said and can make none of it itself. docs/agent.md tells how.
 */

/** The word by which a hub says that it carries passkeys; an agent says nothing of them to a hub that did not. */
export const KNOWS_PASSKEYS = "passkeys";
export const MOST_PASSKEYS = 8;

export const Bytes32 = z.string().regex(/^[A-Za-z0-9_-]{43}$/, "is not 32 bytes in base64url");
const Bytes = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    .regex(/^[A-Za-z0-9_-]+$/, "is not base64url");
/** Of a credential, as its device chose it. */
const CredentialId = Bytes(1400);
/** What a browser puts round a challenge; a page in a frame and the like make it longer. */
const ClientData = Bytes(4096);

/** Twelve letters of the SHA-256 of a passkey's public key, as the agent's page and the phone both show them. */
export const PasskeyCode = z.string().regex(/^[0-9A-Z]{4}(-[0-9A-Z]{4}){2}$/);

/** The link on the agent's page: known to it and to whoever opens it. */
export const PasskeyToken = Bytes(64);

/** A passkey that was just made, as the browser tells it. */
export const MadePasskey = z.strictObject({
  id: CredentialId,
  clientDataJSON: ClientData,
  attestationObject: Bytes(8192),
});
export type MadePasskey = z.infer<typeof MadePasskey>;

/** A yes that was signed with a passkey, as the browser tells it. */
export const PasskeyYes = z.strictObject({
  id: CredentialId,
  clientDataJSON: ClientData,
  authenticatorData: Bytes(2048),
  signature: Bytes(1400),
});
export type PasskeyYes = z.infer<typeof PasskeyYes>;

/** What a browser is told to make a passkey by, and how far that has come. The challenge is the agent's. */
export const PasskeyOffer = z.object({
  /** Not made yet; made, and waiting for somebody at the agent's page; or kept. */
  state: z.enum(["open", "made", "kept"]),
  name: z.string().max(60),
  origin: z.string().max(300),
  rpId: z.string().max(253),
  challenge: Bytes32,
  userId: Bytes32,
  /** Those that are known already, so that no device makes a second one. */
  known: z.array(CredentialId).max(MOST_PASSKEYS),
  /** Once it was made. */
  code: PasskeyCode.nullable(),
});
export type PasskeyOffer = z.infer<typeof PasskeyOffer>;

/** What a browser signs to say yes to one question. */
export const PasskeyChallenge = z.object({
  origin: z.string().max(300),
  rpId: z.string().max(253),
  challenge: Bytes32,
  credentials: z.array(CredentialId).min(1).max(MOST_PASSKEYS),
});
export type PasskeyChallenge = z.infer<typeof PasskeyChallenge>;

export const PasskeyTaken = z.object({ code: PasskeyCode });

/** Which question of the home it is about, and what was read. */
const OfQuestion = { requestId: ConsentRequestId, digest: z.string().regex(/^[0-9a-f]{64}$/) };

/** What the hub carries from a browser to the agent; each is answered with what stands beside it. */
export const passkeyAsks = [
  /** `PasskeyOffer`. */
  z.strictObject({ what: z.literal("passkey_offer"), token: PasskeyToken }),
  /** `PasskeyOffer`. */
  z.strictObject({ what: z.literal("passkey_made"), token: PasskeyToken, credential: MadePasskey }),
  /** `PasskeyChallenge`. */
  z.strictObject({ what: z.literal("passkey_challenge"), ...OfQuestion }),
  /** `PasskeyTaken`. */
  z.strictObject({ what: z.literal("passkey_yes"), ...OfQuestion, credential: PasskeyYes }),
] as const;
export const PasskeyAsk = z.discriminatedUnion("what", passkeyAsks);
export type PasskeyAsk = z.infer<typeof PasskeyAsk>;

export function isPasskeyAsk(ask: { readonly what: string }): ask is PasskeyAsk {
  return ask.what.startsWith("passkey_");
}

/** What an agent says of its passkeys: where they are used, how many there are, and the link to make one more now. */
export const PasskeysSaid = z.strictObject({
  kind: z.literal("passkeys"),
  /** Null where its hub has no address that browsers give passkeys to. */
  origin: z.string().max(300).nullable(),
  count: z.number().int().min(0).max(MOST_PASSKEYS),
  /** `lookup` is the SHA-256 of the link's token. */
  link: z.strictObject({ lookup: Bytes32, expiresAt: Moment }).nullable(),
});
export type PasskeysSaid = z.infer<typeof PasskeysSaid>;

/** What the page shows on which a household makes a passkey. */
export const PasskeyView = z.object({
  language: Language,
  firm: z.object({ name: z.string(), phone: z.string().nullable() }),
  home: z.string(),
  offer: PasskeyOffer,
});
export type PasskeyView = z.infer<typeof PasskeyView>;
