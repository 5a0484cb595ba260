import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
  sign,
  timingSafeEqual,
  verify,
} from "node:crypto";
import { type AgentHello, fingerprintLetters, type HubProof, inGroups, LETTERS, lettersOf } from "@caretaker/protocol";

/**
 * How an agent and its hub prove to each other who they are: both sign the same words with Ed25519, and in a pairing both
 * show with an HMAC over them that they know the one-time code. Neither the code nor a private key is ever sent.
 */

/** A private key and its public half, 32 bytes each in base64url, as a JWK has them. */
export interface KeyWords {
  readonly publicKey: string;
  readonly privateKey: string;
}

export interface ProofKey {
  readonly publicKey: string;
  sign(words: string): string;
}

export function makeKey(): KeyWords {
  const { x, d } = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  return { publicKey: x as string, privateKey: d as string };
}

export function openKey({ publicKey, privateKey }: KeyWords): ProofKey {
  const key = createPrivateKey({ key: { kty: "OKP", crv: "Ed25519", x: publicKey, d: privateKey }, format: "jwk" });
  return { publicKey, sign: (words) => sign(null, Buffer.from(words), key).toString("base64url") };
}

/** Whether these words were signed with the private half of this key. False for whatever is no key and no signature. */
export function isSignedBy(publicKey: string, words: string, signature: string): boolean {
  try {
    return verify(null, Buffer.from(words), publicHalf(publicKey), Buffer.from(signature, "base64url"));
  } catch {
    return false;
  }
}

function publicHalf(x: string): KeyObject {
  return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
}

export function newNonce(): string {
  return randomBytes(32).toString("base64url");
}

/**
 * What both sign: all that was said, so that a proof fits this one conversation and no other. The first word keeps the
 * hub's signature from being handed back as the agent's.
 */
export function wordsToSign(who: "hub" | "agent", hello: AgentHello, hub: Pick<HubProof, "key" | "nonce">): string {
  const { protocol, version, key, nonce, lookup = "" } = hello;
  return JSON.stringify([`caretaker ${who} 1`, protocol, version, key, nonce, lookup, hub.key, hub.nonce]);
}

// ---- The one-time code ----

/** Five bits each: 130 bits. */
const CODE_LETTERS = 26;

/** A new code as it is shown, in groups of four. */
export function newCode(): string {
  return lettersOf(randomBytes(CODE_LETTERS), CODE_LETTERS);
}

/** The code that somebody typed or scanned, whatever they made of its groups, capitals and look-alikes; null for no code. */
export function readCode(text: string): string | null {
  const letters = text.toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  return letters.length === CODE_LETTERS && [...letters].every((letter) => LETTERS.includes(letter))
    ? inGroups(letters)
    : null;
}

/** By which the hub finds a pairing without being told the code. */
export function lookupOf(code: string): string {
  return createHash("sha256").update(`caretaker agent lookup\n${code}`).digest("base64url");
}

/** By which the hub finds whose link to make a passkey it is, without being told the link before somebody opens it. */
export function passkeyLookup(token: string): string {
  return createHash("sha256").update(`caretaker passkey link\n${token}`).digest("base64url");
}

/** Shows knowledge of the code, over the words that the same side signs. */
export function proveCode(code: string, words: string): string {
  const key = Buffer.from(hkdfSync("sha256", code, "", "caretaker agent pairing", 32));
  return createHmac("sha256", key).update(words).digest("base64url");
}

export function isSameProof(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Twelve letters, 60 bits, of a key's digest: what technician and homeowner compare by eye. */
export function fingerprintOf(publicKey: string): string {
  return fingerprintLetters(createHash("sha256").update(Buffer.from(publicKey, "base64url")).digest());
}
