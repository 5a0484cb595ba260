import { createHash, createPublicKey, type JsonWebKey, type KeyObject, verify } from "node:crypto";
import { fingerprintLetters, type MadePasskey, type PasskeyYes } from "@caretaker/protocol";
import { refusal } from "../guard/refusal.ts";
import type { KeptPasskey } from "../store/home-state.ts";
import type { PasskeyPlace } from "./place.ts";

/** ECDSA on P-256, which every phone and key has, and RSA, which Windows has. */
const [ES256, RS256] = [-7, -257];

/** Loaded when somebody first uses a passkey: a home without one does not carry it. */
const library = () => Promise.all([import("@simplewebauthn/server"), import("@simplewebauthn/server/helpers")]);

export type NewPasskey = Pick<KeptPasskey, "id" | "publicKey" | "counter" | "code">;

/** Judges a passkey that was just made. Rejects with `not_allowed` for whatever is not one, made here and now by a person. */
export async function judgeMade(made: MadePasskey, challenge: string, place: PasskeyPlace): Promise<NewPasskey> {
  const [{ verifyRegistrationResponse }, helpers] = await library();
  return orRefuse("The passkey", async () => {
    checkNotFramed(helpers.decodeClientDataJSON(made.clientDataJSON));
    // Whose device it is nobody asks. Certificates would have to be read, and their lists fetched: neither is done here.
    const attestation = helpers.decodeAttestationObject(helpers.isoBase64URL.toBuffer(made.attestationObject));
    if (!["none", "packed"].includes(attestation.get("fmt")) || attestation.get("attStmt").get("x5c") !== undefined)
      throw new Error("it comes with a certificate of its device, which nobody asked for");
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: {
        id: made.id,
        rawId: made.id,
        type: "public-key",
        clientExtensionResults: {},
        response: { clientDataJSON: made.clientDataJSON, attestationObject: made.attestationObject },
      },
      expectedChallenge: challenge,
      expectedOrigin: place.origin,
      expectedRPID: place.rpId,
      requireUserVerification: true,
      supportedAlgorithmIDs: [ES256, RS256],
    });
    if (!verified || registrationInfo === undefined) throw new Error("its own signature is wrong");
    const { id, publicKey, counter } = registrationInfo.credential;
    if (id !== made.id) throw new Error("it is called otherwise than it says");
    const code = codeOf(helpers.decodeCredentialPublicKey(publicKey), helpers.cose);
    return { id, publicKey: Buffer.from(publicKey).toString("base64url"), counter, code };
  });
}

/** Judges a signed yes, and returns the key's new count. Rejects with `not_allowed` for whatever else it is. */
export async function judgeYes(yes: PasskeyYes, challenge: string, passkey: KeptPasskey): Promise<number> {
  const [{ verifyAuthenticationResponse }, helpers] = await library();
  return orRefuse("The yes", async () => {
    checkNotFramed(helpers.decodeClientDataJSON(yes.clientDataJSON));
    const { clientDataJSON, authenticatorData, signature } = yes;
    const publicKey = new Uint8Array(Buffer.from(passkey.publicKey, "base64url"));
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: {
        id: yes.id,
        rawId: yes.id,
        type: "public-key",
        clientExtensionResults: {},
        response: { clientDataJSON, authenticatorData, signature },
      },
      expectedChallenge: challenge,
      expectedOrigin: passkey.origin,
      expectedRPID: passkey.rpId,
      credential: { id: passkey.id, publicKey, counter: passkey.counter },
      requireUserVerification: true,
    });
    // The library forgives a signature that is wrapped otherwise than its device wraps it; this one reads it to the letter.
    const signed = Buffer.concat([Buffer.from(authenticatorData, "base64url"), sha256(clientDataJSON)]);
    const key = keyOf(helpers.decodeCredentialPublicKey(publicKey), helpers.cose);
    if (!verified || !verify("sha256", signed, key, Buffer.from(signature, "base64url")))
      throw new Error("its signature is wrong");
    return authenticationInfo.newCounter;
  });
}

/** A page of somebody else's that holds ours in a frame shows what it likes round it. */
function checkNotFramed({ crossOrigin }: { readonly crossOrigin?: boolean }): void {
  if (crossOrigin === true) throw new Error("it was given in a frame of another page");
}

/** The library says with an error of its own what is wrong, also for what is no CBOR and no JSON. */
async function orRefuse<T>(what: string, judge: () => Promise<T>): Promise<T> {
  try {
    return await judge();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw refusal("not_allowed", `${what} is not accepted by the agent in the home.`, { why: why.slice(0, 200) });
  }
}

type Library = Awaited<ReturnType<typeof library>>[1];
type CoseKey = ReturnType<Library["decodeCredentialPublicKey"]>;

/** As the browser works it out too, of the key in the form that browsers give it in. */
function codeOf(key: CoseKey, cose: Library["cose"]): string {
  const der = keyOf(key, cose).export({ format: "der", type: "spki" });
  return fingerprintLetters(createHash("sha256").update(der).digest());
}

function sha256(words: string): Buffer {
  return createHash("sha256").update(words, "base64url").digest();
}

function keyOf(key: CoseKey, cose: Library["cose"]): KeyObject {
  return createPublicKey({ key: jwkOf(key, cose), format: "jwk" });
}

function jwkOf(key: CoseKey, { COSEKEYS, isCOSEPublicKeyEC2, isCOSEPublicKeyRSA }: Library["cose"]): JsonWebKey {
  const words = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString("base64url");
  if (isCOSEPublicKeyEC2(key))
    return { kty: "EC", crv: "P-256", x: words(key.get(COSEKEYS.x)), y: words(key.get(COSEKEYS.y)) };
  if (isCOSEPublicKeyRSA(key)) return { kty: "RSA", n: words(key.get(COSEKEYS.n)), e: words(key.get(COSEKEYS.e)) };
  throw new Error("its key is of a kind that nobody asked for");
}
